"""Check an import: read its files, propose a plan, examine, stage the rows, count."""

from __future__ import annotations

from functools import partial
from typing import Any

from gisapp.imports.checking import check_round
from gisapp.imports.proposing import propose
from gisapp.imports.records import read_import
from gisapp.imports.rights import IMPORTERS
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter
from layers.spec import Text

READING = Text("正在读取文件", "Reading the files")
READ = Text("正在读取文件，已读 {rows:,} 行", "Reading the files, {rows:,} rows so far")
CHECKING = Text("正在逐行检查", "Checking row by row")
COMPARING = Text("正在与现有数据比较", "Comparing with what is there")
IMPORT = Parameter(
    "import", "integer", Text("导入编号", "Import"), required=True, minimum=1, maximum=10**15
)


def run(context: JobContext) -> dict[str, Any]:
    """Check the import as it is decided now; return what its rows would do."""
    number = asked_import(JOB, context)
    caller, folder = context.caller, context.settings.uploads.folder
    with context.read() as reader:
        held = read_import(reader, caller, number)
    context.progress(0, 1, READING)

    def read_so_far(done: int) -> None:
        context.progress(done, 0, READ.format(rows=done))  # how many there are, nobody knows yet

    with context.read() as reader:
        proposal = propose(reader, caller, held, folder, read_so_far)
        rows = proposal.intake.rows

        def tell(done: int) -> None:
            context.progress(done, rows, CHECKING if done < rows else COMPARING)

        act = partial(check_round, caller=caller, held=held, proposal=proposal, progress=tell)
        context.progress(0, rows, CHECKING)
        outcome: dict[str, Any] = context.once(f"round {held.round}", act)
    return outcome


def asked_import(job: Job, context: JobContext) -> int:
    """Return the number of the import that a job is about."""
    return int(str(read_parameters(job, context.parameters)["import"]))


JOB = Job(
    name="check_import",
    label=Text("检查导入", "Check an import"),
    description=Text(
        "读取上传的文件，提出导入方案，逐行检查并与现有数据比较；不改动任何数据。",
        "Read uploaded files, propose how they are taken, check every row and compare it with what "
        "is there; changes nothing.",
    ),
    run=run,
    parameters=(IMPORT,),
    roles=IMPORTERS,
    everywhere=False,
    words={
        "import": Text("导入", "Import"),
        "refused": Text("需要处理", "Needs a decision"),
        "insert": Text("新增", "Added"),
        "update": Text("更新", "Changed"),
        "unchanged": Text("未变", "Unchanged"),
        "reject": Text("不合要求", "Rejected"),
    },
)
