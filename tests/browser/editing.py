"""A small district to edit in, and what a person does with its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import numpy
import pytest
import shapely
from playwright.sync_api import Locator, Page
from psycopg2 import sql
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gisapp.app import create_app
from gisapp.database.engine import Database
from gisapp.settings import Settings
from layers.catalogue import LAYERS
from layers.spec import Role
from tests.accounts import make_account, session_of
from tests.browser.conftest import OpenPage, Watch, open_map, serving
from tests.features.rows import insert_row
from tests.web.writing import MIDDLES, TO_DEGREES, WEST_TOWN, add_towns

X, Y = MIDDLES[WEST_TOWN]
ODD = 0.123456789  # no coordinate lies on a millimetre
SHAPE = sql.SQL("SELECT ST_AsBinary(geom) FROM gisapp.{} WHERE code = %s")
VALUE = sql.SQL("SELECT {} FROM gisapp.{} WHERE code = %s")


def square(x: float, y: float, size: float) -> Polygon:
    """Return a square with odd corners, west and south of them given in metres from the middle."""
    west, south = X + x + ODD, Y + y + ODD
    east, north = west + size + ODD, south + size + ODD
    return Polygon([(west, south), (east, south), (east, north), (west, north)])


# Two parcels of which one has a hole and a second part; between them a gap of 8 m.
HOLED = Polygon(square(0, 0, 120).exterior, [square(40, 40, 30).exterior])
PARTS = MultiPolygon([HOLED, square(0, 160, 40)])
NEIGHBOUR = MultiPolygon([square(-68, 0, 60)])


@dataclass
class Desk:
    """A signed-in person's page."""

    page: Page
    watch: Watch
    name: str
    account: int

    def open(self, layer: str, code: str = "", zoom: int = 18) -> None:
        """Open the map in the middle of the western town, with a feature selected."""
        lon, lat = TO_DEGREES.transform(X + 20, Y + 60)
        select = f"&select={layer}/{code}" if code else ""
        self.page.goto("/help")
        open_map(self.page, f"/#map={zoom}/{lat}/{lon}&layers={layer}{select}")

    def edit(self, layer: str, code: str, button: str = "修改") -> Locator:
        """Open the form of a feature, or its shape on the map."""
        self.open(layer, code)
        self.page.locator(".edit-tools").get_by_role("button", name=button, exact=True).click()
        form = self.page.locator(".edit-form")
        form.wait_for()
        return form

    def save(self) -> None:
        """Press save and wait until it is."""
        self.page.locator(".edit-form [type=submit]").click()
        self.page.locator(".undo-bar").wait_for()

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place in metres is on the screen."""
        lon, lat = TO_DEGREES.transform(x, y)
        box = self.page.locator("#map_district").bounding_box()
        at = self.page.evaluate(f"window.map_district.latLngToContainerPoint([{lat}, {lon}])")
        assert box is not None
        return box["x"] + at["x"], box["y"] + at["y"]

    def drag(self, start: tuple[float, float], x: float, y: float) -> None:
        """Drag from a place in metres by pixels."""
        left, top = self.spot(*start)
        mouse = self.page.mouse
        mouse.move(left, top)
        mouse.down()
        mouse.move(left + x / 2, top + y / 2)
        mouse.move(left + x, top + y, steps=4)
        mouse.up()

    def done(self) -> None:
        """End drawing."""
        self.page.locator(".sketch-bar").get_by_role("button", name="完成").click()
        self.page.locator(".sketch-bar").wait_for(state="detached")


@dataclass
class District:
    """A served district and its database."""

    database: Database
    address: str

    def shape(self, layer: str, code: str) -> BaseGeometry:
        """Return a feature's geometry as it is stored, bit by bit."""
        return shapely.from_wkb(bytes(self.ask(SHAPE.format(sql.Identifier(layer)), code)))

    def value(self, layer: str, code: str, field: str) -> object:
        """Return a value as it is stored."""
        return self.ask(VALUE.format(sql.Identifier(field), sql.Identifier(layer)), code)

    def ask(self, statement: sql.Composed, code: str) -> object:
        """Return the one value of a statement about a feature, None when there is none."""
        with self.database.write() as connection, connection.cursor() as cursor:
            cursor.execute(statement, (code,))
            row = cursor.fetchone()
        return row[0] if row else None


def add_rows(database: Database) -> None:
    """Put parcels, cameras and hazard sites into the western town."""
    site = {"kind": "fuel", "grade": "yellow"}
    with database.write() as connection:
        for code, shape in (("P1", PARTS), ("P2", NEIGHBOUR)):
            insert_row(
                connection, LAYERS["parcels"], code, shape, name=f"{code}号地", land_use="07",
                dispute="none",
            )  # fmt: skip
        camera = Point(X + 10 + ODD, Y + 60 + ODD)
        insert_row(connection, LAYERS["cameras"], "C1", camera, name="路口", status="online")
        for number in range(4):
            place = Point(X + 20 * number + ODD, Y + 60)
            insert_row(
                connection,
                LAYERS["hazard_sites"],
                f"H{number}",
                place,
                name=f"{number}号点",
                **site,
            )


@pytest.fixture
def district(settings: Settings, database: Database, database_url: str) -> Iterator[District]:
    """A district of two towns with a few rows, served; a test may change everything in it."""
    add_towns(database)
    add_rows(database)
    app = create_app(settings, database_url)
    with serving(app) as address:
        yield District(database, address)
    app.extensions["gisapp"].database.close()


@pytest.fixture
def desk(district: District, watch_page: OpenPage) -> Callable[..., AbstractContextManager[Desk]]:
    """A function that gives a page to somebody with a role and areas."""

    @contextmanager
    def sit_down(
        role: Role = "planner", areas: Sequence[str] | None = None, **options: object
    ) -> Iterator[Desk]:
        number, name = make_account(district.database, role, areas)
        session, _ = session_of(district.database, number)
        with watch_page(district.address, session=session, **options) as (page, watch):
            yield Desk(page, watch, name, number)

    return sit_down


def corners(shape: BaseGeometry) -> list[tuple[float, float]]:
    """Return all vertices of a shape in order."""
    return [tuple(pair) for pair in numpy.asarray(shapely.get_coordinates(shape)).tolist()]
