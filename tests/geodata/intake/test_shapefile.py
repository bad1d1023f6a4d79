"""Shapefiles as townships send them: wrong encodings, missing and damaged parts."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from geodata.errors import BadFile
from tests.geodata.intake.making import NAMES, make_shapefile, read
from tests.geodata.intake.test_formats import column


def parts(files: list[Path], *suffixes: str) -> list[Path]:
    return [path for path in files if path.suffix in suffixes]


@pytest.mark.parametrize("claim", [None, "UTF-8", "ISO-8859-1", "nonsense"])
def test_gbk_when_declared_as_something_else_is_read_and_told(
    claim: str | None, tmp_path: Path
) -> None:
    files = make_shapefile(tmp_path)
    if claim:
        files.append(tmp_path / "点位.cpg")
        files[-1].write_text(claim)
    (table,) = read(files, tmp_path)
    assert column(table, "名称") == NAMES
    assert table.encoding.name == "gb18030"
    assert any(letter in table.encoding.evidence.zh for letter in NAMES[0])
    if claim:
        assert claim in table.encoding.evidence.zh


def test_encoding_when_chosen_by_the_user_is_taken(tmp_path: Path) -> None:
    files = make_shapefile(tmp_path)
    (table,) = read(files, tmp_path, encoding="utf-8")
    assert table.encoding.name == "utf-8"
    assert column(table, table.columns[0].name) != NAMES
    assert any("不能完整解码" in note.zh for note in table.notes)
    with pytest.raises(BadFile):
        read(files, tmp_path, encoding="rot13")


def test_mojibake_in_a_table_is_undone(tmp_path: Path) -> None:
    files = make_shapefile(tmp_path, encoding="UTF-8")
    (dbf,) = parts(files, ".dbf")
    data = dbf.read_bytes()
    for name in NAMES:
        good, bad = name.encode(), name.encode("gbk").decode("latin-1").encode()
        room = len(bad) - len(good)
        assert room > 0
        data = data.replace(good + b" " * room, bad)
    dbf.write_bytes(data)
    (table,) = read(files, tmp_path)
    assert table.encoding.name == "utf-8+cp1252>gb18030"
    assert column(table, table.columns[0].name) == NAMES


@pytest.mark.parametrize("fault", ["missing", "garbage", "beyond", "short"])
def test_index_when_missing_or_damaged_is_restored_in_private(fault: str, tmp_path: Path) -> None:
    files = make_shapefile(tmp_path)
    (index,) = parts(files, ".shx")
    whole = index.read_bytes()
    if fault == "missing":
        files.remove(index)
        index.unlink()
    else:
        index.write_bytes(
            {
                "garbage": b"x" * len(whole),
                "beyond": whole[:-8] + struct.pack(">ii", 10**6, 10),
                "short": whole[:-3],
            }[fault]
        )
    before = {path: path.read_bytes() for path in files}
    (table,) = read(files, tmp_path)
    assert column(table, "名称") == NAMES
    assert any(".shx" in note.zh for note in table.notes)
    assert {path: path.read_bytes() for path in files} == before
    assert index.exists() == (fault != "missing")


def test_table_without_shapes_and_shapes_without_table_are_read(tmp_path: Path) -> None:
    files = make_shapefile(tmp_path)
    (table,) = read(parts(files, ".dbf"), tmp_path)
    assert (table.format, table.has_shapes, column(table, "名称")) == ("DBF", False, NAMES)
    (table,) = read(parts(files, ".shp", ".shx"), tmp_path)
    assert (table.rows, table.has_shapes, table.crs) == (3, True, None)
    assert any(".dbf" in note.zh for note in table.notes)


def test_side_files_alone_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as refused:
        read(parts(make_shapefile(tmp_path), ".shx", ".prj"), tmp_path)
    assert refused.value.hint
    assert ".dbf" in refused.value.hint.en


def test_coordinates_when_not_finite_are_kept_for_the_row_check(tmp_path: Path) -> None:
    files = make_shapefile(tmp_path)
    (shp,) = parts(files, ".shp")
    data = bytearray(shp.read_bytes())
    data[112:128] = struct.pack("<dd", float("nan"), float("inf"))
    shp.write_bytes(bytes(data))
    (table,) = read(files, tmp_path)
    assert table.rows == 3
    assert table.bounds == pytest.approx((116.7, 23.6, 116.8, 23.6))
