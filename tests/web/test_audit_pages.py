"""The audit page: for administrators only, filters, files, the button, and what gets noted."""

from __future__ import annotations

import csv
import io
import json
from typing import get_args

import pytest
from flask import Flask

from gisapp.access.audit import Entry
from gisapp.access.audit_anchors import LOG
from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings
from gisapp.web import audit_pages
from layers.spec import Role
from tests.access.people import store_of
from tests.access.trail import add, run, unguarded
from tests.accounts import SignedIn, signed_in, token_of

HOSTILE = "<img src=x onerror=alert(1)>"
TOLD = "SELECT action, object, result, account, name, address, details FROM gisapp.audit"
LATEST = f"{TOLD} ORDER BY id DESC LIMIT 1"
ROUTES = [("GET", ""), ("GET", "/export"), ("POST", "/verify")]


@pytest.fixture
def site(settings: Settings, database_url: str) -> Flask:
    return create_app(settings, database_url)


@pytest.fixture
def store(site: Flask) -> Database:
    return store_of(site)


@pytest.fixture
def boss(site: Flask) -> SignedIn:
    return signed_in(site)


@pytest.mark.parametrize("role", [role for role in get_args(Role) if role != "administrator"])
def test_page_when_no_administrator_asks_is_refused_and_noted(
    site: Flask, store: Database, role: Role
) -> None:
    client = signed_in(site, role=role)
    for method, path in ROUTES:
        answer = client.open(f"/admin/audit{path}", method=method)
        assert answer.status_code == 403
        assert HOSTILE.encode() not in answer.data
    asked = run(store, f"{TOLD} ORDER BY id")
    assert asked == [
        (
            "denied",
            f"/admin/audit{path}",
            "refused",
            client.account,
            client.name,
            "127.0.0.1",
            {"method": method},
        )
        for method, path in ROUTES
    ]


def test_button_when_pressed_without_proof_is_refused(boss: SignedIn, store: Database) -> None:
    boss.proof = ""
    assert boss.post("/admin/audit/verify").status_code == 403
    assert run(store, "SELECT action FROM gisapp.audit") == [("denied",)]


def test_token_for_reading_is_refused(site: Flask, store: Database) -> None:
    token = token_of(store, writes=False)
    headers = {"Authorization": f"Bearer {token}"}
    assert site.test_client().get("/admin/audit", headers=headers).status_code == 403


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_when_opened_shows_entries_as_text_and_is_noted(
    boss: SignedIn, store: Database, lang: str
) -> None:
    add(store, Entry("sign_in_refused", "", "refused", None, HOSTILE, details={"why": "${7*7}"}))
    text = boss.get(f"/admin/audit?lang={lang}").get_data(as_text=True)
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert HOSTILE not in text
    assert {"zh": "原因: ${7*7}", "en": "why: ${7*7}"}[lang] in text
    assert {"zh": "登录被拒", "en": "Sign-in refused"}[lang] in text
    ((action, about, _, account, name, address, details),) = run(store, LATEST)
    assert (action, about, address) == ("audit_read", "audit", "127.0.0.1")
    assert (account, name, details) == (boss.account, boss.name, {})


def test_page_when_filtered_shows_those_and_leads_on(
    boss: SignedIn, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "ROWS_ON_PAGE", 2)
    add(store, *(Entry("exported", f"query:q{n}", name="eva") for n in range(5)))
    add(store, Entry("denied", "other", name="eve"))
    asked = "/admin/audit?account=eva&object=query&lang=en"
    first = boss.get(asked).get_data(as_text=True)
    assert "query:q4" in first and "query:q3" in first
    assert "query:q2" not in first and "other" not in first
    assert 'href="/admin/audit?account=eva&amp;object=query&amp;before=4"' in first
    second = boss.get(f"{asked}&before=4").get_data(as_text=True)
    assert "query:q2" in second and "query:q1" in second and "To the newest" in second
    last = boss.get(f"{asked}&before=2").get_data(as_text=True)
    assert "query:q0" in last and "before=" not in last
    assert "No entry fits" in boss.get(f"{asked}&before=1").get_data(as_text=True)
    assert run(store, LATEST)[0][6] == {"filters": ["account=eva", "object=query"]}


@pytest.mark.parametrize(
    "asked", ["from=never", "to=2026-02-30", "action=x", "result=x", "before=-1", "before=９"]
)
def test_page_when_filters_make_no_sense_says_so(boss: SignedIn, asked: str) -> None:
    answer = boss.get(f"/admin/audit?{asked}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.get_data(as_text=True)
    if not asked.startswith("before"):
        assert boss.get(f"/admin/audit/export?{asked}").status_code == 400


def test_page_when_a_time_is_asked_keeps_it_in_the_form(boss: SignedIn) -> None:
    text = boss.get("/admin/audit?from=2026-11-01&to=2026-11-01T08:30").get_data(as_text=True)
    assert 'name="from" type="datetime-local" value="2026-11-01T00:00"' in text
    assert 'name="to" type="datetime-local" value="2026-11-01T08:30"' in text


def test_files_when_exported_hold_what_was_asked_and_are_noted(
    boss: SignedIn, store: Database
) -> None:
    add(store, Entry("denied", "=cmd()", name="@SUM"), Entry("sign_in", name="x"))
    answer = boss.get("/admin/audit/export?format=csv&action=denied&lang=zh")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert ".csv" in answer.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [line[3:8] for line in lines[1:]] == [["'@SUM", "", "越权被拒", "denied", "'=cmd()"]]
    assert run(store, LATEST)[0][:2] == ("audit_exported", "audit")
    assert run(store, LATEST)[0][6] == {"filters": ["action=denied"], "format": "csv"}
    answer = boss.get("/admin/audit/export?format=jsonl")
    entries = [json.loads(line) for line in answer.data.splitlines()]
    assert [entry["id"] for entry in entries] == [1, 2, 3, 4]  # its own entry too
    assert answer.content_type == "application/x-ndjson; charset=utf-8"
    assert boss.get("/admin/audit/export?format=xls").status_code == 400


def test_button_when_pressed_verifies_and_the_page_says_up_to_where(
    boss: SignedIn, store: Database
) -> None:
    page = "/admin/audit?lang=en"
    assert "has not been verified yet" in boss.get(page).get_data(as_text=True)
    answer = boss.post("/admin/audit/verify")
    assert (answer.status_code, answer.location) == (303, "/admin/audit")
    assert "verified up to entry 1: whole" in boss.get(page).get_data(as_text=True)
    unguarded(store, "UPDATE gisapp.audit SET name = 'nobody' WHERE id = 1")
    boss.post("/admin/audit/verify")
    text = boss.get(page).get_data(as_text=True)
    assert "The chain breaks at entry 1: its contents or its hash were changed." in text
    assert "chain-broken" in text
    assert run(store, "SELECT result FROM gisapp.audit WHERE action = 'audit_verified'") == [
        ("done",),
        ("failed",),
    ]


def test_button_when_an_anchor_is_missing_says_so(boss: SignedIn, settings: Settings) -> None:
    settings.var.mkdir(exist_ok=True)
    (settings.var / LOG).write_text(f"2026-11-26T18:45:00Z 900:{'a' * 64}\n")
    boss.post("/admin/audit/verify")
    text = boss.get("/admin/audit?lang=en").get_data(as_text=True)
    assert "1 anchors are not in the database: the end was cut off, or an older backup" in text


def test_button_when_time_runs_out_goes_on_the_next_time(
    boss: SignedIn, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, *(Entry("sign_in", name=str(n)) for n in range(5)))
    run(
        store,
        "SELECT gisapp.audit_append(NULL, '', '', 'audit_verified', 'audit', 'done', '"
        '{"since": 0, "last": 3, "end": 5, "broken": null, "fault": null, "missing_anchors": 0}'
        "')",
    )
    page = "/admin/audit?lang=en"
    text = boss.get(page).get_data(as_text=True)
    assert "verified up to entry 3: whole" in text
    assert "press again to go on" in text
    boss.post("/admin/audit/verify")
    details = run(store, LATEST)[0][6]
    assert (details["since"], details["last"], details["end"]) == (3, 7, 7)
    assert "press again" not in boss.get(page).get_data(as_text=True)
    boss.post("/admin/audit/verify")
    assert run(store, LATEST)[0][6]["since"] == 0  # all was seen: from the start again
    monkeypatch.setattr(audit_pages, "PATIENCE", -1)
    boss.post("/admin/audit/verify")
    assert run(store, LATEST)[0][6]["last"] == 0


def test_query_when_exported_is_noted_and_when_only_read_is_not(
    boss: SignedIn, store: Database
) -> None:
    assert boss.get("/api/queries/outside_cells").status_code == 200
    assert run(store, TOLD) == []
    assert boss.get("/api/queries/outside_cells?f=csv").status_code == 200
    assert run(store, TOLD) == [
        (
            "exported",
            "query:outside_cells",
            "done",
            boss.account,
            boss.name,
            "127.0.0.1",
            {"format": "csv", "rows": 0},
        )
    ]


def test_accounts_page_leads_administrators_to_the_trail(site: Flask, boss: SignedIn) -> None:
    assert 'href="/admin/audit"' in boss.get("/admin/accounts").get_data(as_text=True)
    assert "/admin/audit" not in signed_in(site, "leader").get("/account").get_data(as_text=True)
