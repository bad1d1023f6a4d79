"""What a command must not decide by itself: where places lie when it is not clear.

A person sees the map of an import before it is applied. A command sees none: so what is doubtful
about places stops it until it is said.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gisapp.imports.records import Import

PLACES = ("crs", "axes", "zone_prefix", "offset")  # checks whose warnings are about all places
MOST = 0.5  # so many rows outside the district: the CRS or an offset is to blame


def doubts(held: Import, said: Collection[str], accepted: Collection[str]) -> list[str]:
    """Return the checks of which something has to be decided first, the worst first.

    ``said``: which of ``crs`` and ``offset`` a person has named; ``accepted``: checks whose
    findings were looked at and are taken as they are.
    """
    found = held.found
    names = [
        one["check"]
        for one in found["discoveries"]
        if is_doubtful(one, found["rows"], found["plan"], said)
    ]
    return [name for name in dict.fromkeys(names) if name not in accepted]


def is_doubtful(
    one: dict[str, Any], rows: int, plan: dict[str, Any], said: Collection[str]
) -> bool:
    """Tell whether something that a check found leaves in doubt where the places are."""
    check, severity = one["check"], one["severity"]
    if severity == "warning":
        return check in PLACES or (check == "district" and one["rows"] > MOST * rows)
    if severity == "info" and check not in said:
        return check == "crs" or (check == "offset" and bool(plan["offset"]))
    return False


def is_assumed(held: Import) -> bool:
    """Tell whether the CRS is a mere guess, by a plan in which nothing speaks against it."""
    found = held.found["discoveries"]
    return any(one["check"] == "crs" and one["severity"] == "info" for one in found)
