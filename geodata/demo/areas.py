"""Areas: district, towns and villages as rows of the layer."""

from __future__ import annotations

import datetime

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo.blocks import merge
from geodata.demo.chance import Shapes
from geodata.demo.layout import Layout
from geodata.demo.names import EDITION, VALID_FROM


def town_kind(code: str) -> str:
    """Return the kind of a town-level unit from digits 7 to 9 of its code."""
    number = int(code[6:9])
    return (
        "street"
        if number < 100
        else "town"
        if number < 200
        else ("township" if number < 400 else "other")
    )


def village_kind(code: str) -> str:
    """Return the kind of a village-level unit from digits 10 to 12 of its code."""
    number = int(code[9:12])
    return "residents" if number < 200 else "villagers" if number < 400 else "other"


def build_areas(layout: Layout, villages: Shapes) -> gpd.GeoDataFrame:
    """Return the areas; towns are unions of ``villages`` and the district is that of towns."""
    towns = merge(villages, layout.town_of, len(layout.towns))
    district = shapely.coverage_union_all(towns)
    top = layout.district
    rows = [(f"{top.code:0<12}", top.name, "district", "", "district")]
    rows += [
        (f"{town.code:0<12}", town.name, "town", f"{top.code:0<12}", town_kind(town.code))
        for town in layout.towns
    ]
    rows += [
        (place.code, place.name, "village", f"{place.code[:9]}000", village_kind(place.code))
        for place in layout.villages
    ]
    columns = ["code", "name", "level", "parent_code", "kind"]
    frame = gpd.GeoDataFrame(
        rows, columns=columns, geometry=np.concatenate([[district], towns, villages]), crs=4548
    )
    frame.loc[0, "parent_code"] = None
    frame["edition"] = EDITION
    frame["valid_from"] = datetime.date.fromisoformat(VALID_FROM)
    return frame
