"""An import done right here, without a worker: checked by what was said, applied, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from geodata.mapping import check_chosen
from geodata.plan import ImportPlan
from gisapp.access.caller import Caller
from gisapp.database.changes import Change
from gisapp.database.engine import Database
from gisapp.errors import BadFile, BadParameter, DatabaseUnusable
from gisapp.imports.applying import Stale, apply, note_stale, require_ready
from gisapp.imports.changes import begin, decide, delete, hold, require_state
from gisapp.imports.checking import check_round
from gisapp.imports.cleanup import drop_tables, expire
from gisapp.imports.proposing import Proposal, propose
from gisapp.imports.records import STATES, Import, read_import
from gisapp.imports.undoing import require_undo, take_back
from gisapp.imports.uploads import remove_files
from gisapp.settings import UploadSettings
from layers.catalogue import LAYERS
from layers.spec import Text

Progress = Callable[[int, int], None]  # rows done, rows in all
SEVERAL = Text("{file} 里有多个表。", "{file} holds several tables.")
CHOOSE = Text("用 --source-layer 选一个：{names}", "Choose one with --source-layer: {names}")


@dataclass(frozen=True)
class Wishes:
    """What is said of an import before anything was found.

    ``plan``: a merge patch of what will be proposed; ``mapping``: column -> field, "" leaves a
    column out; ``remedies``: keys of remedies to be taken as soon as a check offers them.
    """

    plan: Mapping[str, Any]
    mapping: Mapping[str, str]
    remedies: Sequence[str] = ()


@dataclass(frozen=True)
class Checked:
    """An import with what its last round found, and the profile by which the first was proposed."""

    held: Import
    profile: Mapping[str, Any] | None


@dataclass(frozen=True)
class Doer:
    """Who imports here, and where."""

    database: Database
    caller: Caller
    uploads: UploadSettings

    def check(self, number: int, wishes: Wishes, progress: Progress) -> Checked:
        """Check an import by what is said of it, in rounds while there are remedies to be taken.

        ``progress`` is told rows done and rows in all, anew in each round. Raises BadFile for files that cannot be
        read, BadParameter for a remedy that no round offers. An import of which nothing could be
        found out is forgotten.
        """
        try:
            return self._rounds(number, wishes, progress)
        except BaseException:
            with suppress(DatabaseUnusable):  # what went wrong first is told
                with self.database.read(self.caller.scope) as reader:
                    held = read_import(reader, self.caller, number)
                if held.outcome is None:
                    self.forget(number)
            raise

    def _rounds(self, number: int, wishes: Wishes, progress: Progress) -> Checked:
        held, waiting = self._round(number, wishes, progress), list(wishes.remedies)
        profile = held.found["profile"]
        while waiting:
            offered = offered_remedies(held)
            found = {key: offered[key] for key in waiting if key in offered}
            if not found:
                raise no_such_remedy(waiting[0], offered)
            encodings = {key: one for key, one in found.items() if "encoding" in one}
            if encodings:  # the columns' names may read otherwise: all is proposed anew
                ((key, patch), *_) = encodings.items()
                self._decide(number, plan=None, options={**held.options, **patch})
                held = self._round(number, wishes, progress)
                waiting.remove(key)
                continue
            plan = ImportPlan.from_json(held.found["plan"])
            for patch in found.values():
                plan = plan.patched(patch)
            self._decide(number, plan=plan.to_json())
            held = self._round(number, None, progress)
            waiting = [key for key in waiting if key not in found]
        return Checked(held, profile)

    def _round(self, number: int, wishes: Wishes | None, progress: Progress) -> Import:
        """Check an import once, as it is decided, or as is proposed with ``wishes``."""
        with self.database.read(self.caller.scope) as reader:
            held = read_import(reader, self.caller, number)
            proposal = propose(reader, self.caller, held, self.uploads.folder)
            if wishes is not None:
                require_single(proposal, held)
                proposal = replace(proposal, plan=wished(proposal, wishes))
                self._decide(number, plan=proposal.plan.to_json())
                held = read_import(reader, self.caller, number)
            rows = proposal.intake.rows
            with self.database.write() as connection:
                tell = partial(tell_of, progress, rows)
                check_round(connection, self.caller, held, proposal, tell)
            return read_import(reader, self.caller, number)

    def _decide(self, number: int, **changed: Any) -> None:
        with self.database.write() as connection:
            held = hold(connection, self.caller, number)
            decide(connection, held, self.uploads.days, **changed)

    def apply(self, held: Import) -> dict[str, int]:
        """Write what was checked into its layer; return what was done.

        Raises as ``gisapp.imports.applying.apply`` does. Files go unless rows were rejected.
        """
        change = Change("import", self.caller.account, self.caller.name, held.title)
        try:
            with self.database.write(change) as connection:
                ready = hold(connection, self.caller, held.id)
                require_state(ready, "checked", said=STATES)
                require_ready(self.caller, ready)
                begin(connection, ready, "applying")
                done = apply(connection, self.caller, held.id)
        except Stale:
            with self.database.write() as connection:
                note_stale(connection, held.id)
            raise
        if not done["reject"]:
            with self.database.write() as connection:
                expire(connection, held.id)
            remove_files(self.uploads.folder, held.id)
        return done

    def undo(self, number: int) -> dict[str, int]:
        """Take an applied import back; return how many rows came back, went back or went."""
        with self.database.read(self.caller.scope) as reader:
            held = read_import(reader, self.caller, number)
        require_state(held, "applied", said=STATES)
        require_undo(held, self.caller, LAYERS[held.found["layer"]])
        change = Change("undo", self.caller.account, self.caller.name, held.title, held.change)
        with self.database.write(change) as connection:
            begin(connection, hold(connection, self.caller, number), "undoing")
            return take_back(connection, self.caller, number)

    def forget(self, number: int) -> None:
        """Forget an import whose files cannot be read, with what lies on disk of it."""
        with self.database.write() as connection:
            hold(connection, self.caller, number)
            delete(connection, number)
            drop_tables(connection, number)
        remove_files(self.uploads.folder, number)


def tell_of(progress: Progress, rows: int, done: int) -> None:
    """Pass on rows done with the number of all."""
    progress(done, rows)


def require_single(proposal: Proposal, held: Import) -> None:
    """Raise BadFile when files hold several tables and none of them was named."""
    if len(proposal.tables) > 1 and not held.options.get("source_layer"):
        names = ", ".join(f"{table.name} ({table.rows})" for table in proposal.tables[:30])
        raise BadFile(SEVERAL.format(file=held.title), CHOOSE.format(names=names))


def wished(proposal: Proposal, wishes: Wishes) -> ImportPlan:
    """Return the proposed plan with what was said. Raises BadFile for columns that are not there.

    A column that fills a field by what was proposed gives way to the one that was named for it.
    """
    names = [column.name for column in proposal.intake.columns]
    chosen = check_chosen(proposal.layer, names, wishes.mapping)
    held = proposal.plan.mapping
    cleared = {column: "" for column, field in held.items() if field in chosen}
    return proposal.plan.patched({**wishes.plan, "mapping": {**cleared, **wishes.mapping}})


def offered_remedies(held: Import) -> dict[str, Mapping[str, Any]]:
    """Return the remedies that the last check offers: key and merge patch of the plan."""
    found = held.found["discoveries"]
    return {remedy["key"]: remedy["plan"] for one in found for remedy in one["remedies"]}


def no_such_remedy(key: str, offered: Iterable[str]) -> BadParameter:
    """Return the error for a remedy that nothing offers, with those that there are."""
    names = ", ".join(offered) or "-"
    return BadParameter(
        Text(f"没有这个处理办法：{key}", f"There is no such remedy: {key}"),
        Text(f"现在可用：{names}", f"Now there are: {names}"),
    )
