"""Propose where more cameras would help most in an area."""

from __future__ import annotations

import math
from typing import Any

from gisapp.coverage.optimise import Effort
from gisapp.coverage.siting import Wish
from gisapp.coverage.siting_run import keep_made, make
from gisapp.coverage.siting_settings import rules_from
from gisapp.coverage.siting_wish import DEFAULT_MODELS, NEEDED, read_models
from gisapp.features.camera_places import CONSENT, CONSENT_METRES
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Given, Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter, Values
from layers.catalogue import LAYERS
from layers.spec import Text

SECONDS = 120.0  # after which the search ends with what it has


def number(
    name: str, label: Text, default: float | None, low: float, high: float, unit: str = ""
) -> Parameter:
    """Return a number that may be asked for."""
    return Parameter(name, "number", label, default=default, unit=unit, minimum=low, maximum=high)


PARAMETERS = (
    Parameter("area", "code", Text("区域（代码）", "Area (code)"), required=True, layers=("areas",)),
    Parameter(
        "most",
        "integer",
        Text("最多几台", "Cameras at most"),
        default=5,
        minimum=0,
        maximum=500,
    ),
    Parameter(
        "models", "text", Text("机型", "Models"), default=DEFAULT_MODELS, help=NEEDED
    ),
    number("budget", Text("预算", "Budget"), None, 0, 1e12),
    number("mount_cost", Text("新立杆或壁装的费用", "Cost of a new mount"), 0.0, 0, 1e9),
    Parameter(
        "per_mount",
        "integer",
        Text("每处最多几台", "Cameras on one mount"),
        default=1,
        minimum=1,
        maximum=8,
    ),
    number("spacing", Text("候选点位间距", "Between candidates"), 25.0, 5, 500, "m"),
    number("step", Text("需求网格", "Squares of demand"), 5.0, 1, 50, "m"),
    number(
        "possible_share",
        Text("已可能看到的地面按几成计", "Share of what is possibly seen already"),
        0.5,
        0,
        1,
    ),
    Parameter(
        "consent",
        "number",
        Text("须征得同意的距离", "Consent is needed within"),
        default=CONSENT_METRES,
        unit="m",
        minimum=0,
        maximum=2000,
        help=CONSENT,
    ),
    Parameter(
        "avoid_consent",
        "boolean",
        Text("避开须征得同意的地点", "Avoid where consent is needed"),
        default=False,
    ),
    Parameter(
        "seed", "integer", Text("随机种子", "Seed"), default=0, minimum=0, maximum=2**31
    ),
    Parameter(
        "rounds", "integer", Text("搜索轮数", "Rounds of search"), default=200, minimum=0, maximum=5000
    ),
)  # fmt: skip


def run(context: JobContext) -> dict[str, object]:
    """Read the area's rows alone, propose, and keep the proposal; the result says its number."""
    values = read_parameters(JOB, context.parameters)
    wish, rules, scope = (
        wish_of(values),
        rules_from(context.settings.coverage),
        context.caller.scope,
    )
    step, area = float(str(values["step"])), str(values["area"])
    made = make(context.database, scope, area, wish, step, rules, context.progress)

    def act(connection: Any) -> dict[str, object]:
        return keep_made(connection, made, rules, context.claim.account_name, scope)

    outcome: dict[str, object] = context.once("keep", act)
    return outcome


def wish_of(values: Values) -> Wish:
    """Return what is asked for. Raises BadParameter for models that cannot be read."""
    held = {name: float(str(value)) for name, value in values.items() if is_number(value)}
    return Wish(
        models=read_models(str(values["models"])),
        most=int(held["most"]),
        budget=held.get("budget", math.inf),
        per_mount=int(held["per_mount"]),
        mount_cost=held["mount_cost"],
        spacing=held["spacing"],
        possible_share=held["possible_share"],
        consent_m=held["consent"],
        avoid_consent=bool(values["avoid_consent"]),
        seed=int(held["seed"]),
        effort=Effort(rounds=int(held["rounds"]), seconds=SECONDS),
    )


def is_number(value: object) -> bool:
    """Tell whether a value is a number and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def check(given: Given) -> Wish:
    """Raise BadParameter unless a proposal can be asked for so."""
    return wish_of(read_parameters(JOB, given))


JOB = Job(
    name="propose_cameras",
    label=Text("监控选点", "Propose cameras"),
    description=Text(
        "在一个区域内选出新增监控最有用的位置和朝向，并给出离最优最多差多少的证明。",
        "Where and in which direction more cameras would help most in an area, with a proof of "
        "how far from the best that can be.",
    ),
    run=run,
    parameters=PARAMETERS,
    roles=LAYERS["cameras"].access.create,
    everywhere=False,
    check=check,
    words={
        "proposal": Text("方案编号", "Proposal"),
        "sites": Text("点位", "Sites"),
        "value": Text("新增覆盖（权重分）", "Newly seen (points)"),
        "gap_percent": Text("离最优至多差（%）", "At most short of the best (%)"),
    },
)
