"""What a check is: it sees the parts of a table go by and then tells what it found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

from geodata.discoveries import MOST_EXAMPLES, Discovery, Example, Remedy, Scene, Severity
from geodata.findings import shorten
from geodata.intake.kept import Intake
from geodata.plan import ImportPlan
from geodata.processing import Part, Processor
from layers.spec import Layer, Text


@dataclass(frozen=True)
class Context:
    """What is examined: the table, the plan for it, the layer, and what the database tells."""

    intake: Intake
    plan: ImportPlan
    layer: Layer
    scene: Scene
    processor: Processor


class Check:
    """One check. It keeps counts and a few examples, never rows, so that memory stays the same.

    ``name`` is the discovery's ``check``. A subclass overrides ``see`` or ``tell`` or both.
    """

    name = ""

    def __init__(self, context: Context) -> None:
        """Begin with an empty account."""
        self.context = context
        self.plan, self.layer = context.plan, context.layer
        self.begin()

    def begin(self) -> None:
        """Set up what the check counts."""

    def see(self, part: Part) -> None:
        """Take in one processed chunk."""

    def tell(self) -> Iterator[Discovery]:
        """Yield what was found."""
        yield from ()

    def found(self, severity: Severity, finding: Text, **more: Any) -> Discovery:
        """Return a discovery of this check."""
        return Discovery(self.name, severity, finding, **more)

    def remedy(self, key: str, label: Text, **plan: Any) -> Remedy:
        """Return a remedy whose key is unique through this check's name."""
        return Remedy(f"{self.name}:{key}", label, plan)


@dataclass
class Tally:
    """How many rows, and a few examples."""

    rows: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(
        self,
        rows: numpy.ndarray | Sequence[int],
        values: numpy.ndarray | Sequence[object] = (),
    ) -> None:
        """Count rows by their numbers; ``values`` shows what is meant, one for each."""
        self.rows += len(rows)
        for place in range(min(len(rows), MOST_EXAMPLES - len(self.examples))):
            value = shorten(values[place]) if len(values) else ""
            self.examples.append(Example(int(rows[place]), value))

    def facts(self) -> dict[str, Any]:
        """Return the count and the examples as a discovery takes them."""
        return {"rows": self.rows, "examples": tuple(self.examples)}
