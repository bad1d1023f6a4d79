"""Papers that are made from something are as new as what they are made from."""

from __future__ import annotations

import re

import pytest

from scripts import data_model, notices
from tests.house.sources import ROOT

PAPERS = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "bench/*.md") for path in ROOT.glob(pattern)
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def test_data_model_when_declarations_change_is_made_again() -> None:
    assert data_model.PAGE.read_text(encoding="utf-8") == data_model.make_page()


def test_notices_when_lock_files_change_are_made_again() -> None:
    assert notices.NOTICES.read_text(encoding="utf-8") == notices.make_notices()


def test_notices_when_a_package_is_pinned_name_it() -> None:
    text = notices.make_notices()
    assert "| flask |" in text
    assert "| leaflet |" in text
    assert "axe-core" not in text  # only for development


def test_licence_when_read_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_when_they_stay_in_the_repository_lead_somewhere(paper) -> None:
    text = CODE.sub("", paper.read_text(encoding="utf-8"))
    inside = [link for link in LINK.findall(text) if "://" not in link]
    missing = [
        link
        for link in inside
        if link.partition("#")[0] and not (paper.parent / link.partition("#")[0]).exists()
    ]
    assert missing == []
