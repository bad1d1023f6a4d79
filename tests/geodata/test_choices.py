"""The nearest word of a code table."""

from __future__ import annotations

import pytest

from geodata.choices import nearest_choice
from layers.catalogue import LAYERS

FACILITY = next(field for field in LAYERS["facilities"].fields if field.name == "kind")
STATUS = next(field for field in LAYERS["cameras"].fields if field.name == "status")


@pytest.mark.parametrize(
    ("word", "label"), [("hospital", "医院卫生院"), ("fire statoin", "消防站"), ("派出", "派出所")]
)
def test_word_when_misspelt_or_part_of_a_label_has_a_nearest(word: str, label: str) -> None:
    found = nearest_choice(FACILITY, word)
    assert found is not None and found.label.zh == label


@pytest.mark.parametrize("word", ["retail", "forest", "post_office", "hotel", "theatre"])
def test_latin_word_when_its_letters_are_alike_by_chance_has_none(word: str) -> None:
    assert nearest_choice(FACILITY, word) is None


def test_code_when_a_letter_is_missing_is_found() -> None:
    found = nearest_choice(STATUS, "onlin")
    assert found is not None and found.code == "online"
