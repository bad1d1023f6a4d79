"""Areas by their names, on pages and in forms that choose some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from gisapp.access.accounts import AREA
from gisapp.access.scope import Scope
from gisapp.errors import BadParameter
from gisapp.features.area_names import Area, area_tree, full_name, read_area_names
from gisapp.web.context import caller_scope, services
from layers.spec import Text

MOST = 2000  # areas of an account


@dataclass(frozen=True)
class AreaChoice:
    """What a form offers: a tree of areas, the codes chosen, and those of them in no tree."""

    tree: list[Area]
    chosen: frozenset[str]
    unknown: tuple[str, ...]


def area_names(codes: Iterable[str]) -> list[str]:
    """Return what the areas of ``codes`` are called; a code that is not known stays a code."""
    names = known_names()
    return [full_name(names, code) for code in codes]


def area_choice(scope: Scope, chosen: Iterable[str]) -> AreaChoice:
    """Return what may be chosen inside ``scope``."""
    names, codes = known_names(), frozenset(chosen)
    unknown = tuple(sorted(code for code in codes if code not in names))
    return AreaChoice(area_tree(names, scope), codes, unknown)


def chosen_areas() -> list[str]:
    """Return the codes that the form sent, the outer one where one lies in another.

    Raises BadParameter for what is no area code, and for more than a district has.
    """
    codes = set(request.form.getlist("area"))
    if len(codes) > MOST or not all(map(AREA.fullmatch, codes)):
        raise BadParameter(Text("区划代码无效或过多。", "Not area codes, or too many."))
    outer: list[str] = []
    for code in sorted(codes):  # whatever lies in an area follows it
        if not outer or not code.startswith(outer[-1]):
            outer.append(code)
    return outer


def known_names() -> dict[str, str]:
    """Return the names of the areas in force by their codes."""
    with services().database.read(caller_scope()) as reader:
        return read_area_names(reader)
