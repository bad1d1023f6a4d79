"""Every text of templates and scripts has an English one, and none is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from gisapp.web.i18n import CATALOGUE, script_texts
from tests.house.sources import Source, read

HAN = re.compile(r"[\u4e00-\u9fff]")
PLACE = re.compile(r"\{(\w+)\}|%\((\w+)\)s")
QUOTED = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALLS = {
    ".html": re.compile(rf"(?<![\w.])_\(\s*{QUOTED}"),
    ".py": re.compile(rf"(?<![\w.])(?:_|gettext|lazy_gettext)\(\s*{QUOTED}"),
    ".js": re.compile(rf"(?<![\w.])t\(\s*{QUOTED}"),
}
SOURCES = [
    source
    for source in read("gisapp/templates/**/*.html", "gisapp/web/*.py", "static/js/**/*.js")
    if not source.path.endswith("i18n.js")
]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open(encoding="utf-8") as file:
        return read_po(file, locale="en")


def texts(source: Source) -> Iterator[str]:
    """Yield the texts that a file asks to be translated."""
    pattern = CALLS[source.path[source.path.rfind(".") :]]
    for quoted in pattern.findall(source.text):
        yield quoted[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.path)
def test_texts_when_shown_have_an_english_one(source: Source, catalogue: Catalog) -> None:
    missing = [
        text for text in texts(source) if not (text in catalogue and english(catalogue, text))
    ]
    assert missing == []


def test_texts_of_scripts_when_templates_have_them_too_reach_the_scripts() -> None:
    given = script_texts()
    scripts = [source for source in SOURCES if source.path.endswith(".js")]
    assert [one for source in scripts for one in texts(source) if one not in given] == []


def test_english_when_translated_is_english_with_the_same_places(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            said = english(catalogue, str(message.id))
            assert not HAN.search(said), said
            assert set(PLACE.findall(said)) == set(PLACE.findall(str(message.id))), said


def test_messages_when_no_file_shows_them_are_gone(catalogue: Catalog) -> None:
    everything = "\n".join(source.text for source in SOURCES)
    unused = [
        str(message.id)
        for message in catalogue
        if message.id and str(message.id).replace("\n", "\\n") not in everything
    ]
    assert unused == []


def test_texts_when_looked_for_are_found() -> None:
    found = [text for source in SOURCES for text in texts(source)]
    assert len(found) > 50
    assert sum(bool(HAN.search(text)) for text in found) > 0.9 * len(found)


def english(catalogue: Catalog, text: str) -> str:
    message = catalogue.get(text)
    return str(message.string) if message else ""
