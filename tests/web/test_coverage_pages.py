"""The pages of coverage for whoever asks: bad parameters, and nothing of other areas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from gisapp.app import create_app
from gisapp.coverage.sheet import DrawnCell, named_apart
from gisapp.settings import load_settings
from gisapp.web.coverage_sheet import share
from tests.accounts import signed_in
from tests.coverage.world import at, computed, put, square, village

WHOLE = {"horizontal_fov": 360, "max_view_distance": 20}


@pytest.fixture(scope="module")
def site(cluster, names, tmp_path_factory) -> Iterator[Flask]:
    """Two cells in two towns; a camera of the second looks into the first."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    settings = load_settings({"GISAPP_VAR": str(tmp_path_factory.mktemp("pages"))})
    app = create_app(settings, cluster.url(name))
    held = app.extensions["gisapp"].database
    village(held, "445103101201", square(0, 0, 100, 100))
    village(held, "445103102201", square(100, 0, 200, 100))
    put(held, "grid_cells", "c1", square(0, 0, 100, 100), name="甲格")
    put(held, "grid_cells", "c2", square(100, 0, 200, 100), name="乙格")
    put(held, "cameras", "k1", at(25, 25), **WHOLE)
    put(held, "cameras", "k2", at(101, 50), **WHOLE)
    computed(held)
    yield app
    held.close()


def sheet(site: Flask, areas: list[str] | None = None, **asked: str) -> str:
    answer = signed_in(site, "viewer", areas).get("/coverage/print", query_string=asked)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    "asked", ["area=x", "area=4451", "target=sky", "paper=A5", "more=1", "area=445103101&area=1"]
)
def test_sheet_when_asked_for_what_there_is_not_is_refused(site: Flask, asked: str) -> None:
    assert signed_in(site).get(f"/coverage/print?{asked}").status_code == 400


def test_pages_when_nobody_is_signed_in_are_not_shown(site: Flask) -> None:
    for path in ("/coverage", "/coverage/print"):
        assert site.test_client().get(path).status_code in (302, 303, 401)


def test_sheet_when_asked_by_a_caller_of_one_town_draws_that_town_only(site: Flask) -> None:
    everything, mine = sheet(site), sheet(site, ["445103101"])
    assert "乙格" in everything
    assert "乙格" not in mine
    assert everything.count('class="camera"') == 2 + 1  # and one in the legend
    assert mine.count('class="camera"') == 1 + 1
    assert "这里没有网格" in sheet(site, ["445103101"], area="445103102")
    # A sheet of a part says so.
    assert "全部区域（本账号可见部分）" in mine
    assert "本账号可见部分" in sheet(site, ["445103101"], area="445103")
    assert "本账号可见部分" not in sheet(site, ["445103101"], area="445103101")
    assert "本账号可见部分" not in everything


def test_sheet_when_areas_are_asked_for_adds_up(site: Flask) -> None:
    both = sheet(site)
    # 10,000 m² each; k2 sees 1 m over the border into the first town.
    assert both.count("<dd>20,000</dd>") == 1
    assert "<dd>10,000</dd>" in sheet(site, area="445103101000")
    assert "<h1>监控覆盖表：全部区域</h1>" in both
    # Generated data are said to be, and a millionth is no nought.
    article = both[both.index("<article") :]
    assert "演示数据：系统生成，非真实数据" in article
    assert "面积（平方米） 0.000001" in article


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0.0, "0.0"),
        (0.03, "< 0.1"),
        (0.06, "0.1"),
        (99.97, "> 99.9"),
        (100.0, "100.0"),
    ],
)
def test_share_when_it_is_little_is_not_nothing(value: float | None, text: str) -> None:
    assert share(value) == text


def test_names_when_there_is_no_room_are_left_out() -> None:
    cells = [DrawnCell("甲乙丙", "fresh", "", x, y) for x, y in ((0, 0), (40, 0), (60, 0), (0, 25))]
    found = named_apart(cells, [(200, 0)], 1)
    assert [cell.named for cell in found] == [True, False, True, True]
    under = named_apart([DrawnCell("甲", "fresh", "", 200, 5)], [(200, 0)], 1)
    assert [cell.named for cell in under] == [False]


def test_page_when_rendered_holds_no_figures(site: Flask) -> None:
    text = signed_in(site).get("/coverage").text
    assert "甲格" not in text
    assert '"mayCreate": true' in text
    assert '"mayCreate": false' in signed_in(site, "viewer").get("/coverage").text
