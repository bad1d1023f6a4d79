"""From the outside: GDAL's client of OGC API Features reads every layer from a live server."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import geopandas
import pyogrio
import pytest
from shapely.geometry import shape

from gisapp.features.crs import CRS84_URI
from layers.catalogue import LAYERS

PAGE = 37  # features a request, so that reading a layer takes several pages


def fetch(url: str) -> dict:
    """Return the JSON at ``url``."""
    token = pyogrio.get_gdal_config_option("GDAL_HTTP_BEARER")
    with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=30) as answer:
        body: dict = json.load(answer)
    return body


def read(live_api: str, layer: str, **options: object) -> geopandas.GeoDataFrame:
    """Return a collection as GDAL reads it."""
    return pyogrio.read_dataframe(f"OAPIF:{live_api}", layer=layer, PAGE_SIZE=PAGE, **options)


def test_collections_when_gdal_lists_them_are_the_layers(live_api: str) -> None:
    assert {name for name, _ in pyogrio.list_layers(f"OAPIF:{live_api}")} == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_layer_when_gdal_reads_it_page_by_page_is_whole(live_api: str, layer) -> None:
    found = read(live_api, layer.name, max_features=10 * PAGE, CRS=CRS84_URI)
    items = f"{live_api}/collections/{layer.name}/items"
    expected = fetch(f"{items}?limit={10 * PAGE}")
    assert len(found) == len(set(found["code"])) == expected["numberReturned"]
    assert list(found["code"]) == [feature["id"] for feature in expected["features"]]
    first = shape(expected["features"][0]["geometry"])
    assert found.geometry.iloc[0].equals_exact(first, 1e-7)
    assert set(found.geom_type) == {layer.geometry}


@pytest.mark.parametrize("srid", [4490, 4548, 3857])
def test_layer_when_gdal_asks_for_a_crs_is_in_it(live_api: str, srid: int) -> None:
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{srid}"
    found = read(live_api, "cameras", CRS=uri, max_features=50)
    assert found.crs.to_epsg() == srid
    usual = read(live_api, "cameras", CRS=CRS84_URI, max_features=50)
    assert list(found["code"]) == list(usual["code"])
    distance = found.to_crs(4548).distance(usual.to_crs(4548), align=False)
    assert distance.max() < 0.002


def test_layer_when_gdal_filters_by_bounds_is_cut_on_the_server(live_api: str) -> None:
    west, south, east, north = fetch(f"{live_api}/collections/cameras")["extent"]["spatial"][
        "bbox"
    ][0]
    bounds = (west, south, (west + east) / 2, (south + north) / 2)
    found = read(live_api, "cameras", bbox=bounds, CRS=CRS84_URI)
    box = ",".join(map(str, bounds))
    items = fetch(f"{live_api}/collections/cameras/items?limit=10000&bbox={box}")
    assert set(found["code"]) == {feature["id"] for feature in items["features"]}
    whole = read(live_api, "cameras")
    assert 0 < len(found) < len(whole)
    # In the metric CRS GDAL sends bbox-crs and turns the box to northing, easting.
    left, bottom, right, top = whole.total_bounds
    metric = (left, bottom, (left + right) / 2, (bottom + top) / 2)
    inside = whole.cx[metric[0] : metric[2], metric[1] : metric[3]]
    assert set(read(live_api, "cameras", bbox=metric)["code"]) == set(inside["code"])


def test_layer_when_gdal_reads_it_unasked_is_in_the_metric_crs_as_stored(live_api: str) -> None:
    found = read(live_api, "parcels", max_features=50)
    assert found.crs.to_epsg() == 4548
    west, south, _, _ = found.total_bounds  # x east, y north: GDAL has turned the axes
    assert 400_000 < west < 500_000
    assert 2_500_000 < south < 2_700_000
