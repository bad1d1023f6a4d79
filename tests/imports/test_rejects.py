"""Rejected rows come back as they came: same format, same columns, with the reason; and go in again."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import geopandas
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from geodata.rejects import REASON, SHORT_REASON
from tests.imports.conftest import Files, Site, cameras, package
from tests.web.writing import WEST

DRIVERS = {
    "in.gpkg": "GPKG",
    "in.geojson": "GeoJSON",
    "in.kml": "KML",
}


def bad(prefix: str) -> geopandas.GeoDataFrame:
    """Return three cameras, of which the second has a status that there is not."""
    return cameras(3, prefix=prefix, status=["online", "坏了", "offline"])


def shapefile(frame: geopandas.GeoDataFrame, folder: Path, encoding: str) -> Files:
    """Return the parts of a Shapefile as loose files."""
    frame.to_file(folder / "点位.shp", encoding=encoding, engine="pyogrio")
    return [(path.name, path.read_bytes()) for path in sorted(folder.glob("点位.*"))]


def listed(prefix: str) -> list[list[str]]:
    """Return the same three cameras as the lines of a list; the first name is a formula."""
    lines = [["编号", "名称", "运行状态", "经度", "纬度", "办公备注"]]
    for row, (name, status) in enumerate(
        [("路口甲", "online"), ("=1+1", "坏了"), ("路口丙", "offline")]
    ):
        lines.append([f"{prefix}{row}", name, status, str(WEST[0] + row / 1e4), str(WEST[1]), "x"])
    return lines


def written(lines: list[list[str]], encoding: str, delimiter: str) -> bytes:
    """Return lines as the bytes of a list."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue().encode(encoding)


def rejects(site: Site, files: Files, folder: Path) -> tuple[str, Path, dict[str, object]]:
    """Have files checked as cameras; return the name and the path of the rejects, and the import."""
    client = site.client("planner")
    found = site.check(client, files, layer="cameras")
    assert found["counts"], found["discoveries"]
    assert (found["counts"]["insert"], found["counts"]["reject"]) == (2, 1), found
    answer = client.get(f"/api/imports/{found['id']}/rejects")
    assert answer.status_code == 200, answer.text
    name = answer.headers["Content-Disposition"].rpartition(".rejects")[2]
    path = folder / f"back{name.strip(chr(34))}"
    path.write_bytes(answer.data)
    again = site.check(client, [(path.name, path.read_bytes())], layer="cameras")
    assert again["counts"]["reject"] == 1  # not mended, and with its reason it is no other file
    assert {column for column, field in again["plan"]["mapping"].items() if field}.isdisjoint(
        (REASON, SHORT_REASON)
    )
    return name, path, found


@pytest.mark.parametrize("name", DRIVERS)
def test_rejects_when_of_a_format_with_shapes_keep_it(
    site: Site, tmp_path: Path, name: str
) -> None:
    frame = bad("r" + name[3])
    if name != "in.gpkg":
        frame = frame.to_crs(4326)
    frame.to_file(tmp_path / name, driver=DRIVERS[name])
    _, path, _ = rejects(site, [(name, (tmp_path / name).read_bytes())], tmp_path)
    assert path.suffix == Path(name).suffix
    if name == "in.kml":  # of whose free columns GDAL changes the names
        text = path.read_text(encoding="utf-8")
        assert text.count("<Placemark>") == 1
        assert f'<Data name="编号"><displayName>编号</displayName><value>r{name[3]}1<' in text
        assert f'<Data name="{REASON}">' in text
        return
    back = geopandas.read_file(path)
    assert len(back) == 1
    assert back["编号"].tolist() == [f"r{name[3]}1"]
    assert "状态" not in back.columns
    assert back["status"].tolist() == ["坏了"]
    assert back[REASON].str.len().min() > 5
    assert back.geometry.iloc[0].distance(frame.geometry.iloc[1]) < 1e-6


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_rejects_when_of_a_shapefile_keep_its_encoding(
    site: Site, tmp_path: Path, encoding: str
) -> None:
    frame = bad(f"s{encoding[0]}").rename(columns={"name": "名称"})
    frame["名称"] = ["金石镇路口摄像机", "龙湖镇市场监控点", "浮洋镇工业区大门"]
    _, path, _ = rejects(site, shapefile(frame, tmp_path, encoding), tmp_path)
    assert path.suffix == ".zip"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        (page,) = [name for name in names if name.endswith(".cpg")]
        (data,) = [name for name in names if name.endswith(".dbf")]
        assert archive.read(page).decode().strip().upper().replace("-", "") == encoding.replace(
            "-", ""
        )
        assert "龙湖镇市场监控点".encode(encoding) in archive.read(data)
        assert SHORT_REASON.encode(encoding) in archive.read(data)[:500]


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("点.csv", "utf-8-sig", ","),
        ("点.csv", "gb18030", ";"),
        ("点.tsv", "utf-8", "\t"),
        ("点.txt", "utf-16", "\t"),
        ("点.csv", "utf-8", "|"),
    ],
)
def test_rejects_when_of_a_list_keep_encoding_and_delimiter_and_run_nothing(
    site: Site, tmp_path: Path, name: str, encoding: str, delimiter: str
) -> None:
    lines = listed(f"l{encoding[-2:]}{ord(delimiter)}")
    _, path, _ = rejects(site, [(name, written(lines, encoding, delimiter))], tmp_path)
    assert path.suffix == Path(name).suffix
    text = path.read_bytes().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    assert rows[0] == [*lines[0], REASON]
    assert len(rows) == 2
    assert rows[1][0] == lines[2][0]
    assert rows[1][1] == "'=1+1"  # no spreadsheet runs it
    assert rows[1][2:6] == lines[2][2:]


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_rejects_when_a_list_has_titles_and_quotes_keep_them_but_for_persons(
    site: Site, tmp_path: Path, quoting: int
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=quoting)
    writer.writerow(["监控点位汇总表"])
    writer.writerow(["填表人：王小明 13812345678"])
    writer.writerow(["共；三处"])
    writer.writerows(listed(f"t{quoting}"))
    files = [("点.csv", text.getvalue().encode("gb18030"))]
    _, path, _ = rejects(site, files, tmp_path)
    lines = path.read_bytes().decode("gb18030").split("\r\n")
    quote = '"' if quoting == csv.QUOTE_ALL else ""
    assert lines[:3] == [f"{quote}监控点位汇总表{quote}", "", f"{quote}共；三处{quote}"]
    assert lines[3].startswith(f"{quote}编号{quote};{quote}名称{quote};")
    assert lines[4].startswith(f"{quote}t{quoting}1{quote};")
    told = site.client("planner").get("/api/imports").text
    assert "王小明" not in told + "".join(lines)
    assert "王小明" not in str(site.sql("SELECT outcome FROM gisapp.imports"))


def test_rejects_when_a_line_names_the_delimiter_keep_the_line(site: Site, tmp_path: Path) -> None:
    content = b"sep=|\r\n" + written(listed("sep"), "utf-8", "|")
    _, path, _ = rejects(site, [("点.csv", content)], tmp_path)
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[0] == "sep=|"
    assert lines[1].startswith("编号|名称|")


def test_rejects_when_of_a_workbook_are_one_and_run_nothing(site: Site, tmp_path: Path) -> None:
    lines = listed("x")
    lines[2][1] = "+路口"
    with xlsxwriter.Workbook(tmp_path / "点位.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("点位")
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                sheet.write_string(row, column, text)
    files = [("点位.xlsx", (tmp_path / "点位.xlsx").read_bytes())]
    _, path, _ = rejects(site, files, tmp_path)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[0] == [*lines[0], REASON]
    assert rows[1][:2] == ["x1", "'+路口"]
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("groups", [False, True])
def test_rejects_when_a_workbook_has_titles_begin_with_them_but_for_persons(
    site: Site, tmp_path: Path, groups: bool
) -> None:
    """A merged title, who filled it in, a blank row; perhaps group heads above some names."""
    lines = listed(f"w{groups}")
    with xlsxwriter.Workbook(tmp_path / "点位.xlsx") as book:
        sheet = book.add_worksheet("点位")
        sheet.merge_range(0, 0, 0, 5, "金石镇监控点位汇总表")
        sheet.write_string(1, 0, "填表人：王小明 13812345678")
        sheet.write_string(2, 0, "=截至十一月")
        top = 4  # a blank row above it
        if groups:
            for column in (0, 1, 2, 5):
                sheet.merge_range(top, column, top + 1, column, lines[0][column])
            sheet.merge_range(top, 3, top, 4, "坐标")
            sheet.write_row(top + 1, 3, lines[0][3:5])
        else:
            sheet.write_row(top, 0, lines[0])
        for row, line in enumerate(lines[1:], start=top + 1 + groups):
            for column, text in enumerate(line):
                sheet.write_string(row, column, text)
    content = (tmp_path / "点位.xlsx").read_bytes()
    _, path, found = rejects(site, [("点位.xlsx", content)], tmp_path)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    firsts = [row[0] for row in rows[:4]]
    assert firsts == ["金石镇监控点位汇总表", "", "'=截至十一月", ""]
    assert not any(any(row[1:]) for row in rows[:4])
    assert rows[4] == [*lines[0], REASON]
    assert len(rows) == 6
    assert rows[5][0] == lines[2][0]
    told = site.client("planner").get(f"/api/imports/{found['id']}").text
    assert "王小明" not in told + str(rows)


def test_rejects_when_of_a_parquet_file_keep_it(site: Site, tmp_path: Path) -> None:
    frame = bad("q")
    frame.to_parquet(tmp_path / "in.parquet")
    _, path, _ = rejects(site, [("in.parquet", (tmp_path / "in.parquet").read_bytes())], tmp_path)
    back = geopandas.read_parquet(path)
    assert back["编号"].tolist() == ["q1"]
    assert back[REASON].str.len().min() > 5


def test_rejects_when_of_a_drawing_are_a_list_with_shapes_as_text(
    site: Site, tmp_path: Path
) -> None:
    """A drawing can hold no reason; its texts and layers become columns."""
    inside, outside = (460_000, 2_601_000), (700_000, 3_601_000)
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for x, y in (inside, outside):
        lines += ["0", "POINT", "8", "监控", "10", str(x), "20", str(y), "30", "0"]
    lines += ["0", "ENDSEC", "0", "EOF", ""]
    client = site.client("planner")
    found = site.check(client, [("图.dxf", "\n".join(lines).encode())], layer="cameras")
    plan = {"crs": "EPSG:4548", "constants": {"name": "路口", "status": "online"}}
    found = site.decide(client, found["id"], plan=plan)
    assert found["counts"], found["discoveries"]
    if found["counts"]["reject"]:
        answer = client.get(f"/api/imports/{found['id']}/rejects")
        assert ".rejects.csv" in answer.headers["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows[0]["WKT"].startswith("POINT")
        assert rows[0][REASON]


def test_rejects_when_a_column_is_personal_leave_it_out(site: Site, tmp_path: Path) -> None:
    frame = bad("p")
    frame["负责人电话"] = ["13812345678", "13912345678", "13712345678"]
    _, path, found = rejects(site, package(frame, tmp_path), tmp_path)
    assert found["personal"] == ["负责人电话"]
    assert b"13912345678" not in path.read_bytes()
    number = found["id"]
    client = site.client("planner")
    for part in ("", "/rows", "/findings"):
        assert "13912345678" not in client.get(f"/api/imports/{number}{part}").text


def test_rejects_when_free_text_holds_a_number_give_none_back(site: Site) -> None:
    lines = [["编号", "名称", "运行状态", "经度", "纬度", "备注"]]
    for row in range(8):
        note = "找老王 13812345678 开门" if row == 3 else f"路边 {row}"
        east = str(WEST[0] + row / 1e4)
        lines.append([f"mask{row}", "路口", "online", east, str(WEST[1]), note])
    client = site.client("planner")
    found = site.check(client, [("in.csv", written(lines, "utf-8", ","))], layer="cameras")
    assert (found["counts"]["insert"], found["counts"]["reject"]) == (7, 1), found
    text = client.get(f"/api/imports/{found['id']}/rejects").data.decode("utf-8-sig")
    assert "找老王 *********** 开门" in text
    assert "13812345678" not in text + str(found)
