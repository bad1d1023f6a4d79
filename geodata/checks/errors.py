"""How many rows cannot be read in all, and whether they are skipped."""

from __future__ import annotations

from collections.abc import Iterator

from geodata.checks.spec import Check, Tally
from geodata.discoveries import Discovery
from geodata.processing import Part
from layers.spec import Text

ERRORS = Text(
    "{bad} 行有错，改好或跳过之前什么都不写入。",
    "{bad} rows have errors; nothing is written until they are mended or skipped.",
)
SKIPPED = Text(
    "{bad} 行有错，跳过；错误清单可以下载，改好再送。",
    "{bad} rows have errors and are skipped; their list can be had, mended and sent again.",
)
SKIP = Text("跳过有错的行，其余读入", "Skip the rows with errors, read the others")
NONE_LEFT = Text("没有一行可以读入。", "Not a single row can be read.")


class ErrorCheck(Check):
    """Rows with errors of any kind."""

    name = "errors"

    def begin(self) -> None:
        """Count rows."""
        self.bad, self.good = Tally(), 0

    def see(self, part: Part) -> None:
        """Count rows with findings, each once."""
        self.bad.add(sorted({item.row for item in part.findings}))
        self.good += int(part.good.sum())

    def tell(self) -> Iterator[Discovery]:
        """Yield how many there are."""
        if self.bad.rows and self.plan.skip_errors:
            yield self.found("info", SKIPPED.format(bad=self.bad.rows), **self.bad.facts())
        elif self.bad.rows:
            skip = self.remedy("skip", SKIP, skip_errors=True)
            text = ERRORS.format(bad=self.bad.rows)
            yield self.found("refusal", text, remedies=(skip,), **self.bad.facts())
        if not self.good and self.context.intake.rows and self.context.processor.crs is not None:
            yield Discovery("none_left", "refusal", NONE_LEFT)
