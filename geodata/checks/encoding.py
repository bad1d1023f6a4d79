"""In which encoding the texts are, and what the reader remarked."""

from __future__ import annotations

from collections.abc import Iterator

from geodata.checks.spec import Check
from geodata.decoding import LABELS, known_encoding
from geodata.discoveries import Discovery, Remedy
from layers.spec import Text

SURE = 0.75
MOST_OTHERS = 3
AGAIN = Text("将按 {name} 重新读取文件。", "The file is to be read again as {name}.")
LOST = Text(
    "{rows} 处文字在存盘前已损坏，无法恢复。",
    "{rows} texts were destroyed before they were saved and cannot be recovered.",
)
CONTRADICTS = Text(
    "文件声明编码是 {declared}，实际应是 {name}。",
    "The file declares {declared}, but its texts are {name}.",
)
SILENT = Text(
    "文件没有声明编码，按 {name} 读取。", "The file declares no encoding; it was read as {name}."
)
UNSURE = Text("编码可能是 {name}，把握不大。", "The encoding may be {name}; that is not certain.")
BROKEN = Text("{rows} 处文字按 {name} 读不完整。", "{rows} texts cannot be read in full as {name}.")
HINT = Text(
    "请看列出的字是不是平常的字。",
    "See whether the letters shown are such as the texts should have.",
)
READ_AS = Text("按 {name} 重新读取：{sample}", "Read again as {name}: {sample}")


class EncodingCheck(Check):
    """The encoding found, with the others that were tried as remedies."""

    name = "encoding"

    def tell(self) -> Iterator[Discovery]:
        """Yield what is to be known about the texts."""
        guess = self.context.intake.encoding
        wanted = known_encoding(self.plan.encoding) if self.plan.encoding else None
        if self.plan.encoding and wanted != known_encoding(guess.name):
            yield self.found("info", AGAIN.format(name=label(self.plan.encoding)))
            return
        if guess.lost:
            yield self.found("warning", LOST.format(rows=guess.lost), rows=guess.lost)
        facts = {"evidence": guess.evidence, "hint": HINT, "remedies": self.others()}
        declared = known_encoding(guess.declared) if guess.declared else None
        name = label(guess.name)
        if wanted or guess.name == "UTF-8":
            return
        if guess.broken:
            yield self.found("warning", BROKEN.format(rows=guess.broken, name=name), **facts)
        elif guess.declared and declared != known_encoding(guess.name):
            text = CONTRADICTS.format(declared=guess.declared[:40], name=name)
            yield self.found("warning", text, **facts)
        elif guess.confidence < SURE:
            yield self.found("warning", UNSURE.format(name=name), **facts)
        elif not guess.declared and guess.name != "utf-8":
            yield self.found("info", SILENT.format(name=name), **facts)

    def others(self) -> tuple[Remedy, ...]:
        """Return the remedies: read again in an encoding that read half of the texts or more."""
        guess = self.context.intake.encoding
        tried = [
            one
            for one in guess.alternatives
            if 2 * one.valid >= one.texts > 0 and one.name != guess.name
        ]
        return tuple(
            self.remedy(
                other.name,
                READ_AS.format(name=label(other.name), sample=other.sample[:30]),
                encoding=other.name,
            )
            for other in tried[:MOST_OTHERS]
        )


class NotesCheck(Check):
    """What the reader remarked of the file."""

    name = "reading"

    def tell(self) -> Iterator[Discovery]:
        """Yield each remark."""
        for note in self.context.intake.notes:
            yield self.found("info", note)


def label(name: str) -> str:
    """Return an encoding's name as people know it."""
    return LABELS.get(name, name)
