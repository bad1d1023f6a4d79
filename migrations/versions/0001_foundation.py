"""Schema, revisions, area codes, search terms."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
SQL = Path(__file__).parents[1] / "sql" / "0001_foundation.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
