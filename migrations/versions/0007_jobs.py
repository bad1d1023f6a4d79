"""Durable jobs: procrastinate's own schema in a schema of its own, and our view of jobs.

Its schema is read from the installed package, whose version is pinned. Should the pin be raised,
what this version does must not change: its digest is checked. Then copy the former
``procrastinate/sql/schema.sql`` beside ``0007_jobs.sql``, read it from there, and write a
migration that runs the package's own ``sql/migrations`` since 3.10.0, all functions set to the
search path as below.
"""

import hashlib
from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0007"
down_revision = "0006"
SQL = Path(__file__).parents[1] / "sql" / "0007_jobs.sql"
DIGEST = (
    "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"  # of procrastinate 3.10.0
)


def upgrade() -> None:
    """Make the queue's schema, then run the reviewed SQL as it stands."""
    schema = SchemaManager.get_schema()
    if hashlib.sha256(schema.encode()).hexdigest() != DIGEST:
        raise RuntimeError("procrastinate's schema is not that of 3.10.0; see 0007_jobs.py")
    cursor = op.get_bind().connection.cursor()
    cursor.execute("SELECT current_setting('search_path')")
    (path,) = cursor.fetchone()
    cursor.execute("CREATE SCHEMA procrastinate")
    cursor.execute("SELECT set_config('search_path', 'procrastinate', true)")
    cursor.execute(schema)
    cursor.execute("SELECT set_config('search_path', %s, true)", (path,))
    cursor.execute(SQL.read_text(encoding="utf-8"))
