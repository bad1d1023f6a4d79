"""KML: longitude and latitude of WGS 84, all values as texts, nothing that is run or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as xml_text
from xml.sax.saxutils import quoteattr

from geodata.writers.spec import Chunk, Chunks, Export
from geodata.writers.values import as_text
from layers.spec import Field, Text

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
NAME = "name"
# Characters that XML 1.0 cannot hold, not even escaped.
UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_kml(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write a document with a placemark for each row; the note is its description.

    Values are untyped ``Data`` under the field's name with its label beside it.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        note = "<br>".join(escape(line) for line in export.note_lines())  # shown as HTML
        name = fit(export.label.say(export.language))
        file.write(f"{HEAD}<Document>\n<name>{name}</name>\n")
        file.write(f"<description>{fit(note)}</description>\n<Folder><name>{export.name}</name>\n")
        for chunk in chunks:
            file.writelines(placemarks(export, chunk))
        file.write("</Folder>\n</Document>\n</kml>\n")
    return []


def placemarks(export: Export, chunk: Chunk) -> Iterator[str]:
    """Yield a chunk's placemarks."""
    names = [field.name for field in export.fields]
    place = names.index(export.title) if export.title in names else 0
    place = names.index(NAME) if NAME in names else place  # readers know no other "name"
    heads = [opening(field, export.language) for field in export.fields]
    for values, shape in zip(chunk.lines(), chunk.shapes, strict=True):
        texts = [as_text(field, value) for field, value in zip(export.fields, values, strict=True)]
        title = texts[place] if texts else ""
        data = "".join(
            f"{head}{fit(text)}</value></Data>"
            for head, text, value in zip(heads, texts, values, strict=True)
            if value is not None
        )
        yield (
            f"<Placemark>{name_of(title)}<ExtendedData>{data}</ExtendedData>"
            f"{geometry(shape, export.digits)}</Placemark>\n"
        )


def name_of(title: str) -> str:
    """Return a placemark's name, nothing for one without."""
    return f"<name>{fit(title)}</name>" if title else ""


def opening(field: Field, language: str) -> str:
    """Return the beginning of a value's element."""
    label = fit(field.label.say(language))
    return f"<Data name={quoteattr(field.name)}><displayName>{label}</displayName><value>"


def fit(text: str) -> str:
    """Return a text as XML can hold it."""
    return xml_text(UNFIT.sub("\ufffd", text))


def geometry(shape: Any, digits: int) -> str:
    """Return a shape as KML; nothing for none and for an empty one."""
    if shape is None or shape.is_empty:
        return ""
    if shape.geom_type.startswith("Multi") or shape.geom_type == "GeometryCollection":
        inside = "".join(geometry(part, digits) for part in shape.geoms)
        return f"<MultiGeometry>{inside}</MultiGeometry>"
    if shape.geom_type == "Polygon":
        holes = "".join(
            f"<innerBoundaryIs>{line(ring, digits, 'LinearRing')}</innerBoundaryIs>"
            for ring in shape.interiors
        )
        outer = line(shape.exterior, digits, "LinearRing")
        return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"
    return line(shape, digits, "Point" if shape.geom_type == "Point" else "LineString")


def line(shape: Any, digits: int, element: str) -> str:
    """Return an element that is a list of coordinates."""
    places = " ".join(f"{x:.{digits}f},{y:.{digits}f}" for x, y in shape.coords)
    return f"<{element}><coordinates>{places}</coordinates></{element}>"
