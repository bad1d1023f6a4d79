"""Places, never persons: columns that hold persons, and numbers of persons inside free text."""

from __future__ import annotations

from collections.abc import Iterator

from geodata.checks.spec import Check, Tally
from geodata.discoveries import EMPTY, Discovery, Remedy
from geodata.privacy import Personal
from geodata.processing import Part
from layers.spec import Text

REFUSED = Text(
    "“{column}”列像是{kind}，拒绝读入。", "Column {column} looks like {kind_en}: it is refused."
)
UNUSED = Text(
    "“{column}”列像是{kind}，不读入。", "Column {column} looks like {kind_en}: it is not read."
)
BY_HEADER = Text("从列名看。", "By its header.")
BY_CONTENT = Text("从内容看。", "By its content.")
WHY = Text(
    "本系统只记地点，不记个人：这一列不进数据库，也不在预览和错误清单里出现。",
    "Places are kept, never persons: the column goes into no table, preview or reject file.",
)
LEAVE = Text("不读“{column}”列", "Do not read {column}")
INSIDE = Text(
    "“{column}”列有 {rows} 行写着证件号码或电话号码。",
    "{rows} rows of {column} hold identity or telephone numbers.",
)
BLANK = Text("清空这 {rows} 行的“{column}”", "Blank {column} in these {rows} rows")
BLANKED = Text(
    "“{column}”列含号码的 {rows} 行已清空。",
    "{column} was blanked in {rows} rows that hold such numbers.",
)


class PersonalCheck(Check):
    """Columns and single values that are about persons. No value is ever shown."""

    name = "personal"

    def begin(self) -> None:
        """Count rows by column."""
        self.rows: dict[str, Tally] = {}

    def see(self, part: Part) -> None:
        """Count the rows whose free text holds a number."""
        for column, mask in part.filled.personal.items():
            if mask.any():
                self.rows.setdefault(column, Tally()).add(part.chunk.rows[mask])

    def tell(self) -> Iterator[Discovery]:
        """Yield the columns that are personal, and the others in which single rows are."""
        filling = self.context.processor.filling
        field_of = {column: name for name, column in filling.column_of.items()}
        for column, watch in filling.watches.items():
            found = watch.verdict()
            if found:
                yield self.whole_column(found, mapped=column in field_of)
            elif column in self.rows and column in field_of:
                yield self.single_rows(column, field_of[column])

    def whole_column(self, found: Personal, *, mapped: bool) -> Discovery:
        """Return the discovery of a personal column: a refusal when it fills a field."""
        column, finding = found.column, REFUSED if mapped else UNUSED
        return Discovery(
            self.name,
            "refusal" if mapped else "info",
            finding.format(column=column, kind=found.kind.zh, kind_en=found.kind.en),
            BY_HEADER if found.header else BY_CONTENT,
            WHY,
            (self.leave(column),) if mapped else (),
            self.context.intake.rows,
            subject=column,
        )

    def leave(self, column: str) -> Remedy:
        """Return the remedy that leaves a column out."""
        label = LEAVE.format(column=column)
        return self.remedy(f"leave:{column}", label, mapping={column: ""})

    def single_rows(self, column: str, name: str) -> Discovery:
        """Return the discovery of single rows with numbers in free text."""
        tally = self.rows[column]
        done = self.plan.treats(name, "blank")
        blank = self.remedy(
            f"blank:{name}",
            BLANK.format(column=column, rows=tally.rows),
            treatments={name: {"blank": True}},
        )
        return Discovery(
            "personal_text",
            "info" if done else "warning",
            (BLANKED if done else INSIDE).format(column=column, rows=tally.rows),
            hint=EMPTY if done else WHY,
            remedies=() if done else (blank, self.leave(column)),
            subject=column,
            **tally.facts(),
        )
