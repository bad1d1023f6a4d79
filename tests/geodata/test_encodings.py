"""Which encoding texts are in: right for short lists, with evidence, overruled by nothing false."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.decoding import decode, known_encoding
from geodata.encodings import MOST_BYTES, guess_encoding, guess_from_json

PLACES = [
    "枫洋村",
    "象埔寨",
    "潮安区公安局",
    "浮洋镇",
    "第三中学",
    "华侨医院",
    "凤塘派出所",
    "龙湖古寨",
]
TAIPEI = ["中正區", "環河南路", "臺北市", "公園", "派出所", "監視器", "醫院", "國語"]


@pytest.mark.parametrize("count", [1, 3, 8])
@pytest.mark.parametrize(
    ("texts", "name"), [(PLACES, "utf-8"), (PLACES, "gb18030"), (TAIPEI, "big5")]
)
def test_encoding_when_texts_are_few_is_found(texts: list[str], name: str, count: int) -> None:
    guess = guess_encoding([text.encode(name) for text in texts[:count]])
    assert guess.name == name
    assert guess.confidence > 0.8
    assert any(letter in guess.evidence.zh for letter in texts[0])
    assert any(letter in guess.evidence.en for letter in texts[0])
    assert not any(len(text) > 2 and text in guess.evidence.zh for text in texts)  # nobody's name
    assert guess.broken == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*PLACES, "A座", "3号楼", "x"]), min_size=2, max_size=20))
def test_encoding_when_lists_mix_latin_is_found(texts: list[str]) -> None:
    for name in ("utf-8", "gb18030"):
        guess = guess_encoding([text.encode(name) for text in texts])
        assert [decode(text.encode(name), guess.name)[0] for text in texts] == texts


def test_declaration_when_content_contradicts_is_overruled_and_told() -> None:
    guess = guess_encoding([text.encode("gbk") for text in PLACES], "UTF-8")
    assert guess.name == "gb18030"
    assert guess.declared == "UTF-8"
    assert "但内容不是" in guess.evidence.zh
    assert "not that" in guess.evidence.en


def test_declaration_when_content_leaves_it_open_is_believed() -> None:
    assert guess_encoding([b"abc"], "GBK").name == "gb18030"
    assert guess_encoding(["ア".encode("shift_jis")] * 3, "shift_jis").declared == "shift_jis"
    assert guess_encoding([text.encode("gbk") for text in PLACES], "ISO-8859-1").name == "gb18030"


@pytest.mark.parametrize(
    ("wrong", "right"), [("latin-1", "gb18030"), ("latin-1", "utf-8")], ids=str
)
def test_mojibake_when_it_can_be_undone_is_named_and_undone(wrong: str, right: str) -> None:
    garbled = [text.encode(right).decode(wrong).encode("utf-8") for text in PLACES]
    guess = guess_encoding(garbled)
    assert guess.name == f"utf-8+cp1252>{right}"
    assert any(letter in guess.evidence.zh for letter in PLACES[0])
    assert [decode(text, guess.name)[0] for text in garbled] == PLACES


def test_mojibake_when_utf8_was_read_as_gbk_is_undone() -> None:
    garbled = "中文".encode().decode("gb18030").encode()
    assert decode(garbled, guess_encoding([garbled]).name)[0] == "中文"


def test_destroyed_texts_are_counted() -> None:
    guess = guess_encoding(["锟斤拷锟斤拷".encode("gbk"), *(text.encode("gbk") for text in PLACES)])
    assert guess.lost == 1
    assert "无法还原" in guess.evidence.zh


def test_western_texts_are_not_taken_for_chinese() -> None:
    assert guess_encoding(["Café".encode("cp1252"), "Møre".encode("cp1252")]).name == "cp1252"
    assert guess_encoding(["Café".encode(), "Møre".encode()]).name == "utf-8"


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "big5"])
def test_character_when_cut_by_a_cell_is_dropped_quietly(name: str) -> None:
    assert decode("公園路".encode(name)[:-1], name) == ("公園", True)
    assert decode(b"\xff" + "公園路".encode(name), name)[1] is False


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("GBK", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("950", "big5"),
        ("UTF-8\x00", "utf-8"),
        ("ISO-8859-1", "cp1252"),
        ("rot13", None),
        ("zip", None),
        ("utf-8+zip>rot13", None),
        ("", None),
    ],
)
def test_names_when_written_by_people_are_known(said: str, name: str | None) -> None:
    assert known_encoding(said) == name


def test_guess_when_kept_as_json_comes_back() -> None:
    guess = guess_encoding([text.encode("gbk") for text in PLACES])
    assert guess_from_json(json.loads(json.dumps(asdict(guess)))) == guess


def test_texts_when_they_are_very_long_are_looked_at_no_further_than_it_takes() -> None:
    taken = []

    def lines() -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield f"{number},{'说明文字' * 5000}".encode("gb18030")

    guess = guess_encoding(lines())
    assert guess.name == "gb18030"
    assert len(taken) * 40_000 <= MOST_BYTES + 40_000
