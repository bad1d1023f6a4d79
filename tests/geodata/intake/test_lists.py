"""Lists: CSV and spreadsheets as offices keep them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from geodata.errors import BadFile
from geodata.intake.headers import find_header
from tests.geodata.intake.making import NAMES, make_csv, make_xlsx, read
from tests.geodata.intake.test_formats import column


def write(folder: Path, text: str, name: str = "a.csv", encoding: str = "utf-8") -> list[Path]:
    (folder / name).write_bytes(text.encode(encoding))
    return [folder / name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_in_each_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    (table,) = read(make_csv(tmp_path, encoding), tmp_path)
    assert column(table, "名称") == NAMES
    assert column(table, "面积") == ["1.5", "2.0", None]
    assert table.header_row == 1


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", "，"])
def test_delimiter_is_found(mark: str, tmp_path: Path) -> None:
    text = "\n".join(mark.join(row) for row in (["名称", "x"], ["甲", "1"], ["乙", "2"]))
    (table,) = read(write(tmp_path, text, "a.txt"), tmp_path)
    assert column(table, "x") == ["1", "2"]


def test_rows_below_a_title_and_of_odd_lengths_are_read_and_told(tmp_path: Path) -> None:
    text = '潮安区台账,,\n\n名称,x,y\n甲,1,2\n乙,3\n丙,4,5,6,7\n"丁\n丁",8,9\n'
    (table,) = read(write(tmp_path, text), tmp_path)
    assert table.header_row == 3
    assert column(table, "y") == ["2", None, "5", "9"]
    assert next(table.batches()).lines is not None
    assert next(table.batches()).lines.tolist() == [4, 5, 6, 7]
    told = " ".join(note.en for note in table.notes)
    assert "more cells" in told
    assert "line 6" in told
    assert "fewer cells" in told


def test_header_when_chosen_is_taken(tmp_path: Path) -> None:
    files = write(tmp_path, "a,b\nc,d\n1,2\n")
    assert [c.name for c in read(files, tmp_path, header_row=2)[0].columns] == ["c", "d"]
    (table,) = read(files, tmp_path, header_row=0)
    assert ([c.name for c in table.columns], table.rows) == (["列1", "列2"], 3)
    with pytest.raises(BadFile):
        read(files, tmp_path, header_row=9)


def test_numbers_without_header_are_rows(tmp_path: Path) -> None:
    (table,) = read(write(tmp_path, "116.1,23.5\n116.2,23.6\n"), tmp_path)
    assert (table.header_row, table.rows) == (0, 2)


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        ([["题", "", ""], ["单位：x", "", "日期"], ["a", "b", "c"], ["1", "2", "3"]], 2),
        ([["题", "题", "题"], ["a", "b", "c"], ["1", "2", "3"]], 1),
        ([["a"], ["1"], ["2"]], 0),
        ([["1", "2"], ["3", "4"]], -1),
        ([], 0),
    ],
)
def test_header_is_found_below_titles(rows: list[list[str]], index: int) -> None:
    assert find_header(rows) == index


def test_nul_and_repeated_names_are_told(tmp_path: Path) -> None:
    (table,) = read(write(tmp_path, "a,a,\n甲\x00乙,2,3\n"), tmp_path)
    assert [c.name for c in table.columns] == ["a", "a_2", "列3"]
    assert column(table, "a") == ["甲乙"]
    assert "a_2" in table.notes[0].zh


def test_bytes_that_make_no_sense_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{name},{n}".encode("gbk") for n, name in enumerate(NAMES * 20)]
    path.write_bytes(b"\n".join([b"a,b", *rows, b"\xff\xff,7"]))
    (table,) = read([path], tmp_path)
    assert table.encoding.name == "gb18030"
    assert table.encoding.broken == 1
    assert any("不能解码" in note.zh for note in table.notes)


def test_sheet_below_a_merged_title_is_read_with_saved_values(tmp_path: Path) -> None:
    (table,) = read(make_xlsx(tmp_path), tmp_path)
    assert (table.name, table.header_row) == ("台账", 3)
    assert [(c.name, c.type) for c in table.columns] == [
        ("名称", "text"),
        ("户数", "integer"),
        ("面积", "number"),
    ]
    assert column(table, "面积")[0] == 1.5
    told = "".join(note.zh for note in table.notes)
    assert "公式" in told
    assert "草稿" in told


def test_sheet_with_groups_types_and_merged_rows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:A2", "镇")
        sheet.merge_range("B1:C1", "位置")
        sheet.write_row("B2", ["经度", "纬度"])
        sheet.write_row("D1", ["", ""])
        sheet.merge_range("A3:A4", "枫溪")
        sheet.write_row("B3", [116.5, 23])
        sheet.write_row("B4", [116.6, "约23"])
        sheet.write_datetime(
            "D3", datetime(2024, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"})
        )
        sheet.write("D2", "日期")
        sheet.write_string("E3", "=cmd()")
        sheet.write("E2", "备注")
    (table,) = read([path], tmp_path)
    assert [(c.name, c.type) for c in table.columns] == [
        ("镇", "text"),
        ("经度", "number"),
        ("纬度", "text"),
        ("日期", "date"),
        ("备注", "text"),
    ]
    assert column(table, "镇") == ["枫溪", "枫溪"]
    assert column(table, "纬度") == ["23", "约23"]
    assert column(table, "日期") == ["2024-05-01", None]
    assert column(table, "备注") == ["=cmd()", None]
    assert any("合并" in note.zh for note in table.notes)
