"""Count the kept clusters of a point layer anew."""

from __future__ import annotations

from typing import Any

from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter
from layers.catalogue import LAYERS
from layers.spec import Text

REBUILD = "SELECT gisapp.rebuild_clusters(%(layer)s)"
LAYER = Parameter(
    "layer",
    "layer",
    Text("图层", "Layer"),
    required=True,
    layers=tuple(name for name, layer in LAYERS.items() if layer.geometry == "Point"),
)


def run(context: JobContext) -> dict[str, str]:
    """Count anew, in one transaction."""
    layer = str(read_parameters(JOB, context.parameters)["layer"])
    context.progress(0, 1, LAYERS[layer].label)

    def act(connection: Any) -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(REBUILD, {"layer": layer})
        return {"layer": layer}

    outcome: dict[str, str] = context.once("count", act)
    context.progress(1, 1)
    return outcome


JOB = Job(
    name="count_clusters_anew",
    label=Text("重算聚合", "Count clusters anew"),
    description=Text(
        "按现有的点重新计算一个图层在各级缩放下的聚合计数。",
        "Count a layer's points in every cell of every zoom again.",
    ),
    run=run,
    parameters=(LAYER,),
    words={"layer": Text("图层", "Layer")},
)
