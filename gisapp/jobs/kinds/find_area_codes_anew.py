"""Find the area codes of all layers' rows anew."""

from __future__ import annotations

from functools import partial

from gisapp.features.importing import WITH_AREA_CODE, refresh_layer
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from layers.catalogue import LAYERS
from layers.spec import Text


def run(context: JobContext) -> dict[str, int]:
    """Go through the layers, each in a transaction of its own; return rows changed of each."""
    changed: dict[str, int] = {}
    for number, name in enumerate(WITH_AREA_CODE):
        context.progress(number, len(WITH_AREA_CODE), LAYERS[name].label)
        changed[name] = context.once(name, partial(refresh_layer, name=name), context.change())
    context.progress(len(WITH_AREA_CODE), len(WITH_AREA_CODE))
    return changed


JOB = Job(
    name="find_area_codes_anew",
    label=Text("重新匹配区划", "Find area codes anew"),
    description=Text(
        "区划边界改动后，按位置重新确定所有图层每条记录的区划代码。",
        "After borders of areas changed: find the area code of every row of every layer by its "
        "position.",
    ),
    run=run,
)
