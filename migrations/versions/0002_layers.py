"""One table per layer."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
SQL = Path(__file__).parents[1] / "sql" / "0002_layers.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
