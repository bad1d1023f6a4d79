"""All kinds of jobs, found by walking ``gisapp.jobs.kinds``: a new module is a new job."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

import gisapp.jobs.kinds
from gisapp.errors import NotFound
from gisapp.jobs.spec import Job
from layers.spec import Text


def find_jobs(package: ModuleType) -> Mapping[str, Job]:
    """Return the ``JOB`` of every module of ``package`` by its name."""
    names = sorted(module.name for module in iter_modules(package.__path__))
    found: list[Job] = [import_module(f"{package.__name__}.{name}").JOB for name in names]
    return MappingProxyType({job.name: job for job in found})


JOBS: Mapping[str, Job] = find_jobs(gisapp.jobs.kinds)


def job_named(name: str) -> Job:
    """Return one kind of job. Raises NotFound."""
    if name not in JOBS:
        raise NotFound(
            Text("没有名为 {name} 的任务。", "There is no job named {name}.").format(
                name=name[:64]
            ),
            Text("可用的有：{names}", "There are: {names}").format(names=", ".join(JOBS)),
        )
    return JOBS[name]
