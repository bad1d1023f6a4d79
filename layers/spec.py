"""What a layer is: the words in which every layer is declared.

Everything that touches a layer derives from its declaration: table, form, import mapping,
panel, legend, style, vector tile, API collection, export and documentation.
Pure data, no input or output; imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["text", "integer", "number", "boolean", "date", "datetime", "choice"]
GeometryType = Literal["Point", "LineString", "MultiLineString", "MultiPolygon"]
# "words": any part of a name or an address; "prefix": a number, by its first digits.
Search = Literal["", "words", "prefix"]
Group = Literal["operational", "support", "context"]
Role = Literal["viewer", "inspector", "planner", "leader", "administrator"]
Action = Literal["read", "create", "update", "delete", "history", "export"]

ROLES: tuple[Role, ...] = ("viewer", "inspector", "planner", "leader", "administrator")
OFFICE: tuple[Role, ...] = ("planner", "administrator")  # keep the district's records
FIELD: tuple[Role, ...] = ("inspector", "planner", "administrator")  # see the places


@dataclass(frozen=True)
class Text:
    """A text in both languages of the interface; Chinese comes first."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """Return the text in ``language`` (``en``; anything else is Chinese)."""
        return self.en if language.startswith("en") else self.zh

    def format(self, **values: object) -> Text:
        """Return the text with ``{name}`` places filled in, in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))


@dataclass(frozen=True)
class Choice:
    """One entry of a code table.

    ``rank`` orders choices from harmless (low) to worst (high) where the table is a grading;
    a choice that means "not known" carries ``unknown=True`` and is never drawn as fine.
    """

    code: str
    label: Text
    colour: str = ""
    rank: int | None = None
    unknown: bool = False


@dataclass(frozen=True)
class Field:
    """One attribute of a layer: a column, a form control, a row of the panel."""

    name: str
    type: FieldType
    label: Text
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = 200
    standard: str = ""  # the standard or source that the field follows
    help: Text | None = None
    search: Search = ""  # how the search box finds it (text fields only)
    aliases: tuple[str, ...] = ()  # other column names under which lists carry it

    def unit_in(self, language: str) -> str:
        """Return the unit; English labels already say what Chinese measure words say."""
        measure_word = any("\u4e00" <= letter <= "\u9fff" for letter in self.unit)
        return "" if measure_word and language.startswith("en") else self.unit

    def choice(self, code: str | None) -> Choice | None:
        """Return the choice with ``code``, or None."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True)
class Style:
    """How a layer is drawn. Colours are ``#rrggbb``; widths and radii are CSS pixels."""

    colour: str
    fill: str = ""  # empty: not filled
    fill_opacity: float = 0.25
    width: float = 1.5
    radius: float = 5
    dash: tuple[int, ...] = ()
    by: str = ""  # choice field whose choices give the colours
    label: str = ""  # text field drawn as a label
    label_min_zoom: int = 14
    min_zoom: int = 0  # below this zoom the layer is not drawn


@dataclass(frozen=True)
class Access:
    """Which roles may do what with the layer's rows.

    ``scoped``: rows are shown only inside the caller's area scope (operational and support
    layers); otherwise every signed-in account sees them all (context layers). Rows are changed
    only inside the caller's area scope, whatever the layer.
    """

    scoped: bool = True
    read: tuple[Role, ...] = ROLES
    create: tuple[Role, ...] = OFFICE
    update: tuple[Role, ...] = OFFICE
    delete: tuple[Role, ...] = OFFICE
    history: tuple[Role, ...] = ("inspector", "planner", "leader", "administrator")
    export: tuple[Role, ...] = ("inspector", "planner", "leader", "administrator")

    def allows(self, role: Role, action: Action) -> bool:
        """Tell whether ``role`` may do ``action``."""
        roles: tuple[Role, ...] = getattr(self, action)
        return role in roles


@dataclass(frozen=True)
class Layer:
    """One layer: its name, geometry, fields, style and rights.

    Every layer's table carries, besides ``fields``, the system columns of ``SYSTEM_COLUMNS``.
    ``geom`` is in the deployment's metric CRS (default EPSG:4548, metres, x east, y north).
    """

    name: str
    label: Text
    description: Text
    group: Group
    geometry: GeometryType
    fields: tuple[Field, ...]
    style: Style
    title: str = "name"  # the field shown as a feature's heading
    grade: str = ""  # choice field with ranks: the worst one is shown for a cluster
    time: str = ""  # date or datetime field that the API's ``datetime`` filters
    valid_until: str = ""  # with it, ``time`` to ``valid_until`` is the feature's interval
    visible: bool = True  # drawn when the map opens
    large: bool = False  # may hold 100,000 rows and more: every statement must use an index
    access: Access = Access()
    order: int = 50  # drawing order: low is drawn first, below
    standard: str = ""
    aliases: tuple[str, ...] = ()

    def field_named(self, name: str) -> Field | None:
        """Return the declared field ``name``, or None."""
        return next((item for item in self.fields if item.name == name), None)

    @property
    def search_fields(self) -> tuple[Field, ...]:
        """Text fields that the search box looks into, besides the code."""
        return tuple(item for item in self.fields if item.search)

    @property
    def word_fields(self) -> tuple[Field, ...]:
        """Text fields of which the search box finds any part."""
        return tuple(item for item in self.fields if item.search == "words")

    @property
    def prefix_fields(self) -> tuple[Field, ...]:
        """Numbers kept as text that the search box finds by their beginning."""
        return tuple(item for item in self.fields if item.search == "prefix")

    @property
    def tile_fields(self) -> tuple[str, ...]:
        """Columns a vector tile carries besides the code: what style and label need."""
        names = (self.style.by, self.style.label)
        return tuple(dict.fromkeys(name for name in names if name))


# Columns of every layer's table besides its fields: name and SQL type. ``change_id`` names the
# change that made the row's version; it stands last in the table, the others before the fields.
SYSTEM_COLUMNS: tuple[tuple[str, str], ...] = (
    ("id", "bigint"),
    ("code", "text"),
    ("area_code", "text"),
    ("geom", "geometry"),
    ("geom_web", "geometry"),
    ("source", "text"),
    ("row_version", "integer"),
    ("created_at", "timestamp with time zone"),
    ("updated_at", "timestamp with time zone"),
    ("change_id", "bigint"),
)
