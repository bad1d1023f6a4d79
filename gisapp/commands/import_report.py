"""What `gisapp import` prints of a file: how it is read, what was found, what becomes of its rows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from geodata.crs import find_crs
from gisapp.errors import BadCoordinates, BadFile
from gisapp.imports.describe import describe_import
from gisapp.imports.doing import Checked, Doer, Wishes
from gisapp.imports.doubts import doubts, is_assumed
from gisapp.imports.preview import list_findings, reject_file
from gisapp.language import say, terminal_language
from layers.spec import Text

SIGNS = {
    "refusal": Text("✗ 须处理", "✗ to be decided"),
    "warning": Text("! 注意", "! attention"),
    "info": Text("· 说明", "· note"),
}
COUNTS = Text(
    "新增 {insert}，更新 {update}，未变 {unchanged}，退回 {reject}。",
    "{insert} new, {update} changed, {unchanged} unchanged, {reject} rejected.",
)
DONE = Text(
    "已导入（#{number}）。撤销：gisapp import --undo {number}",
    "Imported (#{number}). To take it back: gisapp import --undo {number}",
)
NOTHING = Text("图层里都已有，没有改动。", "The layer has it all already; nothing was changed.")
CHECKED = Text(
    "只检查，没有写入。去掉 --dry-run 再运行即导入；也可在 /imports/{number} 查看。",
    "Checked only, nothing was written. Run it without --dry-run to import, or see "
    "/imports/{number}.",
)


class Report:
    """One import on its way, told in the language of the command line."""

    def __init__(self, doer: Doer, checked: Checked, path: Path) -> None:
        """Take what was found of the file ``path``."""
        self.doer, self.held, self.path = doer, checked.held, path
        self.profile = checked.profile
        self.language = terminal_language()
        self.told = describe_import(self.held, doer.caller, self.language)

    def say(self, text: Text, **values: object) -> None:
        """Print a text with values in it."""
        click.echo(text.format(**values).say(self.language))

    def print_found(self, show: int) -> None:
        """Print how the file is read, what was found, the counts and ``show`` rejected rows."""
        told = self.told
        table = next(one for one in told["tables"] if one["key"] == told["table"])
        self.say(
            Text(
                "{file} → {layer}（{how}），{rows} 行",
                "{file} → {layer} ({how}), {rows} rows",
            ),
            file=told["title"],
            layer=f"{told['plan']['layer']} {told['layerTitle']}",
            how=say("按列名推测", "told from its columns")
            if told["guessed"]
            else say("选定", "chosen"),
            rows=told["rows"],
        )
        self.say(
            Text(
                "  {format}；编码 {encoding}；坐标系 {crs}",
                "  {format}; encoding {encoding}; CRS {crs}",
            ),
            format=table["format"],
            encoding=told["plan"]["encoding"] or table["encoding"]["name"],
            crs=crs_name(told["plan"]["crs"]) or say("不明", "not known"),
        )
        if self.profile:
            self.say(
                Text("  沿用“{sender}”上次的方案", "  as was decided for {sender} before"),
                sender=self.profile["sender"],
            )
        self.print_mapping()
        for one in told["discoveries"]:
            self.print_discovery(one)
        if told["counts"]:
            self.say(COUNTS, **told["counts"])
            self.print_rejected(show)

    def print_mapping(self) -> None:
        """Print which columns hold the places, and which column fills which field."""
        titles = {field["name"]: field["title"] for field in self.told["fields"]}
        geometry = self.told["plan"]["geometry"]
        if geometry["x"]:
            columns = ", ".join(filter(None, (geometry["x"], geometry["y"])))
            click.echo(f"  {columns} → " + say("位置", "the place"))
        for column, name in self.told["plan"]["mapping"].items():
            if name:
                click.echo(f"  {column} → {name} {titles.get(name, '')}")

    def print_discovery(self, one: dict[str, Any]) -> None:
        """Print what one check found, why it thinks so, and what can be done."""
        sign = SIGNS[one["severity"]].say(self.language)
        click.echo(f"{sign} [{one['check']}] {one['finding']}")
        for text in (one["evidence"], one["hint"]):
            if text:
                click.echo(f"    {text}")
        for remedy in one["remedies"]:
            click.echo(f"    --remedy {quoted(remedy['key'])}  {remedy['label']}")

    def print_rejected(self, show: int) -> None:
        """Print why the first rejected rows do not fit."""
        if not self.told["counts"]["reject"] or show < 1:
            return
        with self.doer.database.read(self.doer.caller.scope) as reader:
            found = list_findings(reader, self.held, 0, show, self.language)
        line = Text(
            "  第 {row} 行，{field} = {value}：{reason}", "  row {row}, {field} = {value}: {reason}"
        )
        for one in found:
            self.say(line, **one)

    def write_rejects(self, wanted: Path | None) -> Path | None:
        """Write the rejected rows, and say where; None when there are none. Raises BadFile."""
        if not self.told["hasRejects"]:
            return None
        with tempfile.TemporaryDirectory(prefix="gisapp-rejects-") as folder:
            with self.doer.database.read(self.doer.caller.scope) as reader:
                made = reject_file(reader, self.held, self.doer.uploads.folder, Path(folder))
            target = wanted or self.path.with_name(made.name)
            target = target / made.name if target.is_dir() else target.with_suffix(made.suffix)
            try:
                shutil.move(made, target)
            except OSError as error:
                raise BadFile(
                    Text(
                        "写不了退回的行：{path}", "The rejected rows cannot be written: {path}"
                    ).format(path=target),
                    Text("用 --rejects 指定别处。", "Name another place with --rejects."),
                ) from error
        self.say(
            Text("退回的行连同原因在 {path}", "Rejected rows, with reasons: {path}"), path=target
        )
        return target

    def require_decided(
        self, wishes: Wishes, accepted: Collection[str], rejects: Path | None
    ) -> None:
        """Raise BadFile while something has to be decided; all that was found is kept."""
        refusals = [
            one["check"] for one in self.told["discoveries"] if one["severity"] == "refusal"
        ]
        if rejects and set(refusals) <= {"errors"} and not self.told["plan"]["skip_errors"]:
            raise BadFile(
                Text(
                    "{rows} 行中有 {bad} 行有错，没有改动任何数据。",
                    "{bad} of {rows} rows have errors; nothing was changed.",
                ).format(rows=self.told["rows"], bad=self.told["counts"]["reject"]),
                Text(
                    "在 {path} 里改好再读，或用 --skip-errors 跳过这些行。",
                    "Mend them in {path} and import that, or skip the rows with --skip-errors.",
                ).format(path=rejects),
            )
        where = Text(
            "也可在浏览器里继续：/imports/{number}", "Or go on in the browser: /imports/{number}"
        ).format(number=self.held.id)
        if refusals or self.told["counts"] is None:
            raise BadFile(
                Text(
                    "有必须先处理的问题，没有改动任何数据。",
                    "Something must be decided first; nothing was changed.",
                ),
                Text(
                    f"按上面标 ✗ 的提示处理后再运行。{where.zh}",
                    f"Deal with what is marked ✗ above and run it again. {where.en}",
                ),
            )
        open_ = doubts(self.held, said_of(wishes, self.profile), accepted)
        if open_:
            add = " ".join(map(self.confirmation, open_))
            raise BadFile(
                Text(
                    "位置还不能确定，没有改动任何数据。",
                    "Where the places lie is not clear; nothing was changed.",
                ),
                Text(
                    f"看过上面的 {'、'.join(open_)}，确认就加 {add}，不对就用 --remedy。{where.zh}",
                    f"Look at {', '.join(open_)} above: add {add} if it is right, else take a "
                    f"--remedy. {where.en}",
                ),
            )

    def confirmation(self, check: str) -> str:
        """Return the option that confirms what is doubtful."""
        crs = self.told["plan"]["crs"]
        return f"--crs {crs}" if check == "crs" and is_assumed(self.held) else f"--accept {check}"

    def print_dry_run(self) -> None:
        """Say that nothing was written, and how it will be."""
        self.say(CHECKED, number=self.held.id)

    def print_done(self, done: dict[str, int]) -> None:
        """Say what was done and how it is taken back."""
        changed = done["insert"] + done["update"]
        self.say(DONE if changed else NOTHING, number=self.held.id)


def crs_name(crs: str) -> str:
    """Return a CRS in a few words: its number, or its name where it is written out."""
    if not crs or crs.upper().startswith("EPSG:"):
        return crs
    try:
        return str(find_crs(crs).name)
    except BadCoordinates:
        return crs[:60]


def said_of(wishes: Wishes, profile: object) -> set[str]:
    """Return which of CRS and offset a person has named, now or for the sender before."""
    names = {"crs", "offset"}
    taken = {key.partition(":")[0] for key in wishes.remedies}
    return names if profile else names & (set(wishes.plan) | taken)


def quoted(key: str) -> str:
    """Return a remedy's key as a shell takes it."""
    return f"'{key}'" if set(key) & set(" ()'\"&;|<>$`\\") else key
