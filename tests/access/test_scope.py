"""The ranges of codes that stand for area scopes."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gisapp.access.scope import code_ranges

DIGITS = st.text("0189", min_size=1, max_size=4)
CODES = st.text("0189", min_size=0, max_size=5)


@given(prefixes=st.lists(DIGITS, max_size=8), codes=st.lists(CODES, max_size=30))
def test_ranges_when_merged_hold_just_what_the_prefixes_hold(
    prefixes: list[str], codes: list[str]
) -> None:
    ranges = code_ranges(prefixes)
    for code in [*codes, *prefixes, *(prefix + "9" for prefix in prefixes)]:
        inside = any(first <= code < after for first, after in ranges)
        assert inside == any(code.startswith(prefix) for prefix in prefixes), code
    assert all(one[1] < two[0] for one, two in itertools.pairwise(ranges))


def test_ranges_when_towns_are_neighbours_are_few() -> None:
    towns = [f"4451031{number:02}" for number in range(20)]
    assert code_ranges(towns) == [("445103100", "44510310:"), ("445103110", "44510311:")]
    assert code_ranges(["445103", "445103101"]) == [("445103", "445104")]
    assert code_ranges([]) == []
