"""The audit trail."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
SQL = Path(__file__).parents[1] / "sql" / "0006_audit.sql"


def upgrade() -> None:
    """Run the reviewed SQL as it stands."""
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
