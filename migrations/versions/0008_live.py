"""News of changes."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
SQL = Path(__file__).parents[1] / "sql" / "0008_live.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
