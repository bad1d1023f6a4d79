"""Plain questions are answered in front of Flask: tiles, pages of features, single features.

Only what leaves nothing to decide is answered here: a plain GET of what is now, by a caller whom
this process knows at the revision of rights, read just now as the gate reads it, who has nothing
to do first. Everything else goes on to the application and its gate, and so does whatever went
wrong here, to be told as all faults are. What is asked is read by `plain_tiles` and `plain_items`;
that the caller may ask is decided here alone. (Flask's routing, request and response were two
thirds of what a kept tile cost, and half of what a small tile or a feature costs to make.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from gisapp.access.identity import Key, Known
from gisapp.access.scope import NOTHING
from gisapp.access.sessions import digest
from gisapp.database.state import read_state
from gisapp.web.api_tiles import CACHE
from gisapp.web.context import Services
from gisapp.web.gate import COOKIE, FAULT, HOSTS, STATE, first_step
from gisapp.web.i18n import default_language
from gisapp.web.plain import Answer, Held, Question
from gisapp.web.plain_items import read_item, read_page
from gisapp.web.plain_tiles import read_tile

# Each returns what a request asks for, or None when it is anything less plain. What is public,
# rationed, or written into the audit trail has no place here.
QUESTIONS: tuple[Callable[[WSGIEnvironment], Question | None], ...] = (
    read_tile,
    read_page,
    read_item,
)
CREDENTIAL = re.compile(rf"(?:^|;\s*){COOKIE}=([\w-]+)(?=;|$)", re.ASCII)
BEARER = "Bearer "
PRIVATE = ("Vary", "Cookie, Authorization")


def with_plain_answers(app: Flask, inner: WSGIApplication) -> WSGIApplication:
    """Return the application with plain questions answered in front of it."""
    services: Services = app.extensions["gisapp"]
    cache = app.extensions[CACHE]
    said = default_language(services.settings)

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        question = read_question(environ)
        credential = read_credential(environ) if question else None
        if not question or not credential or not is_ours(environ, app.extensions.get(HOSTS)):
            return inner(environ, start)
        try:
            with services.database.read(NOTHING) as reader:
                state = environ[STATE] = read_state(reader)
                known = services.identities.recall(state.access, credential)
                if known is None or has_to_act(known, services):
                    made = None
                else:
                    seen = reader.seeing(known.caller.scope)
                    made = question.answer(Held(seen, cache, state, said))
        except Exception as error:  # the application says it as all others
            if STATE in environ:
                environ[FAULT] = error
            made = None
        if made is None:
            return inner(environ, start)
        return send(made, start)

    return answer


def send(made: Answer, start: StartResponse) -> list[bytes]:
    """Begin an answer and return its body: as a list, which the server sends in one piece."""
    body = made.body  # what is not there has no length
    length = [("Content-Length", str(len(body)))] if body else []
    start(made.status, [*made.headers, PRIVATE, *length])
    return [body]


def has_to_act(known: Known, services: Services) -> bool:
    """Tell whether a caller has something to do before anything else, as the gate does."""
    return first_step(known, services.settings.access.second_factor) is not None


def read_question(environ: WSGIEnvironment) -> Question | None:
    """Return what a request asks for plainly, or None."""
    if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith("/api/"):
        return None
    for read in QUESTIONS:
        question = read(environ)
        if question is not None:
            return question
    return None


def is_ours(environ: WSGIEnvironment, names: Collection[str] | None) -> bool:
    """Tell whether a request is for a host of these names; None is any, as in the application."""
    return names is None or environ.get("HTTP_HOST", "").partition(":")[0] in names


def read_credential(environ: WSGIEnvironment) -> Key | None:
    """Return the token of a Bearer header, else the only session's cookie, else None."""
    sent = environ.get("HTTP_AUTHORIZATION")
    if sent is not None:
        token = sent[len(BEARER) :].strip() if sent.startswith(BEARER) else ""
        return (True, digest(token)) if token else None
    cookies = CREDENTIAL.findall(environ.get("HTTP_COOKIE", ""))
    return (False, digest(cookies[0])) if len(cookies) == 1 else None
