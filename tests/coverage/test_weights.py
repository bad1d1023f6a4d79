"""The table of weights."""

from __future__ import annotations

import pytest

from gisapp.coverage.weights import LABELS, LAYERS_OF, Weights, read_weights
from layers.catalogue import LAYERS


def test_score_is_the_weighted_sum_of_what_is_there() -> None:
    weights = Weights(premises=2, hazards=5, incidents=1, road_m=0.5, ground=0)
    assert weights.score({"premises": 3, "hazards": 1, "road_m": 10, "ground": 99}) == 16


def test_weights_when_written_down_are_read_and_others_keep_their_defaults() -> None:
    assert read_weights("hazards=7 road_m=0") == Weights(hazards=7, road_m=0)
    assert read_weights("") == Weights()


@pytest.mark.parametrize(
    "text", ["x=1", "hazards", "hazards=", "hazards=-1", "hazards=nan", "road_m=1 road_m=2"]
)
def test_weights_when_they_are_nonsense_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_weights(text)


def test_components_when_walked_have_labels_and_known_layers() -> None:
    assert set(LABELS) == set(vars(Weights()))
    assert {name for layers in LAYERS_OF.values() for name in layers} <= set(LAYERS)
    assert Weights(hazards=9).of_layers()["hazard_sites"] == 9
