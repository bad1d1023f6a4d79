"""Documents of jobs that are files."""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
SQL = Path(__file__).parents[1] / "sql" / "0012_exports.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
