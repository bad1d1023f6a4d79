"""Translations: every Chinese text of pages and scripts has its English."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from gisapp.web.i18n import CATALOGUE, compile_catalogue, script_texts

TEMPLATE_TEXT = re.compile(r"""\b_\(\s*(["'])(.+?)\1""")
SCRIPT_TEXT = re.compile(r"""\bt\(\s*(["'`])(.+?)\1""")
PLACES = re.compile(r"\{\w+\}|%\(\w+\)s")
CHINESE = re.compile(r"[一-鿿]")


def used_texts() -> dict[str, set[str]]:
    """Return every text that templates, handlers and scripts translate, with the files that do."""
    found: dict[str, set[str]] = {}
    for pattern, files in (
        (TEMPLATE_TEXT, Path("gisapp/templates").rglob("*.html")),
        (TEMPLATE_TEXT, Path("gisapp/web").glob("*.py")),
        (SCRIPT_TEXT, Path("static/js").glob("**/*.js")),
    ):
        for file in files:
            for _, text in pattern.findall(file.read_text(encoding="utf-8")):
                found.setdefault(text, set()).add(file.as_posix())
    return found


USED = used_texts()


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    with CATALOGUE.open(encoding="utf-8") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}


@pytest.mark.parametrize("text", sorted(USED))
def test_text_has_english_with_the_same_places(english: dict[str, str], text: str) -> None:
    assert english.get(text), USED[text]
    assert not CHINESE.search(english[text])
    assert sorted(PLACES.findall(english[text])) == sorted(PLACES.findall(text))


def test_catalogue_holds_no_text_that_nobody_uses(english: dict[str, str]) -> None:
    """A text in a table of a script is translated where the table is used."""
    scripts = "".join(
        file.read_text(encoding="utf-8") for file in Path("static/js").glob("**/*.js")
    )
    assert {text for text in english if text not in USED and f'"{text}"' not in scripts} == set()


def test_texts_of_scripts_are_given_to_them() -> None:
    scripts = {text for text, files in USED.items() if any("static/js" in file for file in files)}
    assert scripts <= set(script_texts())


def test_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path: Path) -> None:
    source, target = tmp_path / "a.po", tmp_path / "deep" / "a.mo"
    source.write_text('msgid "图"\nmsgstr "map"\n', encoding="utf-8")
    compile_catalogue(source, target)
    first = target.read_bytes()
    assert b"map" in first
    stamp = target.stat().st_mtime_ns
    compile_catalogue(source, target)
    assert target.stat().st_mtime_ns == stamp
    time.sleep(0.01)
    source.write_text('msgid "图"\nmsgstr "chart"\n', encoding="utf-8")
    compile_catalogue(source, target)
    assert b"chart" in target.read_bytes()
