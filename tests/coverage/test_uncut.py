"""A cell that cannot be cut up: reported as such everywhere, never as fine; the others are computed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gisapp.coverage import faces
from gisapp.coverage.loops import arrangement
from gisapp.coverage.viewsheds import Views
from gisapp.coverage.what_if_cells import look
from gisapp.database.engine import Database
from gisapp.errors import Conflict
from tests.coverage.world import X, areas, at, cells, computed, gaps, put, run, square, states


@pytest.fixture
def uncut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let cutting fail for whatever begins 100 m east of the world's corner."""

    def cover(boxes: Any, *rest: Any) -> Any:
        figures, *others = arrangement.cover(boxes, *rest)
        figures[boxes[:, 0] == X + 100] = np.nan
        return figures, *others

    monkeypatch.setattr(faces, "arrangement", SimpleNamespace(cover=cover))


@pytest.fixture
def world(database: Database) -> Database:
    """Three cells of 100 m in a row, a camera that sees into the first two."""
    for number in range(3):
        west = 100 * number
        put(database, "grid_cells", f"c{number + 1}", square(west, 0, west + 100, 100))
    put(database, "cameras", "a", at(90, 50), horizontal_fov=360, max_view_distance=40)
    return database


def test_cell_when_it_cannot_be_cut_is_failed_and_the_others_are_computed(
    world: Database, uncut: None, caplog: pytest.LogCaptureFixture
) -> None:
    done = computed(world)
    assert (done.cells, done.failed) == (3, 1)
    assert states(world) == {"c1": "fresh", "c2": "failed", "c3": "fresh"}
    assert "cannot be cut" in caplog.text
    for target in ("public", "roads", "whole"):
        cell = cells(world, target=target)["c2"]
        told = ("target_m2", "sure_share", "possible_share", "gap_m2", "score", "gaps", "premises")
        assert [cell[name] for name in told] == [None] * len(told)
    assert {gap["cell"] for gap in gaps(world)} == {"c1", "c3"}
    (total,) = (one for one in areas(world) if one.level == "all")
    assert (total.cells, total.fresh, total.stale, total.missing, total.failed) == (3, 2, 0, 0, 1)
    assert total.target_m2 == pytest.approx(20_000)
    assert computed(world).cells == 0  # it is not tried again and again


def test_cell_when_it_can_be_cut_again_has_figures(
    world: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("uncut")
    computed(world)
    monkeypatch.undo()
    run(world, "UPDATE gisapp.cameras SET azimuth = 1")
    assert states(world)["c2"] == "failed"
    assert computed(world).failed == 0
    assert set(states(world).values()) == {"fresh"}


def test_cell_that_had_figures_when_it_cannot_be_cut_loses_them(
    world: Database, request: pytest.FixtureRequest
) -> None:
    computed(world)
    assert cells(world)["c2"]["possible_m2"] > 0
    request.getfixturevalue("uncut")
    run(world, "UPDATE gisapp.cameras SET max_view_distance = 41")
    assert computed(world).failed == 1
    assert cells(world)["c2"]["possible_m2"] is None


@pytest.mark.parametrize("target", [square(100, 0, 200, 100), None])
def test_what_if_when_a_cell_cannot_be_cut_is_refused(uncut: None, target: Any) -> None:
    nobody = Views(np.zeros(0, dtype=object), np.zeros(0, dtype=object))
    with pytest.raises(Conflict):
        look(target, nobody, [])
