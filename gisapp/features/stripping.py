"""An empty layer without indexes, keys and its row trigger, while many rows are put in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import sql

from layers.spec import Layer

# What is cheaper to make after many rows than to keep up with each: how to drop and to make it.
LATER = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = %(table)s::regclass AND NOT indisunique
UNION ALL
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype IN ('p', 'u')
"""
# A row trigger, even one with nothing to do, makes COPY write row by row.
STAMPS_OFF = sql.SQL("ALTER TABLE gisapp.{table} DISABLE TRIGGER stamp_new")
STAMPS_ON = sql.SQL("ALTER TABLE gisapp.{table} ENABLE TRIGGER stamp_new")
MANY = 20_000  # rows from which on an empty layer is filled so


@contextmanager
def stripped(cursor: Any, layer: Layer) -> Iterator[None]:
    """Take indexes, keys and the row trigger off an empty layer, and put them back at the end.

    For many rows that carry their area codes. Keeps readers of this layer, so far empty, waiting
    until the commit; a code that is there twice is found when the key is made anew.
    """
    cursor.execute(LATER, {"table": f"gisapp.{layer.name}"})
    later = cursor.fetchall()
    for drop, _ in later:
        cursor.execute(drop)
    table = sql.Identifier(layer.name)
    cursor.execute(STAMPS_OFF.format(table=table))
    yield
    cursor.execute(STAMPS_ON.format(table=table))
    for _, make in later:
        cursor.execute(make)
