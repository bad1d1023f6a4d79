"""Real names and codes of towns and villages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from geodata.demo import names
from geodata.demo.names import clean_village, read_division
from geodata.demo.sites import SITES
from geodata.errors import SetupNeeded
from tests.real_data import REAL_DATA

LIST = REAL_DATA / "chaoan_villages.csv"


@pytest.mark.parametrize(
    ("full", "town", "short"),
    [
        ("潮州市潮安区古巷镇枫洋一村民委员会", "古巷镇", "枫洋一村"),
        ("潮州市潮安区古巷镇古巷社区居民委员会", "古巷镇", "古巷社区"),
        ("潮州市潮安区归湖镇碗窑畲族村民委员会", "归湖镇", "碗窑畲族村"),
        ("潮州市枫溪区长美一村民委员会", "枫溪镇", "长美一村"),
        ("广东潮安经济开发区虚拟生活区", "广东潮安经济开发区", "虚拟生活区"),
        ("德州工业园社区", "枫溪镇", "德州工业园社区"),
        ("多福巷社区居委会", "东华门街道", "多福巷社区"),
        ("古巷村委会", "古巷镇", "古巷村"),
    ],
)
def test_village_names_are_short(full: str, town: str, short: str) -> None:
    assert clean_village(full, town) == short


def test_the_list_holds_18_towns_and_453_villages() -> None:
    division = read_division()
    assert (division.district.code, division.district.name) == ("445103", "潮安区")
    assert len(division.towns) == 18
    assert len(division.villages) == 453
    assert {town.code for town in division.towns} == set(SITES)
    codes = [village.code for village in division.villages]
    assert codes == sorted(set(codes))
    assert all(len(code) == 12 for code in codes)


def test_every_village_name_is_clean() -> None:
    for village in read_division().villages:
        assert 2 <= len(village.name) <= 8
        assert not any(part in village.name for part in ("委员会", "居委会", "潮州市", "潮安区"))


def test_town_names_agree_with_the_prefixes_of_their_villages() -> None:
    # 枫溪镇 is run by a zone of its own: the list leaves the town out of its villages' names.
    division = read_division()
    full = dict(names.read_rows(names.find_folder() / "villages.csv", "445103"))
    for town in division.towns:
        whole = [full[village.code] for village in division.villages_of(town)]
        assert whole
        if town.name != "枫溪镇":
            assert all(town.name in name for name in whole)


def test_villages_of_a_town_share_its_code() -> None:
    division = read_division()
    counted = sum(len(division.villages_of(town)) for town in division.towns)
    assert counted == len(division.villages)


@pytest.mark.parametrize("path", [path for path in (LIST,) if path.exists()])
def test_the_list_equals_the_published_one(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        published = {row["code"]: row for row in csv.DictReader(file)}
    division = read_division()
    towns = {town.code: town.name for town in division.towns}
    assert {village.code for village in division.villages} == set(published)
    for village in division.villages:
        row = published[village.code]
        assert row["town"] == towns[village.code[:9]]
        assert clean_village(row["village"], row["town"]) == village.name


def test_a_missing_list_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "FOLDERS", (tmp_path / "nowhere",))
    with pytest.raises(SetupNeeded) as caught:
        read_division()
    assert caught.value.hint is not None
    assert "make setup" in caught.value.hint.en
