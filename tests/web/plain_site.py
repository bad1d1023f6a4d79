"""A site of two towns whose answers can be had from in front of Flask and from inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from flask import Flask, Response, request_started
from flask.testing import FlaskClient

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import load_settings
from gisapp.web import plain_answers
from tests.access.two_towns import build

# What a program may be named by in an address without being encoded.
PLAIN_CODES = "UPDATE gisapp.{table} SET code = 'X-' || id"
STAMP = re.compile(rb'"timeStamp":"[^"]+"')
NONCE = re.compile(r"'nonce-[\w-]+'")  # of errors, which are told inside either way


def make_site(cluster, name: str, folder: Path) -> Flask:
    """Build the application over a new database of two towns; a camera's code is X- and a number."""
    cluster.create_database(name, "gisapp_template")
    app = create_app(load_settings({"GISAPP_VAR": str(folder)}), cluster.url(name))
    database: Database = app.extensions["gisapp"].database
    build(database, with_b=True)
    with database.write() as connection, connection.cursor() as cursor:
        cursor.execute(PLAIN_CODES.format(table="cameras"))
    return app


@contextmanager
def asked_inside(site: Flask) -> Iterator[list[str]]:
    """Lend the paths that Flask answers inside the block."""
    seen: list[str] = []

    def note(_app: Flask, **_more: object) -> None:
        seen.append("asked")

    with request_started.connected_to(note, site):
        yield seen


def answer_inside(
    client: FlaskClient, path: str, headers: Mapping[str, str], root: str = "http://localhost"
) -> Response:
    """Return what Flask itself answers."""
    with patch.object(plain_answers, "QUESTIONS", ()):
        return client.get(path, headers=headers, base_url=root)


def same(one: Response, other: Response) -> bool:
    """Tell whether answers are equal, byte for byte and header for header but for the moment."""
    return (
        one.status_code == other.status_code
        and STAMP.sub(b"", one.data) == STAMP.sub(b"", other.data)
        and headers_of(one) == headers_of(other)
    )


def headers_of(answer: Response) -> list[tuple[str, str]]:
    """Return the headers of an answer without what is made up for each."""
    return sorted((name, NONCE.sub("", value)) for name, value in answer.headers.items())
