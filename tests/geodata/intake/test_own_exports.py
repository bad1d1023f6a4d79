"""What we export is read again by our own readers: every format, every field, nothing besides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import shapely

from geodata.conversion import CONVERTERS
from geodata.errors import BadFile
from geodata.intake.convert import convert
from geodata.mapping import map_columns, targets
from geodata.writers.catalogue import FORMATS, write_file
from geodata.writers.spec import Chunk, Export
from layers.catalogue import LAYERS
from layers.spec import Field

LAYER = LAYERS["cameras"]
FIELDS = tuple(targets(LAYER).values())
ROWS = 30
VALUES = {
    "integer": 3,
    "number": 1.5,
    "boolean": True,
    "date": date(2024, 1, 2),
    "datetime": datetime(2024, 5, 1, 1, 30, tzinfo=UTC),
}


def value_of(field: Field, row: int) -> object:
    if field.choices:
        return field.choices[row % len(field.choices)].code
    if field.type == "text":
        return f"=1+{row}" if field.name == "name" else f"甲{row}"
    return VALUES[field.type]


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "dxf"])
def test_export_when_read_by_the_intake_is_one_table_with_every_value(
    form: str, tmp_path: Path
) -> None:
    columns = tuple([value_of(field, row) for row in range(ROWS)] for field in FIELDS)
    wkb = [shapely.to_wkb(shapely.Point(116.6 + row / 1000, 23.5)) for row in range(ROWS)]
    path = tmp_path / f"cameras{FORMATS[form].suffix}"
    export = Export(LAYER.name, LAYER.label, FIELDS, "Point")
    write_file(FORMATS[form], export, iter([Chunk(columns, wkb)]), path)
    (found,) = convert([path], tmp_path / "out")
    assert found.rows == ROWS
    assert found.has_shapes == (form not in ("csv", "xlsx"))
    mapping = map_columns(LAYER, [column.name for column in found.columns], {})
    assert set(mapping) == set(targets(LAYER))
    chunk = next(iter(found.batches()))
    for field, wanted in zip(FIELDS, columns, strict=True):
        held = chunk.columns[mapping[field.name]]
        read = [CONVERTERS[field.type](field, value) for value in list(held)]
        assert read == list(wanted), field.name


def test_list_when_it_is_blank_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_bytes(b"\r\n\r\n")
    with pytest.raises(BadFile, match="no rows at all"):
        convert([path], tmp_path / "out")
