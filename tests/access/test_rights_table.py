"""The operator's guide says of every layer what its declaration says: who may do what."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from layers.catalogue import LAYERS
from layers.spec import ROLES, Action, Layer

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operator.md"


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.name)
def test_rights_of_a_layer_when_read_in_the_guide_are_those_declared(layer: Layer) -> None:
    assert row_of(layer) in GUIDE.read_text(encoding="utf-8").splitlines()


def row_of(layer: Layer) -> str:
    """Return the line of the guide: each role by its first letter."""
    cells = [
        " ".join(role[0].upper() for role in ROLES if layer.access.allows(role, action))
        for action in get_args(Action)
    ]
    return f"| `{layer.name}` | {' | '.join(cells)} |"
