"""Where the parser puts tables, within the limits."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geodata.errors import BadFile
from geodata.intake.facts import Column, Facts, Limits, ReadOptions
from geodata.intake.writing import TableWriter
from layers.spec import Text


@dataclass
class Output:
    """The tables found so far, and those without rows, which are left out."""

    folder: Path
    limits: Limits
    options: ReadOptions
    progress: Path | None = None  # where the number of rows read so far is told
    tables: int = 0
    rows: int = 0
    empty: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def wants(self, name: str) -> bool:
        """Tell whether the table ``name`` is to be read, and remember that it is there."""
        self.seen.append(name)
        return self.options.source_layer in (None, name)

    def begin(self, columns: Sequence[Column], shapes: bool, lines: bool = False) -> TableWriter:
        """Start a table. Raises BadFile when there are too many columns or tables."""
        self.require_columns(len(columns))
        self.tables += 1
        if self.tables > self.limits.tables:
            raise BadFile(
                Text(
                    f"图层（工作表）超过 {self.limits.tables} 个。",
                    f"There are more than {self.limits.tables} layers or sheets.",
                ),
                Text("请只保留需要导入的。", "Keep only those to import."),
            )
        folder = self.folder / f"{self.tables:03d}"
        return TableWriter(folder, tuple(columns), shapes, lines, tell=self.tell)

    def tell(self, count: int) -> None:
        """Note that so many more rows were read."""
        self.rows += count
        if self.progress:
            self.progress.write_text(str(self.rows), encoding="ascii")

    def require_columns(self, count: int) -> None:
        """Raise BadFile for more columns than any list of places has."""
        if count > self.limits.columns:
            raise BadFile(
                Text(
                    f"有 {count} 列，最多读 {self.limits.columns} 列。",
                    f"There are {count} columns; at most {self.limits.columns} are read.",
                ),
                Text("请删去不需要的列。", "Remove the columns that are not needed."),
            )

    def end(self, writer: TableWriter, facts: Facts) -> None:
        """Finish a table; one without rows is dropped and remembered."""
        writer.finish(facts)
        if writer.rows == 0:
            self.empty.append(facts.name)
            self.tables -= 1
            shutil.rmtree(writer.folder)

    def require_tables(self) -> None:
        """Raise BadFile unless there is at least one table with rows."""
        if self.tables:
            return
        wanted = self.options.source_layer
        if wanted is not None and wanted not in self.seen:
            raise BadFile(
                Text(f"没有图层 {wanted}。", f"There is no layer {wanted}."),
                Text("有：{names}", "There are: {names}").format(names=listed(self.seen)),
            )
        raise BadFile(
            Text("没有任何数据行（0 行）：{names}", "There are no rows at all: {names}").format(
                names=listed(self.empty)
            ),
            Text("请检查导出时的筛选条件。", "Look at the filter with which it was exported."),
        )


def listed(names: Iterable[str]) -> str:
    """Return some names for a message."""
    return "、".join(list(names)[:20]) or "-"
