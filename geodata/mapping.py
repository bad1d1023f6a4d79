"""Which column of a file fills which field of a layer."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from geodata.errors import BadFile
from geodata.words import fold
from layers.spec import Field, Layer, Text

CODE = Field(
    "code",
    "text",
    Text("编码", "Code"),
    max_length=64,
    aliases=("编号", "代码", "唯一编码", "feature code"),
)
SHAPEFILE_NAME = 10  # bytes to which a Shapefile cuts column names
SEPARATORS = re.compile(r"[\s_\-]+")


def targets(layer: Layer) -> dict[str, Field]:
    """Return what a file may fill: ``code`` and the declared fields, by name."""
    return {"code": CODE} | {field.name: field for field in layer.fields}


def map_columns(layer: Layer, columns: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return field name -> column name, by name, label and alias, whatever the case.

    ``chosen`` (column -> field; an empty field leaves the column out) goes before everything.
    A field's own name goes before its labels, those before its aliases. Raises BadFile when
    ``chosen`` names what does not exist or fills a field twice.
    """
    held = list(columns)
    found = check_chosen(layer, held, chosen)
    free = [column for column in held if column not in chosen]
    ranked = sorted(
        (rank, position, field.name, column)
        for field in targets(layer).values()
        for rank, words in enumerate(field_words(field))
        for position, column in enumerate(free)
        if tidy(column) in words
    )
    for _, _, name, column in ranked:
        if name not in found and column not in found.values():
            found[name] = column
    return found


def field_words(field: Field) -> list[set[str]]:
    """Return the words a column may bear for ``field``: best first."""
    cut = tidy(field.name.encode()[:SHAPEFILE_NAME].decode(errors="ignore"))
    return [
        {tidy(field.name)},
        {tidy(field.label.zh), tidy(field.label.en)},
        {tidy(alias) for alias in field.aliases},
        {cut} if len(field.name) > SHAPEFILE_NAME else set(),
    ]


def how_named(field: Field, column: str) -> str:
    """Return how a column's name says that it fills a field: "name", "alias", or "" if not."""
    own, labels, aliases, cut = field_words(field)
    word = tidy(column)
    if word in own | labels:
        return "name"
    return "alias" if word in aliases | cut else ""


def tidy(name: str) -> str:
    """Return a column name without case, width, blanks and underscores."""
    return SEPARATORS.sub("", fold(name))


def check_chosen(layer: Layer, columns: list[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the chosen mapping turned round, after checking both sides."""
    found: dict[str, str] = {}
    for column, name in chosen.items():
        if column not in columns:
            raise unknown_name(column, columns, Text("文件里没有列", "The file has no column"))
        if not name:
            continue
        if name not in targets(layer):
            lacking = Text("图层 {layer} 没有字段", "Layer {layer} has no field")
            raise unknown_name(name, list(targets(layer)), lacking.format(layer=layer.name))
        if name in found:
            raise BadFile(
                Text(
                    "两列都指到字段 {name}：{first}、{second}",
                    "Two columns fill field {name}: {first}, {second}",
                ).format(name=name, first=found[name], second=column)
            )
        found[name] = column
    return found


def unknown_name(name: str, known: list[str], lacking: Text) -> BadFile:
    """Return the error for a name that does not exist, with the nearest or all that do."""
    near = difflib.get_close_matches(name, known, n=3) or known[:30]
    return BadFile(
        Text(f"{lacking.zh} {name}。", f"{lacking.en} {name}."),
        Text("可用：{known}", "There are: {known}").format(known=", ".join(near)),
    )
