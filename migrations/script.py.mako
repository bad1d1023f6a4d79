"""${message}."""

from pathlib import Path

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
SQL = Path(__file__).parents[1] / "sql" / "${up_revision}_${message}.sql"


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(SQL.read_text(encoding="utf-8"))
