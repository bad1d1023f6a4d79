"""Uploads, what was found in them, what was decided, and sender profiles."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
SQL = Path(__file__).parents[1] / "sql" / "0009_imports.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
