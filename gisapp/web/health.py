"""Whether the server answers and reaches its database: for monitors, without sign-in."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from gisapp.access.scope import NOTHING
from gisapp.database.state import read_state
from gisapp.web.context import services

BLUEPRINT = Blueprint("health", __name__)


@BLUEPRINT.get("/health")
def show_health() -> Response:
    """Answer that all is well; 503 when the database is out of reach. Says nothing else."""
    with services().database.read(NOTHING) as reader:
        read_state(reader)
    answer = jsonify({"status": "ok"})
    answer.headers["Cache-Control"] = "no-store"
    return answer
