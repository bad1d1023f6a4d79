"""Alembic's entry: runs the versions on the connection it is handed."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="alembic_version",
    version_table_schema="public",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
