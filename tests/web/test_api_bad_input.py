"""Nonsense never makes a 5xx: every refused value is a 400 or 404 that names it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisapp.features.filters import filter_names
from layers.catalogue import LAYERS

ITEMS = "/api/collections/cameras/items"
NONSENSE = [
    "", " ", "nan", "NaN", "inf", "-inf", "1e999", "-1", "0", "1e308", "9" * 400, "\0", "a\0b",
    "%", "_", "'", '"', "\\", ";", "--", "../..", "../../etc/passwd", "<script>", "${7*7}", "{0}",
    "%(code)s", "%s", "{name}", "\ud7ff", "\U0010ffff", "\u202e", "潮" * 3000, "null", "None",
    "true", "[]", "0x10", "1_000", "٣", "1,2,3,4", "nan,nan,nan,nan", "-inf,-inf,inf,inf",
    "1e308,1e308,1e308,1e308", "-180,-90,180,90", "180,90,-180,-90", "0,0,0,0", "/", "//", "a/b/c",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00",
    "0000-01-01", "2024-13-01", "2024-02-30", "-0001-01-01", "2024-01-01/2023-01-01",
]  # fmt: skip
PARAMETERS = (
    *((ITEMS, name) for name in ("limit", "after", "bbox", "bbox-crs", "crs", "datetime", "count",
                                 "f", "lang", *filter_names(LAYERS["cameras"]), "nosuch")),
    *((f"/api/collections/{layer}/items", name) for layer, name in (
        ("incidents", "datetime"), ("incidents", "occurred_at"), ("grid_cells", "datetime"),
        ("grid_cells", "locked"), ("grid_cells", "households"), ("areas", "valid_to"))),
    ("/api/search", "q"), ("/api/search", "limit"),
)  # fmt: skip


def is_calm(answer) -> bool:
    """Tell whether an answer is no server error and a refusal is a problem document."""
    if answer.status_code < 400:
        return True
    refused = answer.status_code in (400, 404)
    return refused and answer.content_type == "application/problem+json" and answer.json["detail"]


@pytest.mark.parametrize(("path", "name"), PARAMETERS, ids=lambda part: part.split("/")[-1])
def test_parameter_when_nonsense_is_refused_calmly(api: FlaskClient, path: str, name: str) -> None:
    for text in NONSENSE:
        answer = api.get(path, query_string={"limit": "3", name: text})
        assert is_calm(answer), (text, answer.text)


@pytest.mark.parametrize("text", NONSENSE)
def test_path_when_nonsense_is_refused_calmly(api: FlaskClient, text: str) -> None:
    part = quote(text, safe="")
    for path in (f"/api/collections/{part}", f"{ITEMS}/{part}", f"/api/{part}",
                 f"/api/collections/{part}/items", f"/api/collections/{part}/queryables"):  # fmt: skip
        assert is_calm(api.get(path)), path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4548", "EPSG:3857", "x", "\0"])
def test_box_when_nonsense_in_any_crs_is_refused_calmly(api: FlaskClient, crs: str) -> None:
    for text in NONSENSE:
        asked = {"bbox": text, "bbox-crs": crs, "crs": crs, "limit": "3"}
        answer = api.get("/api/collections/grid_cells/items", query_string=asked)
        assert is_calm(answer), (text, answer.text)


@pytest.mark.parametrize("name", ["lon", "lat", "zoom", "layers"])
def test_click_when_nonsense_is_refused_calmly(api: FlaskClient, name: str) -> None:
    for text in NONSENSE:
        asked = {"lon": "116.6", "lat": "23.6", "zoom": "15", name: text}
        assert is_calm(api.get("/api/identify", query_string=asked)), text
    for corner in ({"lon": "180", "lat": "90"}, {"lon": "-180", "lat": "-90", "zoom": "0"}):
        assert api.get("/api/identify", query_string=corner).json == {"results": []}


@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=2", "bbox=1,2,3,4&bbox=1,2,3,4", "colour=red", "LIMIT=1", "f=xml", "lang=fr",
     "offset=10", "after=x", "after=AAAAAAAAAAA=", "after=__________8", "code=%00", "%00=1",
     "name=%FF%FE", "limit=0", "limit=1.5", "bbox-crs=EPSG:1", "datetime="],
)  # fmt: skip
def test_question_when_malformed_is_400_with_the_reason(api: FlaskClient, query: str) -> None:
    answer = api.get(f"{ITEMS}?{query}")
    if query == "name=%FF%FE":  # bytes that are no text are read as question marks
        assert answer.json["numberReturned"] == 0
        return
    assert (answer.status_code, answer.json["title"]) == (400, "请求无效")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=st.dictionaries(
        st.sampled_from(["bbox", "datetime", "limit", "after", "crs", "azimuth", "name", "x"]),
        st.one_of(
            st.text(max_size=40),
            st.lists(st.floats(), min_size=4, max_size=6).map(lambda n: ",".join(map(repr, n))),
            st.datetimes().map(lambda moment: moment.isoformat() + "Z/.."),
            st.integers().map(str),
        ),
        max_size=3,
    )
)
def test_any_question_when_asked_is_answered_calmly(api: FlaskClient, asked) -> None:
    assert is_calm(api.get(ITEMS, query_string=asked))
