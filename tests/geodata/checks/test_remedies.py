"""Every check is set off by a table, and every remedy does what it says."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest

from geodata.checks import catalogue
from geodata.checks.catalogue import CHECKS
from geodata.checks.examine import examine
from geodata.checks.shapes import FAULTS
from geodata.checks.values import KINDS
from geodata.discoveries import Discovery
from geodata.plan import ImportPlan
from tests.geodata.checks.scenes import CASES, Case, named

# Kinds that need a file no table can hold, and what shows them instead.
ELSEWHERE = {
    "unreadable": "tests/geodata/test_shapes.py",
    "not_finite": "tests/geodata/test_shapes.py",
    "boolean": "no layer has a field of that type",
    "value": "any other reason",
}


def ids(case: Case) -> str:
    return f"{case.check}-{case.severity}-{case.layer}"


def weight(found: list[Discovery], check: str) -> int:
    """Return how many rows a check still complains about; information is no complaint."""
    return sum(
        max(item.rows, 1) for item in found if item.check == check and item.severity != "info"
    )


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_check_when_its_table_comes_tells_and_its_remedies_help(case: Case, tmp_path: Path) -> None:
    intake, plan, layer = case.build(tmp_path)
    before = examine(intake, plan, layer, case.scene)
    told = [item for item in named(before, case.check) if item.severity == case.severity]
    assert told, [(item.check, item.severity, item.finding.zh) for item in before]
    if case.rows is not None:
        assert sum(item.rows for item in told) == case.rows
    json.dumps([item.to_json() for item in before])
    keys = [remedy.key for item in before for remedy in item.remedies]
    assert len(keys) == len(set(keys))
    for item in told:
        assert item.finding.zh and item.finding.en != item.finding.zh
        assert len(item.examples) <= 5
        for remedy in item.remedies:
            patched = plan.patched(remedy.plan)
            after = examine(intake, patched, layer, case.scene)
            assert ImportPlan.from_json(patched.to_json()) == patched
            same = [
                other
                for other in after
                if (other.check, other.subject) == (item.check, item.subject)
            ]
            if ":word:" in remedy.key:
                assert weight(after, item.check) < weight(before, item.check), remedy.key
            elif item.severity == "info":
                assert item not in same, remedy.key
            else:
                assert all(other.severity == "info" for other in same), (remedy.key, same)


def test_kinds_of_faults_when_listed_are_all_set_off() -> None:
    shown = {case.check for case in CASES} | set(ELSEWHERE)
    assert set(FAULTS) <= shown
    assert set(KINDS) <= shown
    source = "".join(inspect.getsource(inspect.getmodule(check) or catalogue) for check in CHECKS)
    for check in CHECKS:
        if check.name not in ("shapes", "values"):  # named after the kind of fault
            assert check.name in shown, check
    assert "Discovery(" in source


def test_discoveries_when_there_are_several_come_worst_first(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.check == "errors")
    case = replace(case, columns={**case.columns, "门牌": ["1", "2", "3"]})
    intake, plan, layer = case.build(tmp_path)
    found = [item.severity for item in examine(intake, plan, layer, case.scene)]
    assert found == sorted(found, key=("refusal", "warning", "info").index)
    assert len(set(found)) == 3
