"""What several commands are told in one way: layers by any of their names, pairs, how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from geodata.words import fold
from gisapp.errors import BadParameter, NotFound
from layers.catalogue import LAYERS
from layers.spec import Layer, Text


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[..., None]]:
    """Lend a function of (done, in all, what is done now) that draws a bar on a terminal."""
    quiet = not sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=quiet) as bar:

        def draw(done: int, rows: int, now: str = label) -> None:
            bar.length, bar.label = rows, now
            bar.update(done - bar.pos)

        yield draw


def find_layer(name: str) -> Layer:
    """Return the layer with a name, label or alias; NotFound lists them."""
    words = {
        fold(word): layer
        for layer in LAYERS.values()
        for word in (*layer.aliases, layer.label.zh, layer.label.en, layer.name)
    }
    if fold(name) not in words:
        raise NotFound(
            Text("没有名为 {name} 的图层。", "There is no layer named {name}.").format(name=name),
            Text("有：{names}", "There are: {names}").format(names=", ".join(LAYERS)),
        )
    return words[fold(name)]


def split_pairs(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """Return ``left=right`` texts as a mapping; the left side may hold further signs."""
    found = {}
    for pair in pairs:
        left, sign, right = pair.rpartition("=") if option == "--map" else pair.partition("=")
        if not sign or not left:
            raise BadParameter(
                Text("{option} 要写成 左=右：{pair}", "{option} wants left=right: {pair}").format(
                    option=option, pair=pair
                )
            )
        found[left.strip()] = right.strip()
    return found
