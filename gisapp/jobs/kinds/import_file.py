"""Import a file that lies in the inbox, ``inbox/`` in the server's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gisapp.errors import BadFile, BadParameter
from gisapp.features.importing import Report, Request, import_table
from gisapp.features.opening import opened
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter
from layers.catalogue import LAYERS
from layers.spec import Text

SHOWN = 3  # bad rows that an error quotes
PARAMETERS = (
    Parameter(
        "file",
        "text",
        Text("文件名", "File"),
        required=True,
        help=Text(
            "服务器收件夹（inbox）中的文件名", "The name of a file in the server's inbox folder"
        ),
    ),
    Parameter("layer", "layer", Text("图层", "Layer"), required=True, layers=tuple(LAYERS)),
    Parameter("attribution", "text", Text("出处", "Attribution")),
    Parameter("licence", "text", Text("许可", "Licence")),
    Parameter("skip_errors", "boolean", Text("跳过有错的行", "Skip bad rows"), default=False),
)


def run(context: JobContext) -> dict[str, int]:
    """Import the file in one transaction; return rows added, changed, left alone and skipped."""
    values = read_parameters(JOB, context.parameters)
    request = Request(
        find_file(context.settings.inbox, str(values["file"])),
        LAYERS[str(values["layer"])],
        attribution=str(values["attribution"] or ""),
        licence=str(values["licence"] or ""),
        skip_errors=bool(values["skip_errors"]),
    )
    change = context.change("import", request.path.name)

    with opened(request.path, None, "") as intake:

        def act(connection: Any) -> dict[str, int]:
            return told(import_table(connection, change, request, intake, context.progress))

        outcome: dict[str, int] = context.once("import", act, change)
    return outcome


def find_file(inbox: Path, name: str) -> Path:
    """Return the file ``name`` of the inbox itself. Raises BadParameter for any other path."""
    path = inbox / name
    if Path(name).name != name or name.startswith(".") or "\\" in name or path.is_symlink():
        raise BadParameter(
            Text("只能写收件夹里的文件名。", "Give the name of a file in the inbox, no path.")
        )
    if not path.exists():
        raise BadFile(
            Text("收件夹里没有文件 {name}。", "There is no file {name} in the inbox.").format(
                name=name
            ),
            Text("先把文件放进服务器的收件夹。", "Put the file into the server's inbox first."),
        )
    return path


def told(report: Report) -> dict[str, int]:
    """Return what an import did. Raises BadFile, quoting the first bad rows, when it was refused."""
    bad = len({finding.row for finding in report.prepared.findings})
    stored = report.stored
    if stored is None:
        quoted = report.prepared.findings[:SHOWN]
        raise BadFile(
            Text(
                "{rows} 行中有 {bad} 行有错，没有改动任何数据。",
                "{bad} of {rows} rows have errors; nothing was changed.",
            ).format(rows=report.prepared.rows, bad=bad),
            Text(
                "；".join(finding.say("zh") for finding in quoted),
                "; ".join(finding.say("en") for finding in quoted),
            ),
        )
    return {
        "inserted": stored.inserted,
        "updated": stored.updated,
        "unchanged": stored.unchanged,
        "skipped": bad,
    }


JOB = Job(
    name="import_file",
    label=Text("导入文件", "Import a file"),
    description=Text(
        "把服务器收件夹（inbox）里的文件读入一个图层，全部成功或全部不改；再次导入同一文件不会重复。",
        "Load a file from the server's inbox folder into a layer, all or nothing; importing it "
        "again adds nothing twice.",
    ),
    run=run,
    parameters=PARAMETERS,
    words={
        "inserted": Text("新增", "Added"),
        "updated": Text("更新", "Changed"),
        "unchanged": Text("未变", "Unchanged"),
        "skipped": Text("跳过", "Skipped"),
    },
)
