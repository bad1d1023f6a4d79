"""Damaged files of every kind: tables or a refusal in both languages, never anything else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from geodata.errors import BadFile
from tests.geodata.intake.conftest import Parser
from tests.geodata.intake.making import KINDS, make, read

MUTATIONS = 40
CUTS = (0.02, 0.3, 0.6, 0.9, 0.99)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with some of them changed, cut out, doubled or filled."""
    held = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        place = chance.randrange(max(1, len(held)))
        size = chance.choice((1, 1, 2, 4, 50))
        match chance.randrange(4):
            case 0:
                held[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del held[place : place + size]
            case 2:
                held[place:place] = held[place : place + size]
            case _:
                filler = chance.choice((b"\xff", b"\x00", b"\x7f"))
                held[place : place + size] = filler * min(size, len(held) - place)
    return bytes(held)


def outcome(files: list[Path], folder: Path) -> str:
    """Read damaged files and return what became of them; anything but the two ends is an error."""
    try:
        tables = read(files, folder)
    except BadFile as error:
        assert error.message.zh
        assert error.message.en
        assert error.message.zh != error.message.en
        return "refused"
    for table in tables:
        assert sum(len(chunk) for chunk in table.batches()) == table.rows > 0
    return "read"


@pytest.mark.parametrize("kind", KINDS)
def test_files_when_damaged_are_read_or_refused(kind: str, tmp_path: Path, parser: Parser) -> None:
    files = make(kind, tmp_path)
    whole = {path: path.read_bytes() for path in files}
    chance = random.Random(kind)
    deaths, ends = parser.deaths, []
    for number in range(MUTATIONS + len(CUTS)):
        path = (
            files[number % len(files)]
            if number < MUTATIONS
            else max(files, key=lambda p: len(whole[p]))
        )
        if number < MUTATIONS:
            path.write_bytes(mutate(whole[path], chance))
        else:
            path.write_bytes(whole[path][: int(len(whole[path]) * CUTS[number - MUTATIONS])])
        ends.append(outcome(files, tmp_path))
        path.write_bytes(whole[path])
        assert {held.name for held in tmp_path.iterdir()} == {"upload", "out"}
    assert "refused" in ends[MUTATIONS:] or kind in ("CSV", "GeoJSONSeq", "DXF")
    assert outcome(files, tmp_path) == "read"
    assert parser.deaths == deaths, "the parser itself died of a file"
