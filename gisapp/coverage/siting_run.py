"""Make one proposal from the rows of an area, step by step, and keep it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gisapp.access.scope import Scope
from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.demand import Demand, make_demand, see
from gisapp.coverage.footprints import Footprints, make_footprints
from gisapp.coverage.refresh import assumptions_of
from gisapp.coverage.sectors import Assumptions, make_sectors
from gisapp.coverage.siting import Proposal, Wish, propose
from gisapp.coverage.siting_read import Area, Inputs, find_area, inside, read_inputs
from gisapp.coverage.siting_store import keep
from gisapp.coverage.viewsheds import visible
from gisapp.coverage.weights import Weights
from gisapp.database.engine import Database
from gisapp.settings import CoverageSettings
from layers.spec import Text

STEPS = (
    Text("读取数据", "Reading"),
    Text("计算现有视野", "What is seen now"),
    Text("寻找候选点位并优化", "Finding candidates and the best of them"),
    Text("保存方案", "Storing the proposal"),
)
MARGIN = 100.0  # m around the area whose buildings hide and whose roads carry poles
Progress = Callable[[int, int, Text], None]


@dataclass(frozen=True)
class Rules:
    """What the district decides: points, what is assumed of cameras, how old incidents count."""

    weights: Weights = field(default_factory=Weights)
    assumptions: Assumptions = field(default_factory=Assumptions)
    months: int = 12


def rules_from(settings: CoverageSettings) -> Rules:
    """Return the district's rules as they are set."""
    weights = Weights(**settings.weights)
    return Rules(weights, assumptions_of(settings), settings.incident_months)


@dataclass(frozen=True)
class Made:
    """A proposal with everything it was made of, ready to be kept."""

    area: Area
    inputs: Inputs
    demand: Demand
    proposal: Proposal


def make(
    database: Database,
    scope: Scope,
    code: str,
    wish: Wish,
    step: float,
    rules: Rules,
    progress: Progress,
) -> Made:
    """Return a proposal for the area ``code``, made of that area's rows alone.

    ``scope`` is the caller's, ``step`` (m) the squares of demand. Raises BadParameter for an area
    that there is not, Forbidden for one outside the scope.
    """
    progress(0, len(STEPS), STEPS[0])
    with database.read(scope) as reader:
        area = find_area(reader, code)
    with database.read(inside(area, scope)) as reader:
        inputs = read_inputs(reader, area, MARGIN, rules.months)
    progress(1, len(STEPS), STEPS[1])
    walls = make_footprints(inputs.around.buildings)
    hidden = np.concatenate((inputs.around.buildings, inputs.water))
    around = inputs.around
    demand = make_demand(area.shape, hidden, inputs.features, around.roads, rules.weights, step)
    demand = seen_now(inputs, walls, demand, rules.assumptions)
    progress(2, len(STEPS), STEPS[2])
    proposal = propose(wish, around, walls, demand)
    progress(3, len(STEPS), STEPS[3])
    return Made(area, inputs, demand, proposal)


def seen_now(inputs: Inputs, walls: Footprints, demand: Demand, assumptions: Assumptions) -> Demand:
    """Return the demand with what the cameras that are there see of it."""
    outlook = make_sectors(read_cameras(inputs.cameras), assumptions)
    return see(demand, visible(outlook.sure, walls), visible(outlook.possible, walls))


def keep_made(
    connection: Any, made: Made, wish: Wish, rules: Rules, name: str, scope: Scope
) -> dict[str, object]:
    """Keep a proposal in the transaction of ``connection``; return its number and figures."""
    who = (name, scope.hidden)
    number = keep(
        connection,
        made.area,
        who,
        wish,
        vars(rules.weights),
        made.inputs,
        made.demand,
        made.proposal,
    )
    found = made.proposal.solution
    return {
        "proposal": number,
        "sites": len(made.proposal.sites),
        "value": round(found.value, 3),
        "gap_percent": round(100 * found.gap, 3),
    }
