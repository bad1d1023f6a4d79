"""Durable jobs."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
SQL = Path(__file__).parents[1] / "sql" / "0007_jobs.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
