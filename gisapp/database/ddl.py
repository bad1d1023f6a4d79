"""The SQL that a layer's declaration asks for: printed by ``gisapp sql``, pasted into migrations."""

from __future__ import annotations

from layers.spec import Field, Layer

SQL_TYPES = {
    "text": "text",
    "choice": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp with time zone",
}
DEFAULT_SRID = 4548


def quote(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def column_sql(field: Field) -> str:
    """Return the column definition of a declared field with its checks."""
    parts = [f'"{field.name}" {SQL_TYPES[field.type]}']
    if field.search == "prefix":
        parts.append('COLLATE "C"')  # so that its index finds beginnings
    if field.required:
        parts.append("NOT NULL")
    checks = []
    if field.type == "choice":
        codes = ", ".join(quote(choice.code) for choice in field.choices)
        checks.append(f'"{field.name}" IN ({codes})')
    if field.type == "text":
        checks.append(f'length("{field.name}") <= {field.max_length}')
    if field.type in ("integer", "number"):
        if field.minimum is not None:
            checks.append(f'"{field.name}" >= {field.minimum:.15g}')
        if field.maximum is not None:
            checks.append(f'"{field.name}" <= {field.maximum:.15g}')
    if checks:
        parts.append(f"CHECK ({' AND '.join(checks)})")
    return " ".join(parts)


def search_expression(layer: Layer) -> str:
    """Return the SQL expression of whose text the search box finds any part."""
    columns = [f"coalesce(\"{field.name}\", '')" for field in layer.word_fields]
    return "lower(" + " || ' ' || ".join(columns) + ")" if columns else "''"


def table_sql(layer: Layer) -> str:
    """Return the SQL that creates the table, indexes and triggers of ``layer``.

    Written for EPSG:4548; ``gisapp.use_metric_crs`` moves all tables to another metric CRS.
    """
    shape = layer.geometry
    columns = [
        "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        'code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64)',
        'area_code text COLLATE "C"',
        f"geom geometry({shape}, {DEFAULT_SRID}) NOT NULL"
        " CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom))",
        f"geom_web geometry({shape}, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED",
        "source text NOT NULL DEFAULT ''",
        "row_version integer NOT NULL DEFAULT 1",
        "created_at timestamp with time zone NOT NULL DEFAULT now()",
        "updated_at timestamp with time zone NOT NULL DEFAULT now()",
        *(column_sql(field) for field in layer.fields),
    ]
    table = f"gisapp.{layer.name}"
    lines = [f"CREATE TABLE {table} (\n    " + ",\n    ".join(columns) + "\n);"]
    lines.append(f"CREATE INDEX {layer.name}_geom ON {table} USING gist (geom);")
    lines.append(f"CREATE INDEX {layer.name}_geom_web ON {table} USING gist (geom_web);")
    lines.append(f"CREATE INDEX {layer.name}_area_code ON {table} (area_code);")
    if layer.time:
        lines.append(f'CREATE INDEX {layer.name}_time ON {table} ("{layer.time}");')
    for field in layer.prefix_fields:
        lines.append(f'CREATE INDEX {layer.name}_{field.name} ON {table} ("{field.name}");')
    if layer.word_fields:
        expression = search_expression(layer)
        lines.append(
            f"CREATE INDEX {layer.name}_search ON {table} USING gin (gisapp.bigrams({expression}));"
        )
    lines.append(f"SELECT gisapp.keep('{layer.name}');")
    if layer.geometry == "Point":
        lines.append(f"SELECT gisapp.keep_clusters('{layer.name}', '{layer.grade}');")
    elif layer.large and layer.geometry == "MultiPolygon":
        lines.append(f"CREATE INDEX {layer.name}_size ON {table} (gisapp.shape_size(geom));")
    lines.append(f"SELECT gisapp.keep_history('{layer.name}');")
    scoped = str(layer.access.scoped).lower()
    lines.append(f"SELECT gisapp.tell_changes('{layer.name}', {scoped});")
    return "\n".join(lines) + "\n"
