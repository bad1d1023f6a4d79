"""Real files to run against, kept outside the checkout; tests use those that are there.

``GISAPP_REAL_DATA`` names their folder; without it, one kept beside the checkout is taken.
"""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL_DATA = Path(os.environ.get("GISAPP_REAL_DATA") or BESIDE)
