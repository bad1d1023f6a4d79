"""Siting proposals."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
SQL = Path(__file__).parents[1] / "sql" / "0011_siting.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
