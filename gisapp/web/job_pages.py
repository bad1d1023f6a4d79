"""Pages of jobs: the list, one job; and the plain form that starts one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from gisapp.web.api_jobs import found_job, start
from gisapp.web.pages import page_config

BLUEPRINT = Blueprint("job_pages", __name__)
NOT_PARAMETERS = ("proof", "job")


@BLUEPRINT.get("/jobs")
def list_jobs() -> str:
    """Render the list; its rows come from the API."""
    return render_template("jobs.html", config=page_config())


@BLUEPRINT.get("/jobs/<int:number>")
def show_job(number: int) -> str:
    """Render one job. Raises NotFound for a job that the caller may not see."""
    job = found_job(number)
    return render_template("job.html", job=job, config={**page_config(), "job": number})


@BLUEPRINT.post("/jobs")
def start_job() -> Response:
    """Start a job from a plain form and show it."""
    given = {name: text for name, text in request.form.items() if name not in NOT_PARAMETERS}
    return redirect(f"/jobs/{start(request.form.get('job', ''), given)}", 303)
