"""How much it matters that a piece of ground is not seen: one explicit table of weights.

The weights have no source but the district itself: they are settings, shown beside every score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.spec import Text

CONFIGURED = Text("本区配置", "configured by the district")
# What is counted, by component: the layers whose features stand in a place.
LAYERS_OF: Mapping[str, tuple[str, ...]] = {
    "premises": ("rented_housing", "three_in_one"),
    "hazards": ("hazard_sites",),
    "incidents": ("incidents",),
}
LABELS: Mapping[str, Text] = {
    "premises": Text("出租屋与三合一场所（处）", "Rented housing and three-in-one premises"),
    "hazards": Text("风险点位（处）", "Hazard sites"),
    "incidents": Text("近期事件（起）", "Recent incidents"),
    "road_m": Text("道路（米）", "Metres of road"),
    "ground": Text("面积（平方米）", "Square metres of ground"),
}


def said_points(points: float) -> str:
    """Return the points of one unit as a text, however few: 0.000001, never 1e-06."""
    return f"{points:.12f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Weights:
    """Points for one premises, hazard site or incident, one metre of road, one square metre."""

    premises: float = 2.0
    hazards: float = 5.0
    incidents: float = 1.0
    road_m: float = 0.005
    ground: float = 0.000001

    def score(self, amounts: Mapping[str, float]) -> float:
        """Return the weighted sum of amounts by component; what is not named counts nothing."""
        return sum(float(getattr(self, name)) * amount for name, amount in amounts.items())

    def of_layers(self) -> dict[str, float]:
        """Return the points of one feature by its layer."""
        return {
            layer: float(getattr(self, component))
            for component, layers in LAYERS_OF.items()
            for layer in layers
        }
