"""Examine a table by a plan: run every check over it in one pass."""

from __future__ import annotations

from collections.abc import Callable

from geodata.checks.catalogue import CHECKS
from geodata.checks.spec import Context
from geodata.discoveries import SEVERITIES, Discovery, Scene
from geodata.intake.kept import Intake
from geodata.plan import ImportPlan
from geodata.processing import Processor
from layers.spec import Layer


def examine(
    intake: Intake,
    plan: ImportPlan,
    layer: Layer,
    scene: Scene,
    progress: Callable[[int, int], None] | None = None,
) -> list[Discovery]:
    """Return what all checks found, the worst first. Memory stays the same for any number of rows.

    ``progress`` is told rows done and rows in all; an exception of it ends the examination.
    """
    processor = Processor(intake, plan, layer, scene)
    context = Context(intake, plan, layer, scene, processor)
    checks = [check(context) for check in CHECKS]
    done = 0
    for part in processor.parts():
        for check in checks:
            check.see(part)
        done += len(part.chunk.rows)
        if progress:
            progress(done, intake.rows)
    found = [discovery for check in checks for discovery in check.tell()]
    return sorted(found, key=lambda item: SEVERITIES.index(item.severity))
