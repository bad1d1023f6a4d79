"""Make one proposal from the rows of an area, step by step, and keep it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisapp.access.scope import Scope
from gisapp.coverage.cameras import read_cameras
from gisapp.coverage.demand import Demand, make_demand, see
from gisapp.coverage.footprints import Footprints, make_footprints
from gisapp.coverage.sectors import Assumptions, make_sectors
from gisapp.coverage.siting import Proposal, Wish, propose
from gisapp.coverage.siting_made_of import MadeOf, begin_made_of
from gisapp.coverage.siting_read import Area, Inputs, find_area, inside, read_inputs
from gisapp.coverage.siting_settings import Rules, fitted
from gisapp.coverage.siting_store import keep
from gisapp.coverage.viewsheds import visible
from gisapp.database.engine import Database
from layers.spec import Text

STEPS = (
    Text("读取数据", "Reading"),
    Text("计算现有视野", "What is seen now"),
    Text("寻找候选点位并优化", "Finding candidates and the best of them"),
    Text("保存方案", "Storing the proposal"),
)
Progress = Callable[[int, int, Text], None]


@dataclass(frozen=True)
class Made:
    """A proposal with everything it was made of, ready to be kept."""

    area: Area
    wish: Wish
    made_of: MadeOf
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
    with database.read(inside(area, scope)) as reader, reader.snapshot():
        made_of = begin_made_of(reader, area, rules)
        inputs = read_inputs(reader, area, made_of.since)
    wish = fitted(wish, rules.assumptions)
    progress(1, len(STEPS), STEPS[1])
    walls = make_footprints(inputs.around.buildings)
    hidden = np.concatenate((inputs.around.buildings, inputs.water))
    around = inputs.around
    demand = make_demand(area.shape, hidden, inputs.features, around.roads, rules.weights, step)
    demand = seen_now(inputs, walls, demand, rules.assumptions)
    progress(2, len(STEPS), STEPS[2])
    proposal = propose(wish, around, walls, demand)
    progress(3, len(STEPS), STEPS[3])
    return Made(area, wish, made_of, inputs, demand, proposal)


def seen_now(inputs: Inputs, walls: Footprints, demand: Demand, assumptions: Assumptions) -> Demand:
    """Return the demand with what the cameras that are there see of it."""
    outlook = make_sectors(read_cameras(inputs.cameras), assumptions)
    return see(demand, visible(outlook.sure, walls), visible(outlook.possible, walls))


def keep_made(
    connection: Any, made: Made, rules: Rules, name: str, scope: Scope
) -> dict[str, object]:
    """Keep a proposal in the transaction of ``connection``; return its number and figures."""
    who = (name, scope.hidden)
    number = keep(
        connection,
        made.area,
        who,
        made.wish,
        {"weights": vars(rules.weights), "made_of": made.made_of.written()},
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
