"""Values that the plan replaces by choices of the layer: told with their rows, so that they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from geodata.checks.spec import Check
from geodata.choices import told_words
from geodata.discoveries import Discovery
from geodata.processing import Part
from geodata.words import fold, word_of
from layers.spec import Text

REPLACED = Text(
    "“{column}”列有 {rows} 行的值按对照表换成图层的值。",
    "{rows} rows of {column} are replaced by values of the layer, as was decided.",
)


class ReplacedCheck(Check):
    """How many rows of a choice hold values that are replaced."""

    name = "replaced"

    def begin(self) -> None:
        """Find the columns and the folded words that are replaced in each."""
        filling = self.context.processor.filling
        self.taken = {
            name: {fold(old): new for old, new in words.items()}
            for name, words in self.plan.replacements.items()
            if words and name in filling.column_of and filling.fields[name].choices
        }
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in self.taken}

    def see(self, part: Part) -> None:
        """Count the words of a chunk."""
        for name, taken in self.taken.items():
            values = part.chunk.columns[self.context.processor.filling.column_of[name]]
            for value, count in Counter(values.tolist()).items():
                word = "" if value is None else word_of(value)
                if word in taken:
                    self.counts[name][word] += count

    def tell(self) -> Iterator[Discovery]:
        """Yield each column with the words that are replaced."""
        filling = self.context.processor.filling
        for name, counts in self.counts.items():
            column = filling.column_of[name]
            watch = filling.watches.get(column)
            if not counts or (watch is not None and watch.verdict() is not None):
                continue
            yield self.found(
                "info",
                REPLACED.format(column=column, rows=counts.total()),
                words=told_words(filling.fields[name], counts, self.taken[name]),
                rows=counts.total(),
                subject=column,
            )
