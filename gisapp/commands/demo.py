"""The command that builds the demonstration district."""

from __future__ import annotations

import math
import os

import click

from gisapp.commands.connect import open_database
from gisapp.demo import build_demo
from gisapp.language import say, terminal_language
from gisapp.settings import load_settings
from layers.catalogue import LAYERS


def finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuse nan, which lies in no range and outside none."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(say("不是一个数。", "not a number."), context, parameter)
    return value


@click.command(
    "demo",
    help=say(
        "生成演示县区并装入数据库：真实的镇村名称与代码，虚构的图形与数据。\n\n"
        "同样的比例和种子总是得到同样的数据。库里已有数据时拒绝；--replace 只替换演示数据。\n\n"
        "例：gisapp demo --scale 0.1",
        "Generate the demonstration district and load it: real names and codes of towns and "
        "villages, invented geometry and data.\n\nThe same scale and seed always give the same "
        "rows. Refused when the database has rows; --replace replaces the demonstration only.\n\n"
        "Example: gisapp demo --scale 0.1",
    ),
)
@click.option(
    "--scale",
    type=click.FloatRange(0.05, 20),
    callback=finite,
    help=say("规模，1 为两万栋建筑。", "Size; 1 is 20,000 buildings."),
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help=say("随机种子。", "Random seed."))
@click.option(
    "--replace",
    is_flag=True,
    help=say("替换库中已有的演示数据。", "Replace the demonstration that is there."),
)
def demo(scale: float | None, seed: int | None, replace: bool) -> None:
    """Build and load the district with a progress bar; settings give scale and seed."""
    settings = load_settings(os.environ).demo
    scale = settings.scale if scale is None else scale
    seed = settings.seed if seed is None else seed
    with open_database() as database, click.progressbar(length=1, show_eta=False) as bar:

        def show(done: int, steps: int, name: str) -> None:
            bar.length, bar.label = steps, name
            bar.update(done - bar.pos)

        counts = build_demo(database, scale, seed, show, replace=replace)
    language = terminal_language()
    for name, count in counts.items():
        click.echo(f"{count:8}  {LAYERS[name].label.say(language)}")
    click.echo(say("演示数据：系统生成，非真实数据。", "Demonstration data: generated, not real."))
