"""A sheet of camera coverage for paper: map, figures, gaps, legend, assumptions and sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from gisapp.coverage.figures import area_figures
from gisapp.coverage.freshness import STATES, TARGETS, area_range, read_target
from gisapp.coverage.ranking import Asked, ranked_cells, ranked_gaps
from gisapp.coverage.sheet import draw
from gisapp.coverage.weights import LABELS, said_points
from gisapp.errors import BadParameter
from gisapp.features.sources import read_sources
from gisapp.features.times import LOCAL
from gisapp.web.api_coverage import assumptions, described_weights, weights
from gisapp.web.api_request import read_arguments
from gisapp.web.context import caller, caller_scope, services
from gisapp.web.i18n import language
from gisapp.web.pages import attributions
from layers.spec import Text

BLUEPRINT = Blueprint("coverage_sheet", __name__)
PAPERS = ("A4", "A3")
FINEST = 0.05  # per cent
MOST_GAPS, MOST_CELLS = 15, 40
SHARES = ("sure_share", "possible_share", "twice_share")
AREAS = ("target_m2", "sure_m2", "unsure_m2", "gap_m2")
LISTED = ("town", "village")
COUNTED = ("premises", "hazards", "incidents")
UNKNOWN_PAPER = BadParameter(Text("纸张可选 A4 或 A3。", "The paper is A4 or A3."))


@BLUEPRINT.get("/coverage/print")
def show_sheet() -> str:
    """Render the sheet of one area, or of everything that the caller sees."""
    arguments = read_arguments("area", "target", "paper")
    area = area_range(arguments.get("area", ""))
    target = read_target(arguments.get("target", "public"))
    paper = arguments.get("paper", "A4")
    if paper not in PAPERS:
        raise UNKNOWN_PAPER
    with services().database.read(caller_scope()) as reader:
        sums = [one.to_json() for one in area_figures(reader, target, area)]
        gaps, _matched = ranked_gaps(reader, Asked(target, area, MOST_GAPS), weights())
        asked = Asked(target, area, MOST_CELLS, shapes=False)
        cells, matched = ranked_cells(reader, asked, weights())
        drawing = draw(reader, area, target, [gap["number"] for gap in gaps])
        known = read_sources(reader)
    named = [one["name"] for one in sums if one["area"] == area["first"] and one["name"]]
    return render_template(
        "coverage/print.html",
        title=title_of(named[0] if named else area["first"], area["first"]),
        paper=paper,
        papers=PAPERS,
        asked={"area": arguments.get("area", ""), "target": target},
        target=TARGETS[target].say(language()),
        total=said(sums[0]) if sums else None,
        parts=[said(one) for one in sums if one["level"] in LISTED and one["cells"]],
        gaps=[said_gap(gap) for gap in gaps],
        cells=[said({**cell, "state": STATES[cell["state"]].say(language())}) for cell in cells],
        unlisted=max(0, matched - len(cells)),
        drawing=drawing,
        assumptions=assumptions(),
        weights=described_weights(),
        attributions=attributions(known),
        sources=known,
        printed=datetime.now(LOCAL).strftime("%Y-%m-%d %H:%M"),
        printed_by=caller().name,
    )


def title_of(name: str, area: str) -> str:
    """Return what a sheet is of; of an area of which the caller sees a part, that it is a part."""
    said = name or _("全部区域")
    return said if caller_scope().holds(area) else _("%(area)s（本账号可见部分）", area=said)


@BLUEPRINT.app_template_global()
def scale_step(width: float) -> float:
    """Return a round length (m) of about a fifth of ``width``, for a scale bar."""
    power = 10 ** math.floor(math.log10(max(width / 5, 1)))
    return float(max(step for step in (1, 2, 5) if step * power <= max(width / 5, 1)) * power)


def said(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with their areas and shares as texts; a dash for what is not known."""
    return {
        **figures,
        **{name: ground(figures.get(name)) for name in AREAS},
        **{name: share(figures.get(name)) for name in SHARES},
        "score": points(figures.get("score")),
    }


def said_gap(gap: Mapping[str, Any]) -> dict[str, Any]:
    """Return a gap with its figures as texts and with what stands in it in words."""
    counts = [f"{LABELS[name].say(language())} {gap[name]}" for name in COUNTED if gap[name]]
    if gap["road_m"] >= 1:
        counts.append(f"{LABELS['road_m'].say(language())} {gap['road_m']:,.0f}")
    return {
        **gap,
        "area_m2": ground(gap["area_m2"]),
        "score": points(gap["score"]),
        "holds": "；".join(counts) if language() == "zh" else "; ".join(counts),
    }


def ground(value: float | None) -> str:
    """Return square metres as a text."""
    return "—" if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """Return a share in per cent as a text; a little is not nothing, and not quite all not all."""
    if value is None:
        return "—"
    if 0 < value < FINEST:
        return "< 0.1"
    return "> 99.9" if 100 - FINEST < value < 100 else f"{value:.1f}"


@BLUEPRINT.app_template_filter()
def points_of_one(value: float) -> str:
    """Return the points of one unit as a text."""
    return said_points(value)


def points(value: float | None) -> str:
    """Return a score as a text."""
    return "—" if value is None else f"{value:,.1f}"
