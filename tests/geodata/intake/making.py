"""Small files of every kind that is read, made on the spot."""

from __future__ import annotations

import io
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas
import pandas
import shapely
import xlsxwriter

from geodata.intake.convert import convert
from geodata.intake.facts import DEFAULT, Limits, ReadOptions
from geodata.intake.kept import Intake

NAMES = ["枫洋村", "象埔寨", "凤塘派出所"]
POINTS = geopandas.GeoDataFrame(
    {"名称": NAMES, "户数": [12, 7, 300], "面积": [1.5, 2.0, None]},
    geometry=[shapely.Point(116.6 + n / 10, 23.6) for n in range(3)],
    crs=4490,
)
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>全区</name>
<Style id="s"><LineStyle><color>ff0000ff</color></LineStyle></Style>
<Folder><name>村</name>
<Placemark><name>枫洋村</name><styleUrl>#s</styleUrl><ExtendedData><Data name="户数"><value>12</value>
</Data></ExtendedData><Point><coordinates>116.6,23.6,0</coordinates></Point></Placemark>
<Placemark><name>象埔寨</name><Point><coordinates>116.7,23.6,0</coordinates></Point></Placemark>
</Folder><Folder><name>边界</name><Folder><name>内层</name><Placemark><name>凤塘派出所</name>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>
0,0 4,0 4,4 0,4 0,0</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing>
<coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing></innerBoundaryIs></Polygon></MultiGeometry>
</Placemark></Folder></Folder></Document></kml>
"""


def make_shapefile(folder: Path, stem: str = "点位", encoding: str = "GBK") -> list[Path]:
    """Write a Shapefile without .cpg, as many programs do, and return its files."""
    made = folder / "made"
    made.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        POINTS.to_file(made / "a.shp", encoding=encoding)
    (made / "a.cpg").unlink(missing_ok=True)
    files = [path.rename(folder / f"{stem}{path.suffix}") for path in sorted(made.iterdir())]
    made.rmdir()
    return files


def make_zip(path: Path, files: list[Path], inside: str = "", encoding: str = "utf-8") -> Path:
    """Pack files; names in ``encoding`` without the mark of UTF-8, as Chinese Windows does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(raw_name(inside + file.name, encoding), file.read_bytes())
    return path


def raw_name(name: str, encoding: str) -> zipfile.ZipInfo:
    """Return an entry whose name is stored in ``encoding``."""
    info = PlainName(name.encode(encoding).decode("cp437"))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class PlainName(zipfile.ZipInfo):
    """An entry that stores its name as cp437 bytes and never marks it as UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


def make_gpkg(folder: Path) -> list[Path]:
    POINTS.to_file(folder / "a.gpkg", layer="点位")
    POINTS.to_file(folder / "a.gpkg", layer="second")
    return [folder / "a.gpkg"]


def make_geojson(folder: Path) -> list[Path]:
    POINTS.to_file(folder / "a.geojson", driver="GeoJSON")
    return [folder / "a.geojson"]


def make_lines_of_json(folder: Path) -> list[Path]:
    POINTS.to_crs(4326).to_file(folder / "a.geojsonl", driver="GeoJSONSeq")
    return [folder / "a.geojsonl"]


def make_kml(folder: Path) -> list[Path]:
    (folder / "a.kml").write_text(KML, encoding="utf-8")
    return [folder / "a.kml"]


def make_kmz(folder: Path) -> list[Path]:
    with zipfile.ZipFile(folder / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
        archive.writestr("files/icon.png", b"\x89PNG")
    return [folder / "a.kmz"]


def make_dxf(folder: Path) -> list[Path]:
    shapes = [
        shapely.LineString([(0, 0), (4, 0), (4, 4), (0, 0)]),
        shapely.LineString([(0, 0), (4, 1)]),
        shapely.Point(1, 2),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        geopandas.GeoDataFrame({"Layer": NAMES}, geometry=shapes).to_file(
            folder / "a.dxf", driver="DXF"
        )
    return [folder / "a.dxf"]


def make_parquet(folder: Path) -> list[Path]:
    POINTS.to_parquet(folder / "a.parquet")
    return [folder / "a.parquet"]


def make_csv(folder: Path, encoding: str = "gbk") -> list[Path]:
    frame = pandas.DataFrame(POINTS.drop(columns="geometry")).assign(x=POINTS.geometry.x)
    frame.to_csv(folder / "a.csv", index=False, encoding=encoding)
    return [folder / "a.csv"]


def make_xlsx(folder: Path) -> list[Path]:
    """A sheet with a merged title, a remark, a formula with its value, and a hidden sheet."""
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        sheet = book.add_worksheet("台账")
        sheet.merge_range("A1:C1", "潮安区点位台账")
        sheet.write_row("A2", ["填表单位：某办", "", ""])
        sheet.write_row("A3", ["名称", "户数", "面积"])
        for row, (name, count) in enumerate(zip(NAMES, [12, 7, 300], strict=True), start=3):
            sheet.write_row(row, 0, [name, count])
        sheet.write_formula("C4", "=1+1", None, 1.5)
        book.add_worksheet("空表")
        hidden = book.add_worksheet("草稿")
        hidden.write(0, 0, "x")
        hidden.hide()
    return [folder / "a.xlsx"]


def make_ods(folder: Path) -> list[Path]:
    """A spreadsheet of OpenDocument with a header and three rows."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [["名称", "备注"], *([name, "x"] for name in NAMES)]
    text = "".join(
        "<table:table-row>" + "".join(cell.format(one) for one in row) + "</table:table-row>"
        for row in rows
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(folder / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="表">{text}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return [folder / "a.ods"]


def make_zipped(folder: Path) -> list[Path]:
    parts = make_shapefile(folder)
    made = [make_zip(folder / "a.zip", parts, "数据/", "gbk")]
    for part in parts:
        part.unlink()
    return made


KINDS: dict[str, Callable[[Path], list[Path]]] = {
    "Shapefile": make_shapefile,
    "zip": make_zipped,
    "GeoPackage": make_gpkg,
    "GeoJSON": make_geojson,
    "GeoJSONSeq": make_lines_of_json,
    "KML": make_kml,
    "KMZ": make_kmz,
    "DXF": make_dxf,
    "GeoParquet": make_parquet,
    "CSV": make_csv,
    "XLSX": make_xlsx,
    "ODS": make_ods,
}


def make(kind: str, folder: Path) -> list[Path]:
    """Make a file of a kind in its own folder and return what would be uploaded."""
    held = folder / "upload"
    held.mkdir()
    return KINDS[kind](held)


def read(
    files: list[Path], folder: Path, limits: Limits = DEFAULT, **options: object
) -> list[Intake]:
    """Convert files into ``folder/out``, which is emptied before."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    return convert(files, out, limits=limits, options=ReadOptions(**options))  # type: ignore[arg-type]


def zip_bytes(**members: bytes) -> bytes:
    """Return an archive with members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()
