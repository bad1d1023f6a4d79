"""Which column fills which field by the plan, and the values of a chunk for the layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy

from geodata.conversion import MISSING, BadValue, Reading, convert_column, convert_value
from geodata.errors import BadFile, UserError
from geodata.findings import Finding
from geodata.mapping import targets
from geodata.plan import ImportPlan
from geodata.privacy import MASK, Personal
from geodata.privacy_watch import Watch
from geodata.source import Rows
from geodata.words import fold
from layers.spec import Choice, Field, Layer, Text

# The column of a reject file that says why; sent again with the rows it is passed over.
REASON_COLUMNS = ("原因/reason", "原因", "reason")
HIDDEN = MASK * 6
PERSONAL = Text(
    "含有证件号码或电话号码：本系统只记地点，不记个人",
    "holds an identity or telephone number: places are kept, never persons",
)
NO_COLUMN = Text("文件里没有列 {name}。", "The file has no column {name}.")
NO_FIELD = Text("图层没有字段 {name}。", "The layer has no field {name}.")
TWO_COLUMNS = Text(
    "两列都指到字段 {name}：{first}、{second}", "Two columns fill field {name}: {first}, {second}"
)
BAD_CONSTANT = Text("{name} 的统一值：{zh}", "the value for all rows of {name} {en}")


@dataclass
class Filled:
    """The layer's values of a chunk: arrays (n,) of objects, None where missing or refused.

    ``defaults``: field -> rows that had no value and are "not known". ``personal``: column ->
    mask (n,) of values with an identity or telephone number.
    """

    values: dict[str, numpy.ndarray]
    findings: list[Finding] = field(default_factory=list)
    defaults: Counter[str] = field(default_factory=Counter)
    personal: dict[str, numpy.ndarray] = field(default_factory=dict)


class Filling:
    """How the fields of a layer are filled; ``column_of`` is field -> column.

    ``wrong_parts``: entries of the plan that name what does not exist, with the patch that takes
    each out; ``lacking``: required fields that nothing fills.
    """

    def __init__(
        self, plan: ImportPlan, layer: Layer, columns: Sequence[str], *, watch_all: bool
    ) -> None:
        """Match the plan with the columns; ``watch_all``: also those that fill nothing."""
        self.plan = plan
        self.fields = targets(layer)
        self.names = set(columns)
        self.wrong_parts: dict[str, tuple[dict[str, dict[str, None]], BadFile]] = {}
        self.column_of: dict[str, str] = {}
        self.match(set(columns) - set(REASON_COLUMNS) - set(plan.geometry.columns))
        self.constants = self.read_constants()
        self.readings = {name: reading(plan, name) for name in self.column_of}
        self.blank = [  # filled without a column
            name
            for name, item in self.fields.items()
            if name not in self.column_of
            and (name in self.constants or (item.required and unknown_choice(item)))
        ]
        self.lacking = [
            item
            for name, item in self.fields.items()
            if item.required and name not in self.column_of and name not in self.blank
        ]
        target_of = {column: self.fields[name] for name, column in self.column_of.items()}
        self.watches = {
            column: Watch(column, target_of.get(column))
            for column in (columns if watch_all else target_of)
            if column not in REASON_COLUMNS and column not in plan.geometry.columns
        }

    @property
    def faults(self) -> list[UserError]:
        """What forbids an import by this plan."""
        wrong = [error for _, error in self.wrong_parts.values()]
        used = set(self.column_of.values())
        lacking = [lacking_fields(self.lacking, sorted(self.names - used))] if self.lacking else []
        return [*wrong, *lacking]

    def fault(self, part: str, key: str, text: Text) -> None:
        """Note that an entry of the plan is wrong, with the patch that takes it out."""
        self.wrong_parts[f"{part}:{key}"] = ({part: {key: None}}, BadFile(text))

    def match(self, columns: set[str]) -> None:
        """Turn the plan's mapping round; what does not exist or comes twice is a fault."""
        for column, name in self.plan.mapping.items():
            if not name:
                continue
            if name not in self.fields:
                self.fault("mapping", column, fill(NO_FIELD, name=name))
            elif column not in columns:
                self.fault("mapping", column, fill(NO_COLUMN, name=column))
            elif name in self.column_of:
                first = self.column_of[name]
                self.fault(
                    "mapping", column, fill(TWO_COLUMNS, name=name, first=first, second=column)
                )
            else:
                self.column_of[name] = column

    def read_constants(self) -> dict[str, object]:
        """Return the plan's values for all rows, converted."""
        found: dict[str, object] = {}
        for name, value in self.plan.constants.items():
            if name not in self.fields:
                self.fault("constants", name, fill(NO_FIELD, name=name))
                continue
            try:
                given = convert_value(self.fields[name], value)
            except BadValue as error:
                zh, en = error.reason.zh, error.reason.en
                self.fault("constants", name, fill(BAD_CONSTANT, name=name, zh=zh, en=en))
                continue
            if given is not None:
                found[name] = given
        return found

    def fill(self, chunk: Rows) -> Filled:
        """Return the values of a chunk, and watch all its columns for personal data.

        Findings count the chunk's rows from 1.
        """
        marked = {
            column: watch.see(chunk.columns[column])
            for column, watch in self.watches.items()
            if column in chunk.columns
        }
        filled = Filled({"code": numpy.full(len(chunk.rows), None, dtype=object)}, personal=marked)
        for name, column in self.column_of.items():
            personal = marked.get(column)
            values = chunk.columns[column]
            self.fill_one(filled, name, values, personal)
        for name in self.blank:
            empty = numpy.full(len(chunk.rows), None, dtype=object)
            filled.values[name] = self.complete(filled, name, empty, [])
        return filled

    def fill_one(
        self, filled: Filled, name: str, values: numpy.ndarray, personal: numpy.ndarray | None
    ) -> None:
        """Convert one column into one field; personal values are blanked or refused, not read."""
        column = self.column_of[name]
        if personal is not None and personal.any():
            values = values.astype(object)
            values[personal] = None
            if not self.plan.treats(name, "blank"):
                rows = numpy.flatnonzero(personal).tolist()
                filled.findings += [
                    Finding(row + 1, column, HIDDEN, PERSONAL, "personal") for row in rows
                ]
        found, findings = convert_column(self.fields[name], values, column, self.readings[name])
        if personal is not None and not self.plan.treats(name, "blank"):
            findings = [item for item in findings if not personal[item.row - 1]]
        filled.values[name] = self.complete(filled, name, found, findings)

    def complete(
        self, filled: Filled, name: str, values: numpy.ndarray, findings: list[Finding]
    ) -> numpy.ndarray:
        """Fill rows without a value by the constant, or by the choice that means "not known"."""
        target = self.fields[name]
        gone = numpy.array([value is None for value in values], dtype=bool)
        gone[[item.row - 1 for item in findings if item.reason is not MISSING]] = False
        unknown = unknown_choice(target)
        if name in self.constants:
            values[gone] = self.constants[name]
        elif target.required and unknown is not None:
            values[gone] = unknown.code
            filled.defaults[name] += int(gone.sum())
        else:
            filled.findings += findings
            return values
        filled.findings += [item for item in findings if item.reason is not MISSING]
        return values


def fill(text: Text, **values: str) -> Text:
    """Return a text with names of files in it, which may hold brackets."""
    return Text(text.zh.format(**values), text.en.format(**values))


def unknown_choice(target: Field) -> Choice | None:
    """Return the choice that means "not known", if the field has one."""
    return next((choice for choice in target.choices if choice.unknown), None)


def lacking_fields(lacking: list[Field], ignored: list[str]) -> BadFile:
    """Return the error for required fields that nothing fills."""
    names = ", ".join(f"{item.name}（{item.label.zh}）" for item in lacking)
    english = ", ".join(f"{item.name} ({item.label.en})" for item in lacking)
    return BadFile(
        Text(f"没有列对应必填字段：{names}。", f"No column fills the required: {english}."),
        Text(
            "用 --map 列名=字段 指定，或用 --set 字段=值 给所有行。未用的列：{columns}",
            "Name one with --map COLUMN=FIELD, or give all rows a value with --set FIELD=VALUE. "
            "Unused columns: {columns}",
        ).format(columns=", ".join(ignored) or "-"),
    )


def reading(plan: ImportPlan, name: str) -> Reading:
    """Return how the values of a field are read by the plan."""
    words = {fold(old): new for old, new in plan.replacements.get(name, {}).items()}
    return Reading(words, frozenset(key for key, on in plan.treatments.get(name, {}).items() if on))


def require_impersonal(filling: Filling) -> None:
    """Raise BadFile when a column that fills a field has turned out to be personal."""
    mapped = set(filling.column_of.values())
    verdicts = [watch.verdict() for name, watch in filling.watches.items() if name in mapped]
    refused = [found for found in verdicts if found]
    if refused:
        raise personal_file(refused)


def personal_file(refused: list[Personal]) -> BadFile:
    """Return the error for personal data in columns that fill fields."""
    return BadFile(
        Text(
            "拒绝读入个人信息。" + "；".join(f"{i.column}：像是{i.kind.zh}" for i in refused),
            "Personal data is refused. "
            + "; ".join(f"{i.column}: looks like {i.kind.en}" for i in refused),
        ),
        Text(
            "本系统只记地点，不记个人。请从文件中删去这些列，或用 --map 列名= 不读该列。",
            "Places are kept, never persons. Remove the columns from the file, or leave one "
            "out with --map COLUMN=.",
        ),
    )
