"""What a check is, and how the registered ones are run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg2

from gisapp.database.engine import Reader
from gisapp.errors import UserError
from gisapp.settings import Settings
from layers.spec import Text

Level = Literal["fact", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing a check saw. Only a ``problem`` makes the doctor's exit code 1."""

    message: Text
    level: Level = "problem"


Look = Callable[[Reader, Settings], Iterator[Finding]]


@dataclass(frozen=True)
class Check:
    """A registered check: its name is the function's, its title is shown to the operator."""

    name: str
    title: Text
    hint: Text
    look: Look


@dataclass(frozen=True)
class Outcome:
    """A check and all it found."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def level(self) -> str:
        """``ok``, or the worst level among the findings."""
        levels = {finding.level for finding in self.findings}
        return next((level for level in ("problem", "warning") if level in levels), "ok")


def check(title: str, hint: Text) -> Callable[[Look], Check]:
    """Make a check of a function; the English title is its docstring's first line.

    ``title`` is the Chinese one, ``hint`` what to do about its findings.
    """

    def register(look: Look) -> Check:
        english = (inspect.getdoc(look) or "").splitlines()[0].rstrip(".")
        return Check(look.__name__, Text(title, english), hint, look)

    return register


def run_checks(checks: Sequence[Check], reader: Reader, settings: Settings) -> Iterator[Outcome]:
    """Run each check; one that the database's state makes impossible is a problem by itself."""
    for item in checks:
        try:
            findings = tuple(item.look(reader, settings))
        except (psycopg2.ProgrammingError, psycopg2.InternalError) as error:
            why = str(error).strip().partition("\n")[0]
            findings = (
                Finding(Text("无法检查：{why}", "Cannot be checked: {why}").format(why=why)),
            )
        except UserError as error:
            findings = (Finding(error.message),)
        yield Outcome(item, findings)
