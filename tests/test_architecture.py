"""The house rules hold: import order, purity, where SQL stands, nothing from outside.

Each rule is a function in ``tests/house``; ``tests/house/test_rules.py`` shows each one failing.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.house import front, imports, shape, sql
from tests.house.sources import PACKAGES, ROOT, Source, python_sources, read

PYTHON = python_sources()
LAYER_MODULES = [
    source
    for source in PYTHON
    if source.path.startswith("layers/")
    and source.module.rpartition(".")[2] not in ("layers", "catalogue", "codes", "spec")
]
SCRIPTS = read("static/js/**/*.js")
PAGES = read("gisapp/templates/**/*.html")
STYLES = read("static/css/**/*.css")


def test_packages_when_walked_are_all_seen() -> None:
    assert {source.module for source in PYTHON} >= set(PACKAGES)
    assert len(LAYER_MODULES) >= 15


@pytest.mark.parametrize(
    "rule",
    [
        imports.upward_imports,
        imports.late_imports,
        imports.dynamic_imports,
        shape.long_functions,
        shape.undocumented,
        sql.misplaced_sql,
        sql.named_tables,
        sql.private_connections,
    ],
)
def test_rule_when_applied_to_every_module_holds(rule) -> None:
    assert_none(rule, PYTHON)


def test_imports_when_followed_never_return() -> None:
    assert imports.cycles(PYTHON) == []


def test_late_imports_when_listed_have_a_reason_and_exist() -> None:
    found = {
        (source.module, name)
        for source in PYTHON
        for _, name, late in imports.imports(source)
        if late
    }
    for (module, what), reason in imports.LATE.items():
        assert reason
        assert any(module == who and name.startswith(what) for who, name in found), what


def test_layer_modules_when_read_are_pure_declarations() -> None:
    assert_none(shape.impure_layer, LAYER_MODULES)


def test_package_files_when_read_hold_only_a_docstring() -> None:
    files = [source for source in PYTHON if source.path.endswith("__init__.py")]
    assert_none(shape.crowded_package, files)


def test_tables_when_named_are_named_by_the_listed_modules() -> None:
    present = {source.path for source in PYTHON}
    assert set(sql.NAMES_TABLES) <= present
    assert all(sql.NAMES_TABLES.values())


def test_front_when_read_names_no_outside_host() -> None:
    built_here = [s for s in PYTHON if s.path.startswith(("gisapp/maps/", "gisapp/web/"))]
    assert_none(front.outside_hosts, [*SCRIPTS, *PAGES, *STYLES, *built_here])


def test_front_when_read_never_makes_code_of_text() -> None:
    assert_none(front.code_from_text, [*SCRIPTS, *PAGES])
    built_here = [s for s in PYTHON if s.path.startswith(("gisapp/maps/", "gisapp/web/"))]
    assert_none(front.code_from_text, built_here)


def test_templates_when_they_have_scripts_carry_nonces() -> None:
    assert_none(front.inline_scripts, PAGES)


def test_lock_file_when_read_names_no_registry() -> None:
    for lock in ROOT.glob("package-lock.json"):
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []


def assert_none(rule: Callable[[Source], list[str]], sources: list[Source]) -> None:
    complaints = [line for source in sources for line in rule(source)]
    assert not complaints, "\n".join(["", *complaints])
