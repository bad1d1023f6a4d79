"""A table on disk: what was written comes back, in chunks, with its facts."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pytest
import shapely

from geodata.errors import BadFile
from geodata.intake.facts import Column, Facts
from geodata.intake.kept import CHUNK, open_intake, open_intakes
from geodata.intake.writing import TableWriter, type_name, unique_names
from layers.spec import Text

COLUMNS = (Column("名称", "text"), Column("n", "integer"), Column("ok", "boolean"))


def write(folder: Path, count: int) -> None:
    facts = Facts("a.shp", "a", "Shapefile", 0, COLUMNS, False, {}, notes=(Text("注", "note"),))
    writer = TableWriter(folder, COLUMNS, shapes=True)
    points = shapely.to_wkb(shapely.points(numpy.arange(count), numpy.arange(count)))
    points[:1] = None
    names = pyarrow.array([f"村{n}" for n in range(count)])
    numbers = pyarrow.array([None, *range(1, count)][:count], pyarrow.int64())
    flags = pyarrow.array([True] * count, pyarrow.bool_())
    writer.write([names, numbers, flags], pyarrow.array(points, pyarrow.binary()))
    writer.finish(facts)


def test_rows_when_many_come_back_in_chunks(tmp_path: Path) -> None:
    write(tmp_path / "1", CHUNK + 10)
    intake = open_intake(tmp_path / "1")
    chunks = list(intake.batches())
    assert [len(chunk) for chunk in chunks] == [CHUNK, 10]
    assert chunks[1].rows.tolist() == list(range(CHUNK + 1, CHUNK + 11))
    assert chunks[1].columns["n"].dtype == numpy.int64
    assert chunks[0].columns["n"][:2].tolist() == [None, 1]
    assert chunks[0].columns["名称"][1] == "村1"
    assert chunks[0].shapes[0] is None
    assert shapely.from_wkb(chunks[1].shapes[0]).x == CHUNK
    assert intake.geometry_types == {"none": 1, "Point": CHUNK + 9}
    assert intake.bounds == (1, 1, CHUNK + 9, CHUNK + 9)
    assert (intake.rows, intake.has_shapes, intake.notes[0].en) == (CHUNK + 10, True, "note")
    assert len(intake.head(3)) == 3


def test_table_when_empty_has_an_empty_head(tmp_path: Path) -> None:
    write(tmp_path / "1", 0)
    assert len(open_intakes(tmp_path)[0].head(5)) == 0


def test_table_when_gone_is_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(BadFile):
        open_intake(tmp_path)
    (tmp_path / "intake.json").write_text('{"rows": 1}')
    with pytest.raises(BadFile):
        open_intake(tmp_path)


def test_types_when_read_from_bytes_have_their_names() -> None:
    for shape in (shapely.Point(1, 2), shapely.MultiPolygon(), shapely.Point(1, 2, 3)):
        name = f"{shape.geom_type} Z" if shape.has_z else shape.geom_type
        for flavor in ("iso", "extended"):
            for order in (0, 1):
                assert type_name(shapely.to_wkb(shape, flavor=flavor, byte_order=order)) == name
    assert type_name(None) == type_name(b"\x01") == "none"


def test_names_when_repeated_blank_or_reserved_are_unique() -> None:
    found = unique_names(["a", "A", "", "a_2", "__wkb", "x\x00y"])
    assert found == ["a", "A_2", "列3", "a_2_2", "_wkb", "x y"]
