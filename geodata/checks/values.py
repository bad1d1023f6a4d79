"""Values that do not fit their field: what they are, and what they could be taken for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy

from geodata.checks.spec import Check, Tally
from geodata.choices import LONGEST_WORD, nearest_choice, told_words
from geodata.dates import read_serial
from geodata.discoveries import EMPTY, Discovery, Remedy
from geodata.filling import unknown_choice
from geodata.findings import shorten
from geodata.processing import Part
from geodata.words import word_of
from layers.spec import Field, Text

MOST_WORDS = 200  # distinct words of a field that are kept
MOST_SINGLE = 10  # words that get a remedy of their own
KINDS = {
    "choice": Text(
        "“{column}”列有 {rows} 行的值不在代码表里。",
        "{rows} rows of {column} are not in the code table.",
    ),
    "long": Text("“{column}”列有 {rows} 行太长。", "{rows} rows of {column} are too long."),
    "approximate": Text(
        "“{column}”列有 {rows} 行是约数。", "{rows} rows of {column} are approximate."
    ),
    "range": Text(
        "“{column}”列有 {rows} 行是范围或几个数。",
        "{rows} rows of {column} are ranges or several numbers.",
    ),
    "number": Text("“{column}”列有 {rows} 行不是数字。", "{rows} rows of {column} are no numbers."),
    "bounds": Text(
        "“{column}”列有 {rows} 行超出允许的范围。",
        "{rows} rows of {column} are outside the range allowed.",
    ),
    "date": Text("“{column}”列有 {rows} 行不是日期。", "{rows} rows of {column} are no dates."),
    "minguo": Text(
        "“{column}”列有 {rows} 行像是民国纪年。",
        "{rows} rows of {column} look like years of the Republic.",
    ),
    "boolean": Text(
        "“{column}”列有 {rows} 行不是“是/否”。", "{rows} rows of {column} are neither yes nor no."
    ),
    "missing": Text(
        "“{column}”有 {rows} 行没有值，这一项必填。",
        "{rows} rows have no {column}, which is required.",
    ),
    "rounded": Text(
        "“{column}”列有 {rows} 行被表格软件取整，末位已丢失。",
        "{rows} rows of {column} were rounded by a spreadsheet and have lost their last digits.",
    ),
    "control": Text(
        "“{column}”列有 {rows} 行含控制字符。", "{rows} rows of {column} hold control characters."
    ),
}
OTHER = Text("“{column}”列有 {rows} 行不合要求。", "{rows} rows of {column} do not fit.")
TREATMENTS = {
    "long": ("cut", Text("截到 {most} 字", "Cut them to {most} characters")),
    "approximate": ("approximate", Text("取其中的数", "Take the figure as it stands")),
    "minguo": ("minguo", Text("按民国纪年换算", "Count them as years of the Republic")),
}
DROP = Text("这些值留空", "Leave these values empty")
NO_COLUMN = Text("不读“{column}”列", "Do not read {column}")
NEAREST = Text("全部换成最接近的：{pairs}", "Replace all by the nearest: {pairs}")
SINGLE = Text("“{word}” → {zh}", "{word} → {en}")
AS_UNKNOWN = Text("全部记为“{zh}”", "Take all as {en}")
WORDS = Text("{words}", "{words}")
DEFAULTS = Text(
    "“{zh}”有 {rows} 行没有值，记为“{unknown_zh}”。",
    "{rows} rows have no {en} and become {unknown_en}.",
)
SERIALS = Text(
    "“{column}”列有 {rows} 行是表格软件的日期序号（如 {example}），已换成日期。",
    "{rows} rows of {column} are a spreadsheet's day numbers (such as {example}); they are taken "
    "as dates.",
)


class ValueCheck(Check):
    """Values that cannot be read, by column and kind, with what they may be taken for."""

    name = "values"

    def begin(self) -> None:
        """Count rows by field and kind, and the words that are in no code table."""
        self.filling = self.context.processor.filling
        self.field_of = {column: name for name, column in self.filling.column_of.items()}
        self.tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        self.words: dict[str, Counter[str]] = defaultdict(Counter)
        self.defaults: Counter[str] = Counter()

    def see(self, part: Part) -> None:
        """Count what the conversion found."""
        self.defaults.update(part.filled.defaults)
        gone = {item.row for item in part.left_out}
        rows: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for item in part.filled.findings:
            row = int(part.chunk.rows[item.row - 1])
            if item.kind != "personal" and row not in gone:
                rows[item.column, item.kind].append((row, item.value))
        for key, found in rows.items():
            self.tallies[key].add([row for row, _ in found], [value for _, value in found])
            if key[1] == "choice":
                self.count_words(key[0], [value for _, value in found])

    def count_words(self, column: str, values: list[str]) -> None:
        """Count words that are in no code table, up to a number of different ones."""
        held = self.words[column]
        for word, count in Counter(map(word_of, values)).items():
            if word in held or len(held) < MOST_WORDS:
                held[word] += count

    def tell(self) -> Iterator[Discovery]:
        """Yield each column and kind, and the defaults that were filled in."""
        for (column, kind), tally in self.tallies.items():
            watch = self.filling.watches.get(column)
            if watch is not None and watch.verdict() is not None:
                continue  # the column is refused as a whole, and nothing of it is shown
            name = self.field_of.get(column, column)
            field = self.filling.fields[name]
            text = KINDS.get(kind, OTHER).format(column=column, rows=tally.rows)
            yield Discovery(
                kind if kind in KINDS else "value",
                "warning",
                text,
                evidence=self.evidence(column, kind, tally),
                remedies=tuple(self.remedies(field, column, kind)),
                words=told_words(field, self.words[column], {}) if kind == "choice" else (),
                subject=column,
                **tally.facts(),
            )
        for name, rows in self.defaults.items():
            yield from self.default(self.filling.fields[name], rows)

    def default(self, field: Field, rows: int) -> Iterator[Discovery]:
        """Yield that rows without a value become "not known"."""
        unknown = unknown_choice(field)
        if rows and unknown:
            text = Text(
                DEFAULTS.zh.format(zh=field.label.zh, rows=rows, unknown_zh=unknown.label.zh),
                DEFAULTS.en.format(en=field.label.en, rows=rows, unknown_en=unknown.label.en),
            )
            yield Discovery("unknown", "info", text, rows=rows, subject=field.name)

    def evidence(self, column: str, kind: str, tally: Tally) -> Text:
        """Return the words and how often each comes, or some of the values."""
        if kind == "choice":
            common = self.words[column].most_common(12)
            listed = "、".join(f"{shorten(word)[:20]} ×{count}" for word, count in common)
            return WORDS.format(words=listed) if "{" not in listed else Text(listed, listed)
        values = "、".join(dict.fromkeys(e.value[:20] for e in tally.examples if e.value))
        return Text(values, values) if values else EMPTY

    def remedies(self, field: Field, column: str, kind: str) -> Iterator[Remedy]:
        """Yield what can be done about values of a kind."""
        if kind == "choice":
            yield from self.replacements(field, column)
        if kind in TREATMENTS:
            treatment, label = TREATMENTS[kind]
            yield self.treat(field, kind, treatment, label.format(most=field.max_length))
        if kind != "missing" and not field.required:
            if field.name == "code":
                label = NO_COLUMN.format(column=column)
                yield self.remedy(f"leave:{column}:{kind}", label, mapping={column: ""})
            else:
                yield self.treat(field, kind, "drop", DROP)

    def treat(self, field: Field, kind: str, treatment: str, label: Text) -> Remedy:
        """Return the remedy that allows a treatment of a field's values."""
        key = f"{field.name}:{kind}:{treatment}"
        return self.remedy(key, label, treatments={field.name: {treatment: True}})

    def replacements(self, field: Field, column: str) -> Iterator[Remedy]:
        """Yield replacements for the whole column: all nearest, single words, all unknown."""
        words = [word for word in self.words[column] if len(word) <= LONGEST_WORD]
        nearest = {word: nearest_choice(field, word) for word in words}
        good = {word: choice for word, choice in nearest.items() if choice is not None}
        if good and len(good) == len(self.words[column]):
            pairs = "，".join(
                f"{word[:12]}→{item.label.zh}" for word, item in list(good.items())[:6]
            )
            english = ", ".join(f"{word[:12]}→{i.label.en}" for word, i in list(good.items())[:6])
            label = Text(
                NEAREST.zh.replace("{pairs}", pairs), NEAREST.en.replace("{pairs}", english)
            )
            patch = {field.name: {word: choice.code for word, choice in good.items()}}
            yield self.remedy(f"{field.name}:nearest", label, replacements=patch)
        unknown = unknown_choice(field)
        if unknown and len(words) == len(self.words[column]) < MOST_WORDS:
            label = AS_UNKNOWN.format(zh=unknown.label.zh, en=unknown.label.en)
            patch = {field.name: dict.fromkeys(words, unknown.code)}
            yield self.remedy(f"{field.name}:unknown", label, replacements=patch)
        for word, choice in list(good.items())[: MOST_SINGLE if len(good) > 1 else 0]:
            label = Text(
                SINGLE.zh.replace("{word}", word[:20]).replace("{zh}", choice.label.zh),
                SINGLE.en.replace("{word}", word[:20]).replace("{en}", choice.label.en),
            )
            patch = {field.name: {word: choice.code}}
            yield self.remedy(f"{field.name}:word:{word}", label, replacements=patch)


class NotationCheck(Check):
    """Notations that were understood, but that people should know of."""

    name = "notation"

    def begin(self) -> None:
        """Find the columns of days."""
        filling = self.context.processor.filling
        self.columns = {
            column: Tally()
            for name, column in filling.column_of.items()
            if filling.fields[name].type in ("date", "datetime")
        }

    def see(self, part: Part) -> None:
        """Count days given as a spreadsheet's serial numbers."""
        for column, tally in self.columns.items():
            values = part.chunk.columns[column]
            serial = {value for value in set(values.tolist()) if is_serial(value)}
            mask = numpy.array([value in serial for value in values.tolist()], dtype=bool)
            tally.add(part.chunk.rows[mask], values[mask])

    def tell(self) -> Iterator[Discovery]:
        """Yield how many there are."""
        for column, tally in self.columns.items():
            if tally.rows:
                facts: dict[str, Any] = tally.facts()
                text = SERIALS.format(
                    column=column, rows=tally.rows, example=tally.examples[0].value
                )
                yield self.found("info", text, subject=column, **facts)


def is_serial(value: object) -> bool:
    """Tell whether a value is a spreadsheet's number of a day."""
    return value is not None and read_serial(word_of(value)) is not None
