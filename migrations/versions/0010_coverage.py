"""Camera coverage, kept with the digest of its inputs."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"
SQL = Path(__file__).parents[1] / "sql" / "0010_coverage.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
