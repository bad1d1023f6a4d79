"""Small districts that the demonstration's tests look at, built once per worker."""

from __future__ import annotations

import geopandas as gpd
import pytest

from geodata.demo.district import build_district
from geodata.demo.ground import Ground, build_ground

SEED = 445103


@pytest.fixture(scope="session")
def small() -> dict[str, gpd.GeoDataFrame]:
    """The district at scale 0.1, all layers."""
    return build_district(0.1, SEED)


@pytest.fixture(scope="session")
def ground() -> Ground:
    """The ground of the district at scale 0.1."""
    return build_ground(0.1, SEED)
