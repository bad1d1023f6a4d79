"""Columns of bytes to columns of texts, in the encoding that was found or chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy
import pyarrow

from geodata.decoding import decode, known_encoding, label, undo
from geodata.encodings import EncodingGuess, guess_encoding
from geodata.errors import BadFile
from layers.spec import Text

GONE = str.maketrans("", "", "\x00")  # PostgreSQL keeps no NUL


class TextReader:
    """Decodes whole columns and counts the texts that did not make sense.

    ``name`` is an encoding as ``geodata.encodings.decode`` takes it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.broken = 0
        self.nul = 0

    def read(self, values: pyarrow.Array) -> pyarrow.Array:
        """Return an array of bytes as texts. Plain ASCII is taken over without a copy."""
        held = values.cast(pyarrow.binary())
        if is_plain(held):
            return held.cast(pyarrow.string())
        if self.name == "utf-8":
            try:
                found = held.cast(pyarrow.string())
            except pyarrow.ArrowInvalid:
                pass
            else:
                return found if b"\x00" not in content(held) else self.one_by_one(held)
        return self.one_by_one(held)

    def one_by_one(self, held: pyarrow.Array) -> pyarrow.Array:
        """Decode each different text once."""
        known: dict[bytes | None, str | None] = {None: None}
        found = []
        for data in held.to_pylist():
            if data not in known:
                known[data] = self.one(data)
            found.append(known[data])
        return pyarrow.array(found, pyarrow.string())

    def one(self, data: bytes) -> str:
        """Decode one text."""
        text, whole = decode(data, self.name)
        self.broken += not whole
        if "\x00" in text:
            self.nul += 1
            text = text.translate(GONE)
        return text

    def notes(self) -> list[Text]:
        """Return what a user should know of the texts."""
        notes = []
        if self.broken:
            notes.append(
                Text(
                    f"{self.broken} 处文字按 {label(self.name)} 不能完整解码，无法识别的字显示为 �。",
                    f"{self.broken} texts are not whole in {label(self.name)}; what cannot be read "
                    "is shown as �.",
                )
            )
        if self.nul:
            notes.append(
                Text(
                    f"{self.nul} 处文字含有空字符（NUL），已去掉。",
                    f"{self.nul} texts held NUL characters, which were taken out.",
                )
            )
        return notes


def is_plain(held: pyarrow.Array) -> bool:
    """Tell whether an array of bytes holds nothing but ASCII without NUL."""
    data = numpy.frombuffer(content(held), dtype=numpy.uint8)
    return bool(((data < 0x80) & (data > 0)).all())


def content(held: pyarrow.Array) -> bytes | memoryview:
    """Return the bytes of all values of an array together."""
    offsets = numpy.frombuffer(held.buffers()[1], dtype=numpy.int32)
    first, last = offsets[held.offset], offsets[held.offset + len(held)]
    data = held.buffers()[2]
    return bytes(memoryview(data)[first:last]) if data is not None else b""


def odd_texts(values: pyarrow.Array, back: Callable[[bytes], bytes] = bytes) -> Iterator[bytes]:
    """Yield the values beyond ASCII; ``back`` returns the bytes as the file has them."""
    held = values.cast(pyarrow.binary())
    if not is_plain(held):
        for data in held.to_pylist():
            if data and not data.isascii():
                yield back(data)


def settle_encoding(
    texts: Iterable[bytes], declared: str, wanted: str | None
) -> tuple[EncodingGuess, TextReader]:
    """Return the guess and a reader; ``wanted``, what the user has chosen, goes before it.

    Raises BadFile for an encoding that nobody knows.
    """
    guess = guess_encoding(texts, declared)
    name = known_encoding(wanted) if wanted else guess.name
    if name is None:
        raise BadFile(
            Text(f"不认识的编码：{str(wanted)[:40]}", f"Unknown encoding: {str(wanted)[:40]}"),
            Text("例如 UTF-8、GB18030、Big5。", "Such as UTF-8, GB18030, Big5."),
        )
    if wanted:
        chosen = Text(f"由用户指定为 {label(name)}。", f"Chosen by the user: {label(name)}.")
        evidence = Text(chosen.zh + guess.evidence.zh, f"{chosen.en} {guess.evidence.en}")
        guess = EncodingGuess(
            name, 1.0, evidence, guess.declared, guess.broken, guess.lost, guess.alternatives
        )
    return guess, TextReader(name)


def mend(text: str, name: str) -> str:
    """Return a text that came decoded, taken back through the damage that ``name`` describes."""
    way_back = name.partition("+")[2]
    mended = undo(text, way_back) if way_back else text
    return mended.translate(GONE) if "\x00" in mended else mended
