"""Accounts, sessions and tokens."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
SQL = Path(__file__).parents[1] / "sql" / "0004_access.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
