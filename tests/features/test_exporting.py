"""Every layer in every format: what is exported comes back, and importing it changes nothing."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyogrio
import pyproj
import pytest
import shapely

from geodata.mapping import map_columns, targets
from geodata.writers.catalogue import FORMATS
from gisapp.access.scope import EVERYTHING, Scope
from gisapp.database.engine import Database, Reader
from gisapp.errors import BadParameter
from gisapp.features.exporting import allowed_names, export_layer, fields_of
from gisapp.features.targets import OPTIONS, offered_targets, read_options, read_target
from gisapp.queries.catalogue import QUERIES
from gisapp.queries.exporting import Asked, export_query
from gisapp.settings import Settings, load_settings
from layers.catalogue import LAYERS
from layers.spec import Layer
from tests.access.two_towns import MARK, A, build
from tests.geodata.reading_back import Back, nearest, read_back, understood
from tests.imports.here import bring

SRID = 4548


@pytest.fixture(scope="module")
def towns(cluster, names, tmp_path_factory) -> Iterator[Database]:
    """Two towns with rows in every layer, built once."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("towns"))})
    opened = Database(settings.database, cluster.url(name))
    build(opened, with_b=True)
    yield opened
    opened.close()


@pytest.fixture
def reader(towns: Database) -> Iterator[Reader]:
    with towns.read(EVERYTHING) as lent:
        yield lent


def exported(reader: Reader, layer: Layer, folder: Path, **given: str) -> Path:
    options = read_options(given, SRID)
    path = folder / f"{layer.name}{options.form.suffix}"
    export_layer(reader, layer, given, options, "zh", path)
    return path


def kept(reader: Reader, layer: Layer) -> tuple[list[tuple], list]:
    """Return a layer's rows as the database has them: values of the export's fields, shapes."""
    columns = ", ".join(f'"{field.name}"' for field in fields_of(layer))
    with reader.connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}, ST_AsBinary(geom) FROM gisapp.{layer.name} ORDER BY id")
        rows = cursor.fetchall()
    return [row[:-1] for row in rows], [shapely.from_wkb(bytes(row[-1])) for row in rows]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", LAYERS)
def test_layer_when_exported_comes_back(
    reader: Reader, name: str, form: str, tmp_path: Path
) -> None:
    layer = LAYERS[name]
    rows, shapes = kept(reader, layer)
    path = exported(reader, layer, tmp_path, f=form)
    if form == "dxf":
        drawn = shapely.get_parts(
            shapely.boundary(shapes) if layer.geometry == "MultiPolygon" else shapes
        )
        found = pyogrio.read_dataframe(path).geometry
        assert max(nearest(*pair) for pair in zip(drawn, found, strict=True)) <= 1e-4
        return
    back = read_back(path, form)
    assert len(back) == len(rows) > 0
    columns = columns_of(layer, form, back)
    for place, field in enumerate(fields_of(layer)):
        wanted = [understood(field, row[place]) for row in rows]
        if form == "kml" and not any(value is not None for value in wanted):
            continue  # nothing to write
        found = [understood(field, value) for value in back.columns[columns[field.name]]]
        assert all(map(same, found, wanted)), field.name
    degrees = form in ("geojson", "csv", "xlsx", "kml")
    assert max(map(nearest, shapes, metric(back.shapes) if degrees else back.shapes)) < 1e-3


def columns_of(layer: Layer, form: str, back: Back) -> dict[str, str]:
    """Return field name to column; those of the layer as the import itself finds them."""
    found = map_columns(layer, list(back.columns), {})
    assert set(found) == set(targets(layer)) or form == "kml"
    system = fields_of(layer)[-3:]
    by_label = form in ("csv", "xlsx")
    return found | {
        field.name: field.label.zh if by_label else field.name[: 10 if form == "shp" else None]
        for field in system
    }


def same(one: object, other: object) -> bool:
    """Tell whether two values are the same; times to the millisecond, as every format keeps them."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one.timestamp() - other.timestamp()) <= 0.0011
    return one == other


def metric(shapes: list) -> list:
    """Return shapes in degrees moved to the CRS of record."""
    move = pyproj.Transformer.from_crs(4326, SRID, always_xy=True).transform
    return [shapely.transform(shape, move, interleaved=False) for shape in shapes]


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson"])
@pytest.mark.parametrize("name", LAYERS)
def test_layer_when_exported_and_imported_changes_nothing(
    towns: Database, demo: Database, settings: Settings, name: str, form: str, tmp_path: Path
) -> None:
    layer = LAYERS[name]
    database = demo if name == "areas" else towns  # whose areas have whole codes
    with database.read(EVERYTHING) as lent:
        path = exported(lent, layer, tmp_path, f=form, crs=f"EPSG:{SRID}")
        source = kept(lent, layer)[0][0][-2]
    if form == "shp":
        zipfile.ZipFile(path).extractall(tmp_path)
        path = tmp_path / f"{name}.shp"
    found = bring(database, settings, path, name, source=source, apply=False)
    rows = found.held.found["rows"]
    assert found.findings == []
    assert found.counts == {"insert": 0, "update": 0, "unchanged": rows, "reject": 0}
    assert rows > 0


@pytest.mark.parametrize("target", offered_targets(SRID), ids=lambda target: target.name)
def test_crs_when_chosen_has_east_first_and_goes_back(
    reader: Reader, target, tmp_path: Path
) -> None:
    layer = LAYERS["cameras"]
    _, shapes = kept(reader, layer)
    back = read_back(exported(reader, layer, tmp_path, crs=target.name), "gpkg")
    if target.offset:
        assert back.crs is None
        degrees = metric(back.shapes)
        apart = [a.distance(b) for a, b in zip(shapes, degrees, strict=True)]
        assert 300 < min(apart) <= max(apart) < 2000
        return
    assert back.crs.to_epsg() == target.srid
    move = pyproj.Transformer.from_crs(target.srid, SRID, always_xy=True).transform
    moved = [shapely.transform(shape, move, interleaved=False) for shape in back.shapes]
    assert max(map(nearest, shapes, moved)) < 1e-3


def test_twin_with_prefix_when_chosen_differs_by_the_zone_exactly(
    reader: Reader, tmp_path: Path
) -> None:
    layer = LAYERS["cameras"]
    _, shapes = kept(reader, layer)
    back = read_back(exported(reader, layer, tmp_path, crs="EPSG:4527"), "gpkg")
    east = [a.x - b.x for a, b in zip(back.shapes, shapes, strict=True)]
    assert all(math.isclose(one, 39_000_000, abs_tol=1e-6) for one in east)


def test_name_when_coordinates_are_shifted_warns() -> None:
    moment = datetime(2026, 5, 1, 20, tzinfo=UTC)
    options = read_options({"f": "geojson", "crs": "gcj02"}, SRID)
    assert options.file_name("cameras", moment) == "cameras_20260502_GCJ02偏移坐标_勿作测绘.geojson"
    assert read_target("urn:ogc:def:crs:EPSG::4527", SRID).srid == 4527


@pytest.mark.parametrize(
    "given",
    [
        {"f": "exe"},
        {"crs": "EPSG:2000"},
        {"f": "kml", "crs": "EPSG:4548"},
        {"f": "gpkg", "encoding": "GB18030"},
        {"headers": "fr"},
    ],
)
def test_options_when_they_do_not_fit_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadParameter):
        read_options(given, SRID)


def test_town_when_it_exports_gets_its_own_rows_only(towns: Database, tmp_path: Path) -> None:
    for form in ("gpkg", "csv", "xlsx", "shp", "parquet", "geojson", "kml", "dxf"):
        with towns.read(Scope((A,))) as reader:
            path = exported(reader, LAYERS["cameras"], tmp_path, f=form)
        if form in ("shp", "xlsx"):
            back = read_back(path, form)
            assert all(
                code.startswith(A)
                for code in next(
                    back.columns[name]
                    for name in back.columns
                    if name in ("area_code", "行政区划代码")
                )
            )
        else:
            body = path.read_bytes()
            assert MARK.encode() not in body
        with towns.read(EVERYTHING) as reader:
            whole = exported(reader, LAYERS["cameras"], tmp_path, f=form)
        if form in ("csv", "geojson", "kml"):
            assert MARK.encode() in whole.read_bytes()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"area_code": A}, lambda row: row["area_code"].startswith(A)),
        ({"kind": "gas"}, lambda row: row["kind"] == "gas"),
        ({"q": MARK}, lambda row: MARK in f"{row['code']}{row['name']}{row['address']}"),
        ({"code": "nothing"}, lambda row: False),
    ],
)
def test_filters_when_given_choose_the_rows_and_stand_in_the_note(
    reader: Reader, given: dict[str, str], wanted, tmp_path: Path
) -> None:
    layer = LAYERS["hazard_sites"]
    names = [field.name for field in fields_of(layer)]
    rows = [dict(zip(names, row, strict=True)) for row in kept(reader, layer)[0]]
    path = exported(reader, layer, tmp_path, f="geojson", **given)
    back = read_back(path, "geojson")
    assert back.columns.get("code", []) == [row["code"] for row in rows if wanted(row)]
    assert next(iter(given.values())) in path.read_text("utf-8") or "kind" in given


def test_box_when_given_is_in_degrees(reader: Reader, tmp_path: Path) -> None:
    layer = LAYERS["cameras"]
    _, shapes = kept(reader, layer)
    move = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True).transform
    lon, lat = move(shapes[0].x, shapes[0].y)
    box = f"{lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}"
    back = read_back(exported(reader, layer, tmp_path, bbox=box), "gpkg")
    assert [shape.equals(shapes[0]) for shape in back.shapes] == [True]


def test_moment_when_given_shows_the_rows_of_then(
    towns: Database, reader: Reader, tmp_path: Path
) -> None:
    layer = LAYERS["incidents"]
    with reader.connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (before,) = cursor.fetchone()
    codes = [row[0] for row in kept(reader, layer)[0]]
    with towns.write() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gisapp.incidents WHERE code = %s", (codes[0],))
    with towns.read(EVERYTHING, before) as past:
        back = read_back(exported(past, layer, tmp_path), "gpkg")
    assert sorted(back.columns["code"]) == sorted(codes)
    assert codes[0] not in read_back(exported(reader, layer, tmp_path), "gpkg").columns["code"]


def test_parameters_of_layers_and_queries_are_not_those_of_exports() -> None:
    taken = {*OPTIONS, "lang", "as-of"}
    for layer in LAYERS.values():
        assert len(set(allowed_names(layer))) == len(allowed_names(layer)), layer.name
        assert not {field.name for field in layer.fields} & {*taken, "collection"}
    for query in QUERIES.values():
        assert not {item.name for item in query.parameters} & {*taken, "query"}, query.name


ASKED = {
    "contents": {"code": A},
    "nearest": {"layer": "cameras", "near": "116.6,23.5"},
    "within": {
        "layer": "cameras",
        "of_layer": "cameras",
        "of_code": f"cameras-{MARK}-1001",
        "distance": "3000",
    },
}


@pytest.mark.parametrize("form", ["gpkg", "csv", "shp"])
@pytest.mark.parametrize("name", QUERIES)
def test_answer_when_exported_has_all_rows(
    reader: Reader, name: str, form: str, tmp_path: Path
) -> None:
    query, given = QUERIES[name], ASKED.get(name, {})
    options = read_options({"f": form}, SRID)
    path = tmp_path / f"x{options.form.suffix}"
    written = export_query(reader, query, given, options, "en", path)
    rows, _ = Asked(reader, query, given).measure()
    assert written.rows == rows == len(read_back(path, form))
    assert name not in ("nearest", "within") or rows
