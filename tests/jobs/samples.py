"""Jobs for the tests of jobs, and a worker that does them: ``python -m tests.jobs.samples``."""

from __future__ import annotations

import os
import time
from functools import partial
from types import MappingProxyType
from typing import Any

from gisapp.errors import BadFile
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Job
from gisapp.queries.spec import Parameter
from gisapp.settings import load_settings
from gisapp.worker import work
from layers.spec import Text

LABEL = Text("测试", "A test")
STEPS = 3
# Made by the tests: every effect is a row, so that one too many is seen.
EFFECTS = "CREATE TABLE public.effects (job bigint, step text, pid integer)"
MARK = "INSERT INTO public.effects VALUES (%s, %s, %s)"


def mark(connection: Any, context: JobContext, step: str) -> dict[str, str]:
    """Leave one row, taking a while over it before and after."""
    time.sleep(0.02)
    with connection.cursor() as cursor:
        cursor.execute(MARK, (context.claim.job, step, os.getpid()))
    time.sleep(0.02)
    return {"step": step}


def run_steps(context: JobContext) -> list[str]:
    """Make three effects, telling the progress between them."""
    done = []
    for number in range(STEPS):
        context.progress(number, STEPS, Text(f"第 {number} 步", f"Step {number}"))
        step = f"step {number}"
        done.append(context.once(step, partial(mark, context=context, step=step))["step"])
    context.progress(STEPS, STEPS)
    return done


def run_long_statement(context: JobContext) -> None:
    """Wait in the database, within an effect that must not stay."""

    def act(connection: Any) -> None:
        mark(connection, context, "long")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    context.once("long", act)


def run_long_loop(context: JobContext) -> None:
    """Compute without end, telling the progress."""
    for number in range(100_000):
        context.progress(number, 100_000)
        time.sleep(0.01)


def run_badly(context: JobContext) -> None:
    """Fail as a user's error or as a fault of ours."""
    if context.parameters.get("how") == "bad file":
        raise BadFile(Text("文件坏了。", "The file is broken."), Text("换一个。", "Take another."))
    raise ZeroDivisionError("secret")


def run_in_scope(context: JobContext) -> list[str]:
    """Tell for whom the job works."""
    return [context.caller.name, context.caller.role, context.caller.scope.key]


def sample(name: str, run: Any, **more: Any) -> Job:
    return Job(name, LABEL, LABEL, run, **more)


HOW = Parameter("how", "text", LABEL)
SAMPLES = MappingProxyType(
    {
        job.name: job
        for job in (
            sample("steps", run_steps, roles=("administrator", "planner")),
            sample("long_statement", run_long_statement),
            sample("long_loop", run_long_loop),
            sample("badly", run_badly, parameters=(HOW,)),
            sample("in_scope", run_in_scope, roles=("administrator", "planner")),
        )
    }
)
EVERY_SECOND = MappingProxyType(
    {"every_second": sample("every_second", run_steps, schedule="* * * * * *")}
)

if __name__ == "__main__":
    settings = load_settings(os.environ)
    jobs = EVERY_SECOND if os.environ.get("SCHEDULE") else SAMPLES
    work(settings, settings.database.url, jobs)
