"""Code tables: which words stand for which choice, and which is the nearest to another word."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from geodata.discoveries import Word
from geodata.osm.tags import ONEWAY, ROADS
from geodata.privacy import holds_number
from geodata.words import FALSE, NOT_KNOWN, TRUE, fold
from layers.spec import Choice, Field

BRACKETS = re.compile(r"[(（].*?[)）]")
WORDS = re.compile(r"[\W_]+")
LONGEST_WORD = 100
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


def told_words(field: Field, counts: Counter[str], taken: Mapping[str, str]) -> tuple[Word, ...]:
    """Return folded words and their rows with what each could stand for, the commonest first.

    ``taken``: words that are replaced already, with the code. A word that holds a number
    of a person is left out.
    """
    found = []
    for word, rows in counts.most_common():
        if len(word) <= LONGEST_WORD and not holds_number(word):
            near = nearest_choice(field, word)
            found.append(Word(word, rows, near.code if near else "", taken.get(word, "")))
    return tuple(found)


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
