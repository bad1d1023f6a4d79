"""Whether the plan can be carried out: places, required fields, columns that exist and are used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geodata.checks.spec import Check
from geodata.discoveries import Discovery, Remedy
from geodata.filling import REASON_COLUMNS
from geodata.intake.facts import Column
from geodata.position_columns import find_position_columns
from geodata.proposal import HEAD
from layers.spec import Field, Text

MOST_CHOICES, MOST_COLUMNS = 8, 5
NO_ROWS = Text("表里没有任何行。", "The table has no rows.")
NO_PLACES = Text(
    "没有找到坐标：文件没有图形，也没有指定坐标列。",
    "There are no places: the file has no shapes and no columns of coordinates are named.",
)
TAKE_COLUMNS = Text("用“{columns}”作坐标", "Take {columns} as coordinates")
LACKING = Text("没有列对应必填的“{zh}”。", "No column fills {en}, which is required.")
ALL_ROWS = Text("所有行都填“{zh}”", "Fill all rows with {en}")
USE_COLUMN = Text("用“{column}”列", "Use column {column}")
UNUSED = Text("{count} 列不读入：{names}", "{count} columns are not read: {names}")
UNUSED_HINT = Text("需要的话在字段对应里指定。", "Name a field for them if they are needed.")
DROP = Text("去掉这一项", "Take it out")
GIVE = Text("请给一个统一的值，或指定一列。", "Give a value for all rows, or name a column.")


class PlacesCheck(Check):
    """Whether there are rows and places at all."""

    name = "places"

    def tell(self) -> Iterator[Discovery]:
        """Yield a refusal when there are none."""
        intake, source = self.context.intake, self.plan.geometry
        if not intake.rows:
            yield Discovery("no_rows", "refusal", NO_ROWS)
            return
        names = {column.name for column in intake.columns}
        lacking = source.kind == "none" or bool(set(source.columns) - names)
        if lacking or (source.kind == "shapes" and not intake.has_shapes):
            found = find_position_columns(intake.head(HEAD).columns)
            remedies = [self.take(item.source.to_json()) for item in found[:MOST_COLUMNS]]
            if intake.has_shapes:
                label = Text("用文件里的图形", "Take the file's shapes")
                remedies.insert(
                    0,
                    self.remedy("shapes", label, geometry={"kind": "shapes", "x": None, "y": None}),
                )
            yield self.found("refusal", NO_PLACES, remedies=tuple(remedies))

    def take(self, source: dict[str, str]) -> Remedy:
        """Return the remedy that takes columns as coordinates."""
        columns = ", ".join(name for name in (source["x"], source["y"]) if name)
        return self.remedy(
            f"columns:{columns}", TAKE_COLUMNS.format(columns=columns), geometry=source
        )


class RequiredCheck(Check):
    """Required fields that nothing fills."""

    name = "required"

    def tell(self) -> Iterator[Discovery]:
        """Yield a refusal for each."""
        for field in self.context.processor.filling.lacking:
            text = LACKING.format(zh=field.label.zh, en=field.label.en)
            remedies = self.remedies(field)
            yield self.found("refusal", text, hint=GIVE, remedies=remedies, subject=field.name)

    def remedies(self, field: Field) -> tuple[Remedy, ...]:
        """Return the choices of a code table, or the unused columns of the right type."""
        if field.choices:
            return tuple(
                self.remedy(
                    f"{field.name}:{choice.code}",
                    ALL_ROWS.format(zh=choice.label.zh, en=choice.label.en),
                    constants={field.name: choice.code},
                )
                for choice in field.choices[:MOST_CHOICES]
            )
        return tuple(
            self.remedy(
                f"{field.name}:{column.name}",
                USE_COLUMN.format(column=column.name),
                mapping={column.name: field.name},
            )
            for column in self.fitting(field)[:MOST_COLUMNS]
        )

    def fitting(self, field: Field) -> list[Column]:
        """Return unused, impersonal columns that could fill a field."""
        filling = self.context.processor.filling
        used = set(filling.column_of.values())
        return [
            column
            for column in self.context.intake.columns
            if column.name in filling.watches
            and column.name not in used
            and filling.watches[column.name].verdict() is None
            and (column.type == "text" or field.type == "text" or column.type == field.type)
        ]


class MappingCheck(Check):
    """Parts of the plan that name what does not exist."""

    name = "mapping"

    def tell(self) -> Iterator[Discovery]:
        """Yield a refusal for each such part, and the columns that are not used."""
        filling = self.context.processor.filling
        for key, (patch, error) in filling.wrong_parts.items():
            drop = self.remedy(key, DROP, **patch)
            yield self.found("refusal", error.message, remedies=(drop,), subject=key)
        used = set(filling.column_of.values())
        spare = [
            column.name
            for column in self.context.intake.columns
            if column.name in filling.watches
            and column.name not in used | set(REASON_COLUMNS)
            and filling.watches[column.name].verdict() is None
        ]
        if spare:
            names = re.sub(r"\s+", " ", "、".join(name[:30] for name in spare[:20]))
            text = UNUSED.format(count=len(spare), names=names + ("…" if len(spare) > 20 else ""))
            yield Discovery("unused", "info", text, hint=UNUSED_HINT)
