r"""DXF (release 12, plain ASCII): geometry for CAD programs; values only as extended data.

Points are POINT, lines and every ring of a polygon are POLYLINE. What the format cannot hold as
text is written ``\U+XXXX``, which AutoCAD, its relatives and GDAL read. Group codes: AutoCAD
Release 12 DXF reference; 1001 and 1000 are the application's name and texts of at most 255 bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from geodata.writers.spec import DEGREE_DIGITS, Chunk, Chunks, Export
from geodata.writers.values import as_text
from layers.spec import Text

APPLICATION = "GISAPP"
METRE_DIGITS = 4
LONGEST = 255  # bytes of one text
MOST_EXTENDED = 12_000  # bytes of extended data of one entity; the format allows 16 kB
HEADER = """0
SECTION
2
HEADER
9
$ACADVER
1
AC1009
0
ENDSEC
0
SECTION
2
TABLES
0
TABLE
2
LAYER
70
1
0
LAYER
2
{layer}
70
0
62
7
6
CONTINUOUS
0
ENDTAB
0
TABLE
2
APPID
70
1
0
APPID
2
{application}
70
0
0
ENDTAB
0
ENDSEC
0
SECTION
2
ENTITIES
"""
END = "0\nENDSEC\n0\nEOF\n"


def write_dxf(export: Export, chunks: Chunks, path: Path) -> list[Text]:
    """Write the drawing; the note stands in comments at its head."""
    layer = plain(export.name)[:31] or "0"
    with path.open("w", encoding="ascii", newline="\r\n") as file:
        for note in export.note_lines():
            file.writelines(f"999\n{part}\n" for part in pieces(note))
        file.write(HEADER.format(layer=layer, application=APPLICATION))
        for chunk in chunks:
            for entity in entities(export, chunk, layer):
                file.write(entity)
        file.write(END)
    return []


def entities(export: Export, chunk: Chunk, layer: str) -> Iterator[str]:
    """Yield a chunk's entities, each with its row's values."""
    digits = DEGREE_DIGITS if export.in_degrees else METRE_DIGITS
    for values, shape in zip(chunk.lines(), chunk.shapes, strict=True):
        if shape is None or shape.is_empty:
            continue
        more = extended(export, values)
        for part in shapely.get_parts(shape):
            yield from drawn(part, layer, digits, more)


def drawn(shape: Any, layer: str, digits: int, more: str) -> Iterator[str]:
    """Yield the entities of a single shape."""
    if shape.geom_type == "Point":
        yield f"0\nPOINT\n8\n{layer}\n{spot(shape.x, shape.y, digits)}{more}"
    elif shape.geom_type == "Polygon":
        for ring in (shape.exterior, *shape.interiors):
            yield polyline(list(ring.coords)[:-1], layer, digits, more, closed=1)
    elif shape.geom_type.startswith("Multi") or shape.geom_type == "GeometryCollection":
        for part in shape.geoms:
            yield from drawn(part, layer, digits, more)
    else:
        yield polyline(list(shape.coords), layer, digits, more, closed=0)


def polyline(
    places: list[tuple[float, ...]], layer: str, digits: int, more: str, closed: int
) -> str:
    """Return a POLYLINE with its vertices."""
    head = f"0\nPOLYLINE\n8\n{layer}\n66\n1\n70\n{closed}\n{spot(0, 0, 0)}{more}"
    vertices = "".join(
        f"0\nVERTEX\n8\n{layer}\n{spot(place[0], place[1], digits)}" for place in places
    )
    return f"{head}{vertices}0\nSEQEND\n8\n{layer}\n"


def spot(x: float, y: float, digits: int) -> str:
    """Return the groups of a position."""
    return f"10\n{x:.{digits}f}\n20\n{y:.{digits}f}\n30\n0.0\n"


def extended(export: Export, values: tuple[object, ...]) -> str:
    """Return a row's values as extended data, as many as an entity can hold."""
    lines = [f"1001\n{APPLICATION}\n"]
    size = 0
    for field, value in zip(export.fields, values, strict=True):
        if value is None:
            continue
        text = next(pieces(f"{field.name}={as_text(field, value)}"))
        size += len(text) + 8
        if size > MOST_EXTENDED:
            break
        lines.append(f"1000\n{text}\n")
    return "".join(lines)


def pieces(text: str) -> Iterator[str]:
    """Yield a text as ASCII lines of at most 255 bytes, no escape cut in two; at least one."""
    held = ""
    for letter in text:
        written = escaped(letter)
        if len(held) + len(written) > LONGEST:
            yield held
            held = ""
        held += written
    yield held


def escaped(letter: str) -> str:
    """Return a character in ASCII; a control character is a blank."""
    if letter < " " or letter == "\x7f":
        return " "
    if letter < "\x7f":
        return letter
    units = letter.encode("utf-16-be", "replace")
    return "".join(
        f"\\U+{int.from_bytes(units[at : at + 2]):04X}" for at in range(0, len(units), 2)
    )


def plain(name: str) -> str:
    """Return what of a name may be a layer's name in release 12."""
    return "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "_-"))
