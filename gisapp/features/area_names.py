"""What areas are called, and how they lie inside each other: nobody knows the codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gisapp.access.accounts import AREA
from gisapp.access.scope import Scope
from gisapp.database.engine import Reader
from gisapp.database.statements import Statement

AREA_NAMES = Statement(
    "SELECT code, name, level FROM areas WHERE valid_to IS NULL ORDER BY code",
    reads=("areas",),
)
DIGITS = {"district": 6, "town": 9, "village": 12}  # of a code that say something


@dataclass
class Area:
    """One area and those inside it; ``offered`` when it may be chosen."""

    code: str
    name: str
    offered: bool = True
    inside: list[Area] = field(default_factory=list)

    def holds(self, codes: Iterable[str]) -> bool:
        """Tell whether one of ``codes`` lies inside it."""
        return any(code.startswith(self.code) and code != self.code for code in codes)


def read_area_names(reader: Reader) -> dict[str, str]:
    """Return the names of the areas in force by their codes of 6, 9 or 12 digits.

    The layer fills the codes of towns and districts up with zeros; an account's areas do not.
    """
    found = ((code[: DIGITS[level]], name) for code, name, level in reader.rows(AREA_NAMES))
    return {code: name for code, name in found if AREA.fullmatch(code)}


def area_tree(names: dict[str, str], scope: Scope) -> list[Area]:
    """Return the areas that lie in ``scope`` and those around them, the outermost first."""
    top: list[Area] = []
    above: list[Area] = []
    for code, name in sorted(names.items()):
        area = Area(code, name, is_inside(code, scope))
        if not area.offered and not any(p.startswith(code) for p in scope.prefixes or ()):
            continue
        while above and not code.startswith(above[-1].code):
            above.pop()
        (above[-1].inside if above else top).append(area)
        above.append(area)
    return top


def is_inside(code: str, scope: Scope) -> bool:
    """Tell whether everything in the area ``code`` lies in ``scope``."""
    return scope.prefixes is None or code.startswith(scope.prefixes)


def full_name(names: dict[str, str], code: str) -> str:
    """Return what an area is called, with its town; its code when it is not known."""
    if code not in names:
        return code
    town = names.get(code[:9], "") if len(code) == 12 else ""
    return " ".join(filter(None, (town, names[code])))
