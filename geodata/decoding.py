"""Names of encodings as people write them, and decoding that never fails.

A name may describe texts that were already damaged before they were saved: ``utf-8+cp1252>gb18030``
reads UTF-8, takes each character back to the byte it was, and reads the bytes as GB 18030 ("ÖÐ¹ú"
becomes "中国"); ``utf-8+gb18030>utf-8`` undoes the reverse ("涓枃" becomes "中文").
"""

from __future__ import annotations

import codecs

LABELS = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5", "cp1252": "Windows-1252"}
# What people, .cpg files and language bytes call them.
ALIASES = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "936": "gb18030",
    "ansi 936": "gb18030",
    "ansi_936": "gb18030",
    "ms936": "gb18030",
    "chinese": "gb18030",
    "950": "big5",
    "cp950": "big5",
    "ansi 950": "big5",
    "ansi_950": "big5",
    "big5-hkscs": "big5",
    "big5hkscs": "big5",
    "big-5": "big5",
    "65001": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "1252": "cp1252",
    "ansi 1252": "cp1252",
    "ansi_1252": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "8859_1": "cp1252",
    "88591": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
}
# Undone damage: how the texts must be read, and the way back.
MOJIBAKE = ("utf-8+cp1252>gb18030", "utf-8+cp1252>utf-8", "utf-8+gb18030>utf-8")


def known_encoding(name: str) -> str | None:
    """Return the name by which an encoding goes here, or None for one that nobody knows."""
    plain = name.strip().strip("\x00").lower()
    parts = plain.replace(">", "+").split("+")
    if len(parts) > 1:
        return plain if plain in MOJIBAKE else None
    if plain in ALIASES:
        return ALIASES[plain]
    try:
        found = codecs.lookup(plain)
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding:  # rot13, zip and others are no encodings of texts
        return None
    return ALIASES.get(found.name, found.name)


def decode(data: bytes, name: str) -> tuple[str, bool]:
    """Return the text, and whether every byte of it made sense.

    A character that the end of a fixed-width cell has cut is dropped without complaint.
    """
    outer, _, way_back = name.partition("+")
    try:
        text, whole = data.decode(outer), True
    except UnicodeDecodeError as error:
        if is_cut(error):
            text, whole = data[: error.start].decode(outer), True
        else:
            text, whole = data.decode(outer, errors="replace"), False
    return (undo(text, way_back), whole) if way_back else (text, whole)


def is_cut(error: UnicodeDecodeError) -> bool:
    """Tell whether only the last character is incomplete."""
    unfinished = "unexpected end" in error.reason or "incomplete" in error.reason
    return unfinished and len(error.object) - error.start < 4


def undo(text: str, way_back: str) -> str:
    """Return a text taken back through a wrong decoding; as it is where that cannot be."""
    wrong, _, right = way_back.partition(">")
    try:
        return to_bytes(text, wrong).decode(right)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def to_bytes(text: str, wrong: str) -> bytes:
    """Return the bytes that ``wrong`` had read as ``text``; Windows-1252 leaves five as Latin-1."""
    if wrong != "cp1252":
        return text.encode(wrong)
    return b"".join(
        letter.encode("latin-1") if "\x80" <= letter <= "\x9f" else letter.encode("cp1252")
        for letter in text
    )


def label(name: str) -> str:
    """Return an encoding's name as people write it."""
    return LABELS.get(name, name)
