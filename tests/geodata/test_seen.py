"""Doubles in long files."""

from __future__ import annotations

import numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.seen import Seen, text_keys


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=5))
def test_keys_when_they_come_in_parts_are_told_as_a_dictionary_would(
    parts: list[list[str]],
) -> None:
    seen, first, count, row = Seen(), {}, {}, 0
    for part in parts:
        rows = numpy.arange(row + 1, row + 1 + len(part))
        firsts, ordinals = seen.look(text_keys(numpy.array(part, dtype=object)), rows)
        for key, found, ordinal in zip(part, firsts.tolist(), ordinals.tolist(), strict=True):
            row += 1
            assert found == first.setdefault(key, row)
            assert ordinal == count.get(key, 0)
            count[key] = count.get(key, 0) + 1


def test_keys_when_nothing_is_there_differ_from_texts() -> None:
    keys = text_keys(numpy.array([None, "None", "", None], dtype=object))
    assert len(set(keys.tolist())) == 3
