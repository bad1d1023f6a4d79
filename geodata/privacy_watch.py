"""Watch a column for personal data while its values go by in parts.

A column is personal when its header says so, when many of its values hold identity, mobile or
landline numbers, or when nearly all are names. A number here and there in a column of free text
makes these rows personal, not the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy
import pandas

from geodata.mapping import field_words, tidy
from geodata.privacy import (
    FEWEST_NAMES,
    FULL_WIDTH,
    ID_RUN,
    IDS,
    LANDLINE,
    MOBILE,
    MOST_NAMES,
    NAME_SHARE,
    NAMES,
    PHONE_RUN,
    PHONES,
    SHARE,
    Personal,
    header_kind,
    is_id_number,
    is_person_name,
)
from layers.spec import Field, Text

# Between these a whole number could be a phone or an ID number.
LONG_NUMBER, LONGEST = 10**10, 10**18
COLUMN_SHARE = 0.2  # of the filled values with a number: the column is personal as a whole
FEWEST_LANDLINES = 3
DIGITS = re.compile(r"[(+]?\d(?:[ )-]?\d){8,}")
LATER_NAMES = 200  # values of each part after the first in which names are looked for


@dataclass
class Watch:
    """What is known so far of one column that fills ``target`` (None: no field)."""

    column: str
    target: Field | None = None
    filled: int = 0
    ids: int = 0  # runs of digits that are ID numbers, of ``id_runs``
    id_runs: int = 0
    mobiles: int = 0
    runs: int = 0
    id_rows: int = 0
    mobile_rows: int = 0
    landline_rows: int = 0
    names: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)

    @property
    def declared(self) -> bool:
        """Tell whether the header is a word that the layer declares for the field."""
        words = field_words(self.target) if self.target else []
        return any(tidy(self.column) in known for known in words)

    def see(self, values: numpy.ndarray) -> numpy.ndarray:
        """Take in values (n,) and return the mask (n,) of those that hold a personal number."""
        if values.dtype.kind in "iuf":
            values = long_numbers(values)
        places, distinct = pandas.factorize(values)
        texts = [" ".join(str(value).splitlines()).strip() for value in distinct]
        counts = numpy.bincount(places[places >= 0], minlength=len(texts))
        self.filled += int(counts[[bool(text) for text in texts]].sum()) if texts else 0
        self.look_for_names(texts)
        marked = numpy.zeros(len(texts) + 1, dtype=bool)
        for place, text in suspects(texts):
            marked[place] = self.judge(text, int(counts[place]))
        found: numpy.ndarray = marked[places]
        return found

    def judge(self, text: str, rows: int) -> bool:
        """Count the numbers in one distinct text of some rows; tell whether it is personal."""
        ids = ID_RUN.findall(text)
        good = sum(map(is_id_number, ids))
        runs = [re.sub("[- ]", "", run.group()) for run in PHONE_RUN.finditer(text)]
        mobiles = sum(1 for run in runs if MOBILE.fullmatch(run))
        self.id_runs, self.ids = self.id_runs + len(ids), self.ids + good
        self.runs, self.mobiles = self.runs + len(runs), self.mobiles + mobiles
        self.id_rows += rows * bool(good)
        self.mobile_rows += rows * bool(mobiles)
        self.landline_rows += rows * bool(LANDLINE.fullmatch(text.strip()))
        return bool((good and self.likely_ids) or (mobiles and self.likely_mobiles))

    @property
    def likely_ids(self) -> bool:
        """Tell whether ID numbers are more than codes that pass the check digit by chance."""
        return self.ids >= SHARE * self.id_runs

    @property
    def likely_mobiles(self) -> bool:
        """Tell whether mobile numbers are more than serial numbers that look so by chance."""
        return self.mobiles > SHARE * self.runs

    def look_for_names(self, texts: list[str]) -> None:
        """Sort evenly spread texts into those that could be names of persons and others."""
        seen = len(self.names) + len(self.others)
        if seen >= MOST_NAMES:
            return
        most = LATER_NAMES if seen else MOST_NAMES
        for text in texts[:: max(1, len(texts) // most)]:
            word = text.strip()
            if word:
                (self.names if is_person_name(word) else self.others).add(word[:40])

    def verdict(self) -> Personal | None:
        """Return what is personal about the column as a whole, or None."""
        declared = self.declared
        kind = None if declared else header_kind(self.column)
        if kind:
            return Personal(self.column, kind, header=True)
        kind = self.content()
        place_name = declared and self.target is not None and self.target.name == "name"
        if kind is None or (kind is NAMES and place_name):
            return None
        return Personal(self.column, kind, header=False)

    def content(self) -> Text | None:
        """Return what the values look like as a whole: IDS, PHONES, NAMES or None."""
        if not self.filled:
            return None
        if self.likely_ids and self.id_rows > COLUMN_SHARE * self.filled:
            return IDS
        phones = self.mobile_rows * self.likely_mobiles
        if self.landline_rows >= FEWEST_LANDLINES:
            phones += self.landline_rows
        if phones > COLUMN_SHARE * self.filled:
            return PHONES
        distinct = len(self.names) + len(self.others)
        enough = distinct >= FEWEST_NAMES and len(self.names) >= NAME_SHARE * distinct
        return NAMES if enough else None


def long_numbers(values: numpy.ndarray) -> numpy.ndarray:
    """Return numbers as long as a phone or an ID number as texts, None for all others."""
    found = numpy.full(len(values), None, dtype=object)
    with numpy.errstate(invalid="ignore"):
        long = (values >= LONG_NUMBER) & (values < LONGEST)
        long &= values == numpy.floor(values)
    found[long] = values[long].astype("int64").astype(str)
    return found


def suspects(texts: list[str]) -> Iterator[tuple[int, str]]:
    """Yield place and half-width form of the texts that hold digits as long as a number's."""
    joined = "\n".join(texts)
    if not joined.isascii():
        joined = joined.translate(FULL_WIDTH)
    if not DIGITS.search(joined):
        return
    patterns = (ID_RUN, PHONE_RUN, LANDLINE)
    found = [run.start() for pattern in patterns for run in pattern.finditer(joined)]
    ends = numpy.cumsum([len(text) + 1 for text in texts])
    for place in numpy.unique(numpy.searchsorted(ends, found, side="right")).tolist():
        yield place, joined[ends[place] - len(texts[place]) - 1 : ends[place] - 1]
