"""The history of every layer."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
SQL = Path(__file__).parents[1] / "sql" / "0005_history.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
