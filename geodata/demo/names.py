"""The real names and codes of a district's towns and villages, from npm's china-division.

Source: the statistical division codes of 2023 (as of 2023-06-30), in ``dist/*.csv``.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import SetupNeeded
from layers.spec import Text

EDITION = "2023（china-division 2.7.0）"
VALID_FROM = "2023-06-30"
DISTRICT = "445103"
CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = (
    CHECKOUT / "node_modules" / "china-division" / "dist",
    CHECKOUT / "static" / "vendor" / "china-division",
)
# Offices as they end a village's full name, and what people call the place.
OFFICES = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村民委员会", ""),
    ("村委会", ""),
)


@dataclass(frozen=True)
class Place:
    """One area of the list: its code as long as the list gives it (6, 9 or 12 digits)."""

    code: str
    name: str


@dataclass(frozen=True)
class Division:
    """A district with its towns (9 digits) and villages (12 digits), in order of code."""

    district: Place
    towns: tuple[Place, ...]
    villages: tuple[Place, ...]

    def villages_of(self, town: Place) -> tuple[Place, ...]:
        """Return the villages of one town in order of code."""
        return tuple(place for place in self.villages if place.code.startswith(town.code))


def read_division(folder: Path | None = None, district: str = DISTRICT) -> Division:
    """Read names and codes from ``folder`` (default: where ``make setup`` puts the package).

    Raises SetupNeeded when the package is not installed.
    """
    folder = folder or find_folder()
    towns = [Place(code, name) for code, name in read_rows(folder / "streets.csv", district)]
    called = {town.code: town.name for town in towns}
    villages = [
        Place(code, clean_village(name, called.get(code[:9], "")))
        for code, name in read_rows(folder / "villages.csv", district)
    ]
    [(code, name)] = read_rows(folder / "areas.csv", district)
    return Division(Place(code, name), tuple(towns), tuple(villages))


def find_folder() -> Path:
    """Return the first known folder that holds the list."""
    for folder in FOLDERS:
        if (folder / "villages.csv").is_file():
            return folder
    raise SetupNeeded(
        Text(
            "找不到行政区划名称表（npm 包 china-division）。",
            "The list of area names (npm package china-division) is not installed.",
        ),
        Text("运行 make setup。", "Run make setup."),
    )


def read_rows(path: Path, prefix: str) -> list[tuple[str, str]]:
    """Return code and name of the rows whose code begins with ``prefix``, ordered by code.

    The list of all China has 38 MB: only the lines that match are decoded.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        lines = re.findall(rb"(?m)^" + prefix.encode("ascii") + rb"[^\r\n]*", body)
    rows = csv.reader(io.StringIO(b"\n".join(lines).decode("utf-8")))
    return sorted((row[0], row[1]) for row in rows)


def clean_village(name: str, town: str) -> str:
    """Return the short name of a village: 潮州市潮安区古巷镇枫洋一村民委员会 is 枫洋一村.

    Office and all places above the village are left out; a name that is already short stays.
    """
    for office, short in OFFICES:
        if name.endswith(office):
            name = name.removesuffix(office) + (short or ("" if name.endswith("村") else "村"))
            break
    # Up to the town; or up to a district, where the list leaves the town out.
    if town and town in name and not name.startswith(town + "村"):
        name = name.partition(town)[2] or name
    return re.sub(r"^\w{2,3}市(\w{2,3}[区县])?", "", name) or name
