"""The road network: all roads cut where they meet, joined in one piece, with node numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from geodata.demo.arterials import Lines
from geodata.demo.chance import Flags, Indices, Numbers, Shape, Shapes, generator

CLASSES = ("trunk", "primary", "secondary", "tertiary", "residential", "service", "track")
WIDTHS = dict(zip(CLASSES, (26.0, 20.0, 14.0, 8.0, 6.0, 5.0, 3.5), strict=True))
MILLIMETRE = 0.001


@dataclass(frozen=True)
class Network:
    """Edges between nodes. ``line`` is the number of the drawn line an edge was cut from."""

    shapes: Shapes
    line: Indices
    rank: Indices  # index into CLASSES
    village: Indices
    nodes: Indices  # (edges, 2)

    @property
    def widths(self) -> Numbers:
        """Metres between the kerbs, per edge."""
        return np.array(list(WIDTHS.values()))[self.rank]

    def keep(self, kept: Flags) -> Network:
        """Return the network of some edges, nodes numbered anew from 1 by position."""
        return number_nodes(self.shapes[kept], self.line[kept], self.rank[kept], self.village[kept])


def build_network(lines: Lines, district: Shape, seed: int) -> Network:
    """Cut ``lines`` at their crossings, drop what is not joined, thin out the lanes."""
    clipped = shapely.intersection(np.array(lines.shapes, object), district.buffer(-8))
    merged = shapely.union_all(clipped, grid_size=MILLIMETRE)
    edges = shapely.get_parts(merged)
    line = drawn_line(edges, clipped, lines)
    rank = np.array([CLASSES.index(name) for name in lines.classes])[line]
    network = number_nodes(edges, line, rank, np.array(lines.villages)[line])
    network = thin_out(network, seed)
    for _ in range(3):
        network = network.keep(~short_ends(network))
    return largest_piece(network)


def drawn_line(edges: Shapes, drawn: Shapes, lines: Lines) -> Indices:
    """Return for each edge the most important drawn line it lies on."""
    middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    edge, line = shapely.STRtree(drawn).query(middle, predicate="dwithin", distance=0.05)
    rank = np.array([CLASSES.index(name) for name in lines.classes])[line]
    order = np.lexsort((line, rank, edge))
    first = np.unique(edge[order], return_index=True)[1]
    found = np.zeros(len(edges), int)
    found[edge[order][first]] = line[order][first]
    return found


def number_nodes(shapes: Shapes, line: Indices, rank: Indices, village: Indices) -> Network:
    """Return a network whose edges that end at one point share that point's number."""
    ends = np.vstack(
        [shapely.get_coordinates(shapely.get_point(shapes, place)) for place in (0, -1)]
    )
    keys = np.round(ends / MILLIMETRE).astype(np.int64)
    nodes = np.unique(keys, axis=0, return_inverse=True)[1].reshape(2, -1).T + 1
    return Network(shapes, line, rank, village, nodes)


def graph_of(network: Network, weights: Numbers) -> coo_matrix:
    """Return the network as a sparse matrix with one weight per pair of nodes."""
    count = int(network.nodes.max()) + 1
    return coo_matrix((weights, network.nodes.T), (count, count))


def thin_out(network: Network, seed: int, share: float = 0.22) -> Network:
    """Drop a share of the lanes, never one of a spanning tree: uneven blocks, same reach."""
    chance = generator(seed, "thin out")
    pairs = np.sort(network.nodes, axis=1)
    weights = 1 + chance.random(len(pairs)) * (network.rank >= 4)
    single = np.unique(pairs, axis=0, return_index=True)[1]
    count = int(pairs.max()) + 1
    graph = coo_matrix((weights[single], pairs[single].T), (count, count))
    tree = minimum_spanning_tree(graph).tocoo()
    in_tree = np.isin(
        pairs @ (count, 1), np.sort(np.stack([tree.row, tree.col]), axis=0).T @ (count, 1)
    )
    lane = network.rank >= 4
    return network.keep(~(lane & ~in_tree & (chance.random(len(pairs)) < share)))


def short_ends(network: Network, longest: float = 22.0) -> Flags:
    """Return which edges are dead ends shorter than ``longest`` metres."""
    degree = np.bincount(network.nodes.ravel())
    loose = (degree[network.nodes] == 1).any(axis=1)
    return np.asarray(loose & (shapely.length(network.shapes) < longest))


def largest_piece(network: Network) -> Network:
    """Return the largest part of the network that hangs together."""
    piece = connected_components(graph_of(network, np.ones(len(network.line))), directed=False)[1]
    of_edge = piece[network.nodes[:, 0]]
    return network.keep(of_edge == np.bincount(of_edge).argmax())
