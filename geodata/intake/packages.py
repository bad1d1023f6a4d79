"""GeoPackages from strangers: only plain tables are read, and nothing in them is ever run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from geodata.intake.sources import Source
from geodata.intake.streams import VectorFile, damaged
from layers.spec import Text

OBJECTS = "SELECT name, type, sql FROM sqlite_master"
CONTENTS = "SELECT table_name FROM gpkg_contents LIMIT 10001"


def guard_package(source: Source, folder: Path) -> VectorFile:
    """Look at the schema without running any of it and return what GDAL may open.

    Views and virtual tables are left out with a note: reading one would run what it defines.
    GDAL opens the file read-only and immutable, so triggers never fire and no journal is made.
    Raises BadFile for a database that is damaged, no GeoPackage, or disguises its catalogue.
    """
    folder.mkdir(parents=True)
    link = folder / "data.gpkg"
    link.symlink_to(source.member.path)
    try:
        with closing(sqlite3.connect(f"file:{link}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            objects = {
                str(name): (kind, sql or "") for name, kind, sql in database.execute(OBJECTS)
            }
            if objects.get("gpkg_contents", ("", ""))[0] != "table":
                raise damaged(source.member.name, "GeoPackage")
            listed = [str(name) for (name,) in database.execute(CONTENTS)]
    except (sqlite3.Error, UnicodeDecodeError, ValueError) as error:
        raise damaged(source.member.name, "GeoPackage") from error
    disguised = [
        n for n, (kind, sql) in objects.items() if is_catalogue(n) and not plain(kind, sql)
    ]
    if disguised:
        raise damaged(source.member.name, "GeoPackage")
    by_name = {name.casefold(): about for name, about in objects.items()}
    fine = [name for name in listed if plain(*by_name.get(name.casefold(), ("", "")))]
    left = [name for name in listed if name not in fine]
    notes = list(source.notes)
    if left:
        told = "、".join(left[:10])
        notes.append(
            Text(
                f"只读普通表，没有读取视图或虚拟表：{told}",
                f"Only plain tables are read; views and virtual tables were not: {told}",
            )
        )
    return VectorFile(
        link,
        "gpkg",
        source.member.name,
        source.title,
        notes=notes,
        options={"IMMUTABLE": "YES", "LIST_ALL_TABLES": "NO"},
        layers=fine,
    )


def is_catalogue(name: str) -> bool:
    """Tell whether GDAL itself reads this object to find the layers."""
    return name.casefold().startswith("gpkg_") and not name.casefold().startswith("gpkg_ogr")


def plain(kind: str, sql: str) -> bool:
    """Tell whether an object is a table that holds its rows itself (or an index or trigger)."""
    if kind in ("index", "trigger"):
        return True
    return kind == "table" and not sql.lstrip().casefold().startswith("create virtual")
