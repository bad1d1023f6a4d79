"""One application over two empty towns for each module, and imports that are done right here."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas
import pytest
from flask import Flask
from shapely import Point, box
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings, load_settings
from tests.accounts import SignedIn, signed_in
from tests.jobs.doing import attempt, run
from tests.web.writing import EAST_TOWN, MIDDLES, WEST_TOWN, add_towns

Files = Sequence[tuple[str, bytes]]


class Site:
    """The application, its database, and what is done with imports."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.database: Database = app.extensions["gisapp"].database

    def client(self, role: Any = "administrator", areas: Sequence[str] | None = None) -> SignedIn:
        return signed_in(self.app, role, areas)

    def sql(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        return run(self.database, text, *values)

    def send(self, client: SignedIn, files: Files, **given: str) -> Any:
        """Send files and answer what came of it."""
        held = [FileStorage(io.BytesIO(content), name, "file") for name, content in files]
        values = MultiDict([*given.items(), *(("file", one) for one in held)])
        boundary, body = encode_multipart(values)  # the client would leave a file open
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post("/api/imports", data=body, content_type=kind)

    def work(self, number: int) -> tuple[str, Any, str]:
        """Do the job of an import as a worker does; return its state, result and error."""
        ((job,),) = self.sql("SELECT job FROM gisapp.imports WHERE id = %s", number)
        return attempt(self.database, self.settings, job)

    def check(self, client: SignedIn, files: Files, **given: str) -> Any:
        """Send files, have them checked, and return the import as it is told then."""
        sent = self.send(client, files, **given)
        assert sent.status_code == 201, sent.text
        self.work(sent.json["id"])
        return self.show(client, sent.json["id"])

    def show(self, client: SignedIn, number: int) -> Any:
        answer = client.get(f"/api/imports/{number}?lang=en")
        assert answer.status_code == 200, answer.text
        return answer.json

    def decide(self, client: SignedIn, number: int, **body: object) -> Any:
        """Decide something, have it checked, and return the import as it is then."""
        answer = client.patch(f"/api/imports/{number}", json=body)
        assert answer.status_code == 202, answer.text
        self.work(number)
        return self.show(client, number)

    def deed(self, client: SignedIn, number: int, deed: str) -> Any:
        """Apply or undo, and return the import as it is then."""
        answer = client.post(f"/api/imports/{number}/{deed}")
        assert answer.status_code == 202, answer.text
        self.work(number)
        return self.show(client, number)


@pytest.fixture(scope="module")
def site(cluster: Any, names: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that the tests of a module share."""
    name = next(names)
    cluster.create_database(name, "gisapp_template")
    var = str(tmp_path_factory.mktemp("imports"))
    settings = load_settings({"GISAPP_VAR": var, "GISAPP_COSTLY_PER_MINUTE": "100000"})
    app = create_app(settings, cluster.url(name))
    made = Site(app, settings)
    add_towns(made.database)
    yield made
    made.database.close()


def cameras(
    count: int = 3, town: str = WEST_TOWN, prefix: str = "C", **columns: Any
) -> geopandas.GeoDataFrame:
    """Return cameras in a town, 10 m apart, in the metric CRS."""
    x, y = MIDDLES[town]
    values = {
        "编号": [f"{prefix}{place}" for place in range(count)],
        "name": [f"路口{place}" for place in range(count)],
        "status": ["online"] * count,
        **columns,
    }
    points = [Point(x + 10 * place, y) for place in range(count)]
    return geopandas.GeoDataFrame(values, geometry=points, crs=4548)


def plots(count: int = 3, prefix: str = "P", **columns: Any) -> geopandas.GeoDataFrame:
    """Return parcels in the west town."""
    x, y = MIDDLES[WEST_TOWN]
    values = {
        "宗地编号": [f"{prefix}{place}" for place in range(count)],
        "地类": ["住宅用地"] * count,
        "dispute": ["none"] * count,
        **columns,
    }
    shapes = [box(x + 20 * place, y, x + 20 * place + 10, y + 10) for place in range(count)]
    return geopandas.GeoDataFrame(values, geometry=shapes, crs=4548)


def package(frame: geopandas.GeoDataFrame, folder: Path, name: str = "in.gpkg") -> Files:
    """Return a frame as the files of an upload."""
    path = folder / name
    path.unlink(missing_ok=True)
    frame.to_file(path, layer="rows") if name.endswith("gpkg") else frame.to_file(path)
    return [(name, path.read_bytes())]


__all__ = ["EAST_TOWN", "WEST_TOWN"]
