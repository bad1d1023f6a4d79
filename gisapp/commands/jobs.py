"""`gisapp jobs`: what is under way, start, cancel, try again."""

from __future__ import annotations

import json

import click

from gisapp.access.caller import SYSTEM
from gisapp.access.scope import EVERYTHING
from gisapp.commands.connect import open_database
from gisapp.commands.query import read_pairs
from gisapp.jobs import queue
from gisapp.jobs.catalogue import JOBS, job_named
from gisapp.jobs.read import PAGE, describe_job, read_document, read_job, read_jobs
from gisapp.language import say, terminal_language


@click.group(
    "jobs",
    invoke_without_command=True,
    help=say(
        "列出、启动、取消、重试后台任务。\n\n例：gisapp jobs start count_clusters_anew "
        "--param layer=cameras",
        "List, start, cancel and retry jobs.\n\nExample: gisapp jobs start count_clusters_anew "
        "--param layer=cameras",
    ),
)
@click.pass_context
def jobs(context: click.Context) -> None:
    """List the jobs unless a subcommand is given."""
    if context.invoked_subcommand is None:
        context.invoke(list_jobs)


@jobs.command("list", help=say("列出最近的任务。", "List the latest jobs."))
@click.option("--json", "as_json", is_flag=True, help=say("输出 JSON。", "Print JSON."))
@click.option("--limit", type=click.IntRange(1, 1000), default=PAGE, show_default=True)
def list_jobs(as_json: bool = False, limit: int = PAGE) -> None:
    """Print the latest jobs, one a line."""
    with open_database() as database, database.read(EVERYTHING) as reader:
        found = read_jobs(reader, SYSTEM, limit=limit)
    told = [describe_job(record, terminal_language()) for record in found]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for job in told:
        progress = job["progress"]
        share = f"{progress['done']}/{progress['total']}" if progress["total"] else ""
        line = [str(job["id"]), job["stateTitle"], share, job["name"], job["askedBy"]]
        click.echo("  ".join([*filter(None, line), job["askedAt"], job["error"]]).rstrip())


@jobs.command("kinds", help=say("列出能启动的任务。", "List what can be started."))
def list_kinds() -> None:
    """Print every kind of job with its parameters."""
    language = terminal_language()
    for job in JOBS.values():
        click.echo(f"{job.name:22} {job.description.say(language)}")
        for parameter in job.parameters:
            star = "*" if parameter.required else " "
            click.echo(f"{'':22} {star} {parameter.name}  {parameter.label.say(language)}")


@jobs.command("start", help=say("启动一个任务并打印其编号。", "Start a job and print its number."))
@click.argument("name")
@click.option("--param", "pairs", multiple=True, metavar="NAME=VALUE")
def start(name: str, pairs: tuple[str, ...]) -> None:
    """Ask for a job in the server's name."""
    job, given = job_named(name), read_pairs(pairs)
    with open_database() as database, database.write() as connection:
        number = queue.enqueue(connection, job, SYSTEM, given)
    click.echo(number)


@jobs.command("show", help=say("打印一个任务的全部情况。", "Print all about one job."))
@click.argument("number", type=int)
@click.option("--result", is_flag=True, help=say("打印留下的文件。", "Print the file it left."))
def show(number: int, result: bool) -> None:
    """Print one job as JSON, or the document that it has left."""
    with open_database() as database, database.read(EVERYTHING) as reader:
        if result:
            click.echo(read_document(reader, SYSTEM, number).body)
            return
        told = describe_job(read_job(reader, SYSTEM, number), terminal_language())
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@jobs.command("cancel", help=say("取消一个任务。", "Cancel a job."))
@click.argument("number", type=int)
def cancel(number: int) -> None:
    """Cancel a waiting or running job."""
    change(number, queue.cancel)


@jobs.command("retry", help=say("重试失败或已取消的任务。", "Retry a failed or cancelled job."))
@click.argument("number", type=int)
def retry(number: int) -> None:
    """Queue a job again; what it has done is not done again."""
    change(number, queue.retry)


def change(number: int, act: queue.Act) -> None:
    """Do something to a job that exists."""
    with open_database() as database:
        with database.read(EVERYTHING) as reader:
            read_job(reader, SYSTEM, number)
        with database.write() as connection:
            act(connection, number)
