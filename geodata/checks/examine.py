"""Examine a table by a plan: every check sees each chunk on its way, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from geodata.checks.catalogue import CHECKS
from geodata.checks.spec import Context
from geodata.discoveries import SEVERITIES, Discovery, Scene
from geodata.intake.kept import Intake
from geodata.plan import ImportPlan
from geodata.processing import Part, Processor
from layers.spec import Layer


class Examination:
    """A table on its way by a plan; memory stays the same for any number of rows.

    ``processor.faults`` are what forbids to take the rows; they can be looked at all the same.
    """

    def __init__(self, intake: Intake, plan: ImportPlan, layer: Layer, scene: Scene) -> None:
        """Set up the checks over a table."""
        self.intake, self.plan, self.layer, self.scene = intake, plan, layer, scene
        self.processor = Processor(intake, plan, layer, scene)
        context = Context(intake, plan, layer, scene, self.processor)
        self.checks = [check(context) for check in CHECKS]

    def parts(self) -> Iterator[Part]:
        """Yield all chunks processed, once the checks have seen them."""
        for part in self.processor.parts():
            for check in self.checks:
                check.see(part)
            yield part

    def tell(self) -> list[Discovery]:
        """Return what was found in the chunks that went by, the worst first."""
        found = [discovery for check in self.checks for discovery in check.tell()]
        return sorted(found, key=lambda item: SEVERITIES.index(item.severity))


def examine(
    intake: Intake,
    plan: ImportPlan,
    layer: Layer,
    scene: Scene,
    progress: Callable[[int, int], None] | None = None,
) -> list[Discovery]:
    """Return what all checks found, without taking the rows.

    ``progress`` is told rows done and rows in all; an exception of it ends the examination.
    """
    examination = Examination(intake, plan, layer, scene)
    done = 0
    for part in examination.parts():
        done += len(part.chunk.rows)
        if progress:
            progress(done, intake.rows)
    return examination.tell()
