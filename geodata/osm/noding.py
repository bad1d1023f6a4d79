"""Splitting ways where they meet, so that equal node ids mean joined edges."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

from geodata.osm.extract import Line

Places = list[tuple[float, float]]


def shared_nodes(lines: list[Line]) -> set[int]:
    """Return ids of nodes that appear twice or more: in two ways, or twice in one."""
    if not lines:
        return set()
    every = numpy.concatenate([numpy.array(item.nodes, dtype="int64") for item in lines])
    nodes, counts = numpy.unique(every, return_counts=True)
    return set(nodes[counts > 1].tolist())


def split_line(line: Line, at: set[int]) -> Iterator[tuple[list[int], Places]]:
    """Yield the pieces of a way between nodes of ``at``: their node ids and positions.

    A node without a position (outside the extract) ends a piece. Repeated positions are
    dropped; pieces of no length are left out.
    """
    nodes: list[int] = []
    places: Places = []
    for node, place in zip(line.nodes, line.places, strict=True):
        if place is not None and not (nodes and nodes[-1] == node):
            nodes.append(node)
            places.append(place)
        if place is None or (node in at and len(nodes) > 1):
            if has_length(places):
                yield nodes, places
            nodes, places = ([], []) if place is None else ([node], [place])
    if has_length(places):
        yield nodes, places


def has_length(places: Places) -> bool:
    """Tell whether a piece has two different positions."""
    return len(set(places)) > 1
