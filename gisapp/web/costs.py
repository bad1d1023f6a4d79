"""Costly answers are rationed: no account or address can keep the server from all others.

Counted in each server process, by the account; whoever is over is told when to come back. What an
answer may cost at most is bounded elsewhere: by the statement time-out and the largest request.
"""

from __future__ import annotations

import math
import time

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gisapp.access.attempts import network_of
from gisapp.errors import TooMany
from gisapp.web.context import known_caller
from layers.spec import Text

BLUEPRINT = Blueprint("costs", __name__)
RATION = "gisapp.costs"
# Endpoints whose answers take many rows, by what they cost in tokens of the ration.
COSTLY = {
    "api_exports.export_layer_rows": 2,
    "api_exports.export_answer": 2,
    "api_coverage_files.export_coverage": 2,
    "api_history.show_difference": 2,
    "api_imports.apply_import": 2,
    "api_imports.change_import": 2,
    "api_imports.create_import": 5,
    "api_imports.give_rejects": 2,
    "api_imports.undo_import": 2,
    "api_jobs.start_job": 2,
    "import_pages.create_import": 5,
    "api_queries.answer_query": 1,
    "api_siting.start_proposal": 2,
    "api_siting.save_proposal": 2,
    "query_pages.show_query": 1,
    "audit_pages.export_audit": 5,
    "audit_pages.verify_audit": 5,
}
# What everybody may ask and costs more than a page; counted by the address it comes from.
COSTLY_FOR_ALL = {"open_id.start": 1}


class Ration:
    """So many tokens a minute for each account or address, in this process."""

    def __init__(self, per_minute: int) -> None:
        self.limit: RateLimitItem = RateLimitItemPerMinute(per_minute)
        self.counts = MovingWindowRateLimiter(MemoryStorage())

    def take(self, name: str, cost: int) -> None:
        """Take ``cost`` tokens from ``name``. Raises TooMany when there are none."""
        if self.counts.hit(self.limit, name, cost=cost):
            return
        reset = self.counts.get_window_stats(self.limit, name).reset_time
        seconds = max(1, math.ceil(reset - time.time()))
        raise TooMany(
            Text(
                f"一分钟内的统计请求过多，请 {seconds} 秒后再试。",
                f"Too many costly questions in a minute: try again in {seconds} seconds.",
            )
        )


@BLUEPRINT.record_once
def set_up(state: BlueprintSetupState) -> None:
    """Open this process's ration."""
    settings = state.app.extensions["gisapp"].settings.server
    state.app.extensions[RATION] = Ration(settings.costly_per_minute)


@BLUEPRINT.before_app_request
def ration() -> None:
    """Count a costly question; what is only the empty form of one costs nothing."""
    endpoint = request.endpoint or ""
    if endpoint in COSTLY_FOR_ALL:
        address = f"address {network_of(request.remote_addr or '')}"
        current_app.extensions[RATION].take(address, COSTLY_FOR_ALL[endpoint])
    cost, asks = COSTLY.get(endpoint), known_caller()
    if cost and asks and (request.args or request.method != "GET"):
        current_app.extensions[RATION].take(asks.name, cost)
