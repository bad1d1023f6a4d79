"""Real files as they were sent, where they are present."""

from __future__ import annotations

from pathlib import Path

from tests.geodata.intake.making import read
from tests.geodata.intake.test_formats import column
from tests.real_data import REAL_DATA

MESSY = REAL_DATA / "messy"
# Stem, rows, encoding, CRS, a column and its first value.
FILES = [
    ("places_zone39_gbk", 600, "gb18030", None, "名称", "古野田家炳小学"),
    ("shanghai_区县界_area", 17, "gb18030", "EPSG:4326", "NAME", "宝山区"),
    ("sz_noprj", 10, "utf-8", None, "qh", "罗湖"),
    ("taipei_cctv_big5", 416, "big5", None, "縣市", "臺北市"),
    ("chaoan_places_dms_swapped_gcj_gbk", 85, "gb18030", None, "纬度(度分秒)", "23°26′40.56″"),
    ("chaoan_places_gcj02_labelled_wgs84", 85, "utf-8", "EPSG:4326", "name", None),
    ("hk_traffic_cameras_bom_epsg2326_and_latlon", 210, "utf-8", None, "easting", "833514"),
    ("mapshaper/gbk", 1, "gb18030", None, "NAME", "简体国语"),
    ("mapshaper/chinese", 1, "gb18030", "EPSG:4326", "NAME", "简体"),
    ("mapshaper/big5", 1, "big5", None, "NAME", "國語"),
    ("mapshaper/duplicate_fields", 5, "utf-8", None, "unemployed_2", None),
    ("mapshaper/data_corruption_error", 8, "utf-8", "EPSG:3006", "dp_otype", 700102),
]
PRESENT = [item for item in FILES if list(MESSY.glob(f"{item[0]}.*"))]


def test_real_files_are_read_in_their_encodings(tmp_path: Path) -> None:
    for stem, rows, encoding, crs, name, first in PRESENT:
        (table,) = read(sorted(MESSY.glob(f"{stem}.*")), tmp_path)
        assert (table.rows, table.encoding.name, table.crs) == (rows, encoding, crs), stem
        assert table.encoding.confidence > 0.6, stem
        assert table.encoding.broken == 0, stem
        values = column(table, name)
        assert first is None or values[0] == first, stem
