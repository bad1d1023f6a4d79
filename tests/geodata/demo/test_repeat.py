"""The same scale and seed give the same district, wherever and however often it is built."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geodata.demo.district import build_district

Frames = dict[str, gpd.GeoDataFrame]
ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from tests.geodata.demo.test_repeat import digests
from geodata.demo.district import build_district
print(digests(build_district(0.1, 445103)))
"""


def digests(frames: Frames) -> dict[str, str]:
    """Return a digest of each layer's rows, geometry to the last bit."""
    found = {}
    for name, frame in frames.items():
        body = hashlib.sha256(frame.drop(columns="geometry").to_csv().encode())
        for shape in shapely.to_wkb(frame.geometry.array):
            body.update(shape)
        found[name] = body.hexdigest()[:16]
    return found


def test_another_process_builds_the_same(small: Frames) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(digests(small))


def test_another_seed_builds_another_district(small: Frames) -> None:
    other, mine = digests(build_district(0.1, 7)), digests(small)
    assert all(other[name] != mine[name] for name in mine)


@pytest.mark.parametrize(
    "name",
    ["buildings", "cameras", "rented_housing", "three_in_one", "hazard_sites", "incidents"],
)
def test_counts_grow_with_the_scale(small: Frames, larger: Frames, name: str) -> None:
    assert 1.8 < len(larger[name]) / len(small[name]) < 2.2


@pytest.fixture(scope="session")
def larger() -> Frames:
    """The district at scale 0.2."""
    return build_district(0.2, 445103)
