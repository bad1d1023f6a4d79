"""Export a layer, or the rows of it that filters ask for, to a file that is kept for some days."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from geodata.writers.catalogue import Progress
from geodata.writers.spec import Written
from gisapp.features.asked import asked_conditions, field_conditions
from gisapp.features.exporting import allowed_names, count_rows, export_layer
from gisapp.jobs import exports
from gisapp.jobs.choosing import Choosing
from gisapp.jobs.context import JobContext
from gisapp.jobs.files import keep_file
from gisapp.jobs.spec import Given, Job
from gisapp.queries.spec import Parameter
from layers.catalogue import LAYERS
from layers.spec import Layer, Text

LAYER = Parameter("collection", "layer", Text("图层", "Layer"), required=True, layers=tuple(LAYERS))
CHOOSING = Choosing(LAYER)


def run(context: JobContext) -> dict[str, Any]:
    """Write the rows that the asker may see now; return how many."""
    layer, given = split(context.parameters)
    with exports.reading(context, layer) as (reader, options):
        total = count_rows(reader, layer, asked_conditions(reader, layer, given))
        context.progress(0, max(total, 1), layer.label)

        def write(path: Path, progress: Progress) -> Written:
            language = exports.language_of(context)
            return export_layer(reader, layer, given, options, language, path, progress)

        name = options.file_name(layer.name, exports.now())
        keep = partial(keep_file, context, name, options.form.media_type, write)
        return keep(f"layer:{layer.name}", total, exports.details_of(options, context.parameters))


def split(given: Given) -> tuple[Layer, Given]:
    """Return the layer that is meant, and the other parameters. Raises BadParameter."""
    name, rest = CHOOSING.split(given)
    return LAYERS[name], rest


def check(given: Given) -> None:
    """Raise BadParameter unless the layer can be exported so."""
    layer, rest = split(given)
    exports.check_names(rest, allowed_names(layer))
    list(field_conditions(layer, rest))


JOB = Job(
    name="export_layer",
    label=Text("导出图层", "Export a layer"),
    description=Text(
        "把一个图层（可加筛选）导出为文件，存放若干天供下载。其余参数是该图层的筛选条件。",
        "Export a layer, filtered or whole, to a file that can be fetched for some days. All "
        "further parameters are the layer's filters.",
    ),
    run=run,
    parameters=(LAYER, *exports.PARAMETERS),
    roles=exports.ROLES,
    everywhere=False,
    check=check,
    words=exports.WORDS,
)
