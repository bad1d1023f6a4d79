"""Propose where more cameras would help most in an area."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.demand import Demand, make_demand, see
from gisapp.coverage.footprints import make_footprints
from gisapp.coverage.optimise import Effort
from gisapp.coverage.sectors import make_sectors
from gisapp.coverage.siting import Wish, propose
from gisapp.coverage.siting_read import Inputs, find_area, inside, read_inputs
from gisapp.coverage.siting_store import keep
from gisapp.coverage.siting_wish import DEFAULT_MODELS, NEEDED, read_models
from gisapp.coverage.viewsheds import visible
from gisapp.coverage.weights import Weights
from gisapp.features.camera_places import CONSENT, CONSENT_METRES
from gisapp.jobs.context import JobContext
from gisapp.jobs.spec import Given, Job
from gisapp.queries.parameters import read_parameters
from gisapp.queries.spec import Parameter, Values
from layers.catalogue import LAYERS
from layers.spec import Text

STEPS = (
    Text("读取数据", "Reading"),
    Text("计算现有视野", "What is seen now"),
    Text("寻找候选点位并优化", "Finding candidates and the best of them"),
    Text("保存方案", "Storing the proposal"),
)
MONTHS = 12  # of incidents
MARGIN = 100.0  # m around the area whose buildings hide and whose roads carry poles
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
    wish, weights = wish_of(values), Weights()
    context.progress(0, 4, STEPS[0])
    with context.read() as reader:
        area = find_area(reader, str(values["area"]))
    scope = inside(area, context.caller.scope)
    with context.database.read(scope) as reader:
        inputs = read_inputs(reader, area, MARGIN, MONTHS)
    context.progress(1, 4, STEPS[1])
    walls = make_footprints(inputs.around.buildings)
    demand = make_demand(
        area.shape,
        np.concatenate((inputs.around.buildings, inputs.water)),
        inputs.features,
        inputs.around.roads,
        weights,
        float(str(values["step"])),
    )
    demand = seen_now(inputs, walls, demand)
    context.progress(2, 4, STEPS[2])
    proposal = propose(wish, inputs.around, walls, demand)
    context.progress(3, 4, STEPS[3])

    def act(connection: Any) -> dict[str, object]:
        who = (context.claim.account_name, context.caller.scope.hidden)
        kept = keep(connection, area, who, wish, vars(weights), inputs, demand, proposal)
        found = proposal.solution
        return {
            "proposal": kept,
            "sites": len(proposal.sites),
            "value": round(found.value, 3),
            "gap_percent": round(100 * found.gap, 3),
        }

    outcome: dict[str, object] = context.once("keep", act)
    return outcome


def seen_now(inputs: Inputs, walls: Any, demand: Demand) -> Demand:
    """Return the demand with what the cameras that are there see of it."""
    outlook = make_sectors(read_cameras(inputs.cameras))
    return see(demand, visible(outlook.sure, walls), visible(outlook.possible, walls))


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
