"""Code tables: which words stand for which choice, and which is the nearest to another word."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from geodata.osm.tags import ONEWAY, ROADS
from geodata.words import FALSE, NOT_KNOWN, TRUE, fold
from layers.spec import Choice, Field

BRACKETS = re.compile(r"[(（].*?[)）]")
WORDS = re.compile(r"[\W_]+")
ALIKE, LATIN_ALIKE = 0.55, 0.8  # of difflib's ratio, 1 = the same
# A field that follows a standard takes that standard's own words.
STANDARD_WORDS = {"OpenStreetMap highway": ROADS, "OpenStreetMap oneway": ONEWAY}


@lru_cache(maxsize=256)
def choice_words(field: Field) -> dict[str, str]:
    """Return folded codes and labels with the code each stands for; a code wins over a label."""
    words: dict[str, str] = {}
    for choice in field.choices:
        for label in (choice.label.zh, choice.label.en):
            words.setdefault(fold(label), choice.code)
            words.setdefault(fold(BRACKETS.sub("", label)), choice.code)
    codes = {choice.code for choice in field.choices}
    if {"yes", "no"} <= codes:
        words.update(dict.fromkeys(TRUE, "yes") | dict.fromkeys(FALSE, "no"))
    for choice in field.choices:
        if choice.unknown:
            words.update(dict.fromkeys(NOT_KNOWN - set(words), choice.code))
    words.update(STANDARD_WORDS.get(field.standard, {}))
    words.update({fold(choice.code): choice.code for choice in field.choices})
    return words


def nearest_choice(field: Field, word: str) -> Choice | None:
    """Return the choice whose code or label is most like a folded word, or None.

    Latin letters are alike by chance, so such a word must be spelled almost like a code or
    label, or be one whole word of it.
    """
    known = choice_words(field)
    whole = [name for name in known if word.isascii() and word in WORDS.split(name)]
    cutoff = LATIN_ALIKE if word.isascii() else ALIKE
    near = whole or difflib.get_close_matches(word[:60], known, n=1, cutoff=cutoff)
    return field.choice(known[near[0]]) if near else None
