"""Legends, made from the declarations: one list of entries per layer, with its symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.catalogue import LAYERS
from layers.spec import Choice, Layer

Kind = Literal["point", "line", "polygon"]
# Point layers differ by shape as well as by colour, for eyes and printers that see no colours.
SHAPES = ("circle", "square", "diamond", "triangle", "pentagon", "hexagon", "cross", "star")


@dataclass(frozen=True)
class Entry:
    """One line of a legend. ``code`` is the value that is drawn so, None for any other value."""

    code: str | None
    label: str
    colour: str
    unknown: bool = False


def kind_of(layer: Layer) -> Kind:
    """Return how the layer's geometry is drawn."""
    if layer.geometry == "Point":
        return "point"
    return "line" if layer.geometry.endswith("LineString") else "polygon"


def shape_of(layer: Layer) -> str:
    """Return the symbol of a point layer: the same one as long as the catalogue is."""
    points = [item.name for item in LAYERS.values() if item.geometry == "Point"]
    return SHAPES[points.index(layer.name) % len(SHAPES)] if layer.name in points else ""


def entries(layer: Layer, language: str) -> list[Entry]:
    """Return the legend of ``layer``: its coloured choices, or the layer as a whole."""
    field = layer.field_named(layer.style.by) if layer.style.by else None
    coloured = [choice for choice in field.choices if choice.colour] if field else []
    if not coloured:
        return [Entry(None, layer.label.say(language), layer.style.colour)]
    return [entry(choice, language) for choice in coloured]


def grade_entries(layer: Layer, language: str) -> list[Entry]:
    """Return the grading by which a cluster is coloured, the worst first; unknown last."""
    field = layer.field_named(layer.grade) if layer.grade else None
    choices = [choice for choice in field.choices if choice.rank is not None] if field else []
    choices.sort(key=lambda choice: (choice.unknown, -(choice.rank or 0)))
    return [entry(choice, language) for choice in choices]


def entry(choice: Choice, language: str) -> Entry:
    """Return the legend entry of one choice."""
    return Entry(choice.code, choice.label.say(language), choice.colour, choice.unknown)
