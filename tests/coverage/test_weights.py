"""The table of weights."""

from __future__ import annotations

from gisapp.coverage.siting_read import FEATURES
from gisapp.coverage.weights import LABELS, LAYERS_OF, Weights
from gisapp.settings import load_settings
from layers.catalogue import LAYERS


def test_score_is_the_weighted_sum_of_what_is_there() -> None:
    weights = Weights(premises=2, hazards=5, incidents=1, road_m=0.5, ground=0)
    assert weights.score({"premises": 3, "hazards": 1, "road_m": 10, "ground": 99}) == 16


def test_components_when_walked_have_labels_and_known_layers() -> None:
    assert set(LABELS) == set(vars(Weights()))
    assert vars(Weights()) == dict(load_settings({}).coverage.weights)
    assert {name for layers in LAYERS_OF.values() for name in layers} <= set(LAYERS)
    assert Weights(hazards=9).of_layers()["hazard_sites"] == 9


def test_siting_when_it_weighs_ground_reads_every_layer_that_has_a_weight() -> None:
    assert set(FEATURES) == {layer for layers in LAYERS_OF.values() for layer in layers}
