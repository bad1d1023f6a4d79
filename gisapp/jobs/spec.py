"""What a job is: its name, its parameters, who may start it, what it does, and when by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gisapp.jobs.context import JobContext
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter
from layers.spec import Role, Text

Given = Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """One kind of job.

    ``run`` gets the context and returns what is shown as the result, as JSON can hold it. Its
    effects belong into ``context.once``: a worker may be killed at any moment, and another takes
    the job up from the beginning. ``roles`` may start it, those who see all
    areas if it acts ``everywhere``. ``schedule`` is a cron line of five
    fields in UTC; the server itself then asks for the job, without parameters.
    ``check`` replaces the check of parameters for a job that has others besides those declared.
    ``words`` say what the parts of the result mean, unless they are names of layers or queries.
    """

    name: str
    label: Text
    description: Text
    run: Callable[[JobContext], object]
    parameters: tuple[Parameter, ...] = ()
    roles: tuple[Role, ...] = ("administrator",)
    everywhere: bool = True
    schedule: str = ""
    check: Callable[[Given], object] | None = None
    words: Mapping[str, Text] = field(default_factory=dict)

    def parameter(self, name: str) -> Parameter | None:
        """Return the declared parameter ``name``, or None."""
        return next((item for item in self.parameters if item.name == name), None)

    def require_good(self, given: Given) -> None:
        """Raise BadParameter unless the job can be started with these parameters, as text."""
        if self.check:
            self.check(given)
        else:
            read_parameters(self, given)
