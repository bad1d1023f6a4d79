"""Every layer's declaration makes sense by itself."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from layers.catalogue import LAYERS
from layers.spec import SYSTEM_COLUMNS, Field, Layer, Text

COLOUR = re.compile(r"#[0-9a-f]{6}")
NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
HAN = re.compile(r"[\u4e00-\u9fff]")
BACKGROUND = "#f4f1ec"  # the quiet base map
LEAST_CONTRAST = 2.7  # of what must be seen on it; nearly the 3:1 of WCAG on pure white
YELLOW = "#f2b705"  # the third grade is yellow by rule; its symbols carry a dark rim

ALL = [pytest.param(layer, id=layer.name) for layer in LAYERS.values()]
GRADED = [pytest.param(layer, id=layer.name) for layer in LAYERS.values() if layer.grade]
WORKING = [
    pytest.param(layer, id=layer.name) for layer in LAYERS.values() if layer.group != "context"
]


def test_catalogue_when_walked_has_the_layers_of_the_design() -> None:
    assert set(LAYERS) >= {
        *("grid_cells", "cameras", "hazard_sites", "rented_housing", "three_in_one", "parcels"),
        *("incidents", "facilities", "visits"),
        *("areas", "roads", "buildings", "railways", "water", "key_areas"),
    }


def test_catalogue_when_ordered_draws_areas_below_lines_below_points() -> None:
    kinds = {"MultiPolygon": 0, "LineString": 1, "MultiLineString": 1, "Point": 2}
    operational = [layer for layer in LAYERS.values() if layer.group == "operational"]
    heights = [kinds[layer.geometry] for layer in operational]
    assert heights == sorted(heights)


@pytest.mark.parametrize("layer", ALL)
def test_names_when_declared_are_unique_identifiers(layer: Layer) -> None:
    names = [field.name for field in layer.fields]
    assert NAME.fullmatch(layer.name)
    assert all(NAME.fullmatch(name) for name in names)
    assert len(names) == len(set(names))
    assert not set(names) & {name for name, _ in SYSTEM_COLUMNS}


@pytest.mark.parametrize("layer", ALL)
def test_texts_when_shown_exist_in_both_languages(layer: Layer) -> None:
    texts = [layer.label, layer.description]
    for field in layer.fields:
        texts += [field.label, *(choice.label for choice in field.choices)]
        texts += [field.help] if field.help else []
    for text in texts:
        assert text.zh.strip() and text.en.strip(), text
        assert not HAN.search(text.en), text
    assert HAN.search(layer.label.zh) and HAN.search(layer.description.zh)


@pytest.mark.parametrize("layer", ALL)
def test_labels_when_listed_side_by_side_differ(layer: Layer) -> None:
    for language in ("zh", "en"):
        labels = [field.label.say(language) for field in layer.fields]
        assert len(labels) == len(set(labels))
        for field in layer.fields:
            words = [choice.label.say(language) for choice in field.choices]
            assert len(words) == len(set(words)), field.name


@pytest.mark.parametrize("layer", ALL)
def test_roles_when_named_are_fields_of_the_right_type(layer: Layer) -> None:
    roles = {
        layer.title: ("text",),
        layer.grade: ("choice",),
        layer.time: ("date", "datetime"),
        layer.valid_until: ("date", "datetime"),
        layer.style.by: ("choice",),
        layer.style.label: ("text",),
    }
    for name, types in roles.items():
        field = layer.field_named(name)
        assert not name or (field is not None and field.type in types), name
    assert layer.title
    assert layer.time or not layer.valid_until


@pytest.mark.parametrize("layer", ALL)
def test_fields_when_typed_carry_what_the_type_needs(layer: Layer) -> None:
    for field in layer.fields:
        assert (field.type == "choice") == bool(field.choices), field.name
        codes = [choice.code for choice in field.choices]
        assert len(codes) == len(set(codes)), field.name
        assert not field.search or field.type == "text", field.name
        if field.minimum is not None and field.maximum is not None:
            assert field.minimum < field.maximum, field.name
        if field.type == "text":
            assert 1 <= field.max_length <= 10_000, field.name


@pytest.mark.parametrize("layer", WORKING)
def test_numbers_when_declared_have_sane_bounds(layer: Layer) -> None:
    for field in layer.fields:
        if field.type in ("integer", "number"):
            assert field.minimum is not None and field.maximum is not None, field.name


@pytest.mark.parametrize("layer", GRADED)
def test_grades_when_ranked_have_one_worst(layer: Layer) -> None:
    field = graded(layer)
    ranks = [choice.rank for choice in field.choices]
    assert None not in ranks
    assert len(ranks) == len(set(ranks))
    assert all(COLOUR.fullmatch(choice.colour) for choice in field.choices)


@pytest.mark.parametrize("layer", GRADED)
def test_grades_when_a_row_may_lack_one_say_unknown(layer: Layer) -> None:
    field = graded(layer)
    unknown = [choice for choice in field.choices if choice.unknown]
    assert len(unknown) <= 1
    assert unknown or field.required
    ordered = sorted(field.choices, key=lambda choice: choice.rank or 0)
    assert not ordered[-1].unknown, "the worst grade must be a known one"


def test_hazard_grades_when_compared_are_the_same_everywhere() -> None:
    tables = {graded(LAYERS[name]).choices for name in ("hazard_sites", "rented_housing")}
    tables.add(graded(LAYERS["three_in_one"]).choices)
    (table,) = tables
    assert [choice.code for choice in table] == ["red", "orange", "yellow", "blue", "ungraded"]


@pytest.mark.parametrize("layer", ALL)
def test_colours_when_declared_are_valid(layer: Layer) -> None:
    assert COLOUR.fullmatch(layer.style.colour)
    assert not layer.style.fill or COLOUR.fullmatch(layer.style.fill)
    assert 0 < layer.style.fill_opacity <= 1
    for field in layer.fields:
        for choice in field.choices:
            assert not choice.colour or COLOUR.fullmatch(choice.colour), choice.code


@pytest.mark.parametrize("layer", ALL)
def test_legend_colours_when_side_by_side_differ(layer: Layer) -> None:
    field = layer.field_named(layer.style.by)
    choices = field.choices if field else ()
    assert all(choice.colour for choice in choices)
    for first, second in combinations(choices, 2):
        if layer.group != "context":
            assert first.colour != second.colour, (first.code, second.code)


@pytest.mark.parametrize("layer", WORKING)
def test_symbols_when_drawn_stand_out_from_the_base_map(layer: Layer) -> None:
    field = layer.field_named(layer.style.by)
    colours = {choice.colour for choice in field.choices} if field else set()
    if layer.geometry != "Point":
        colours = {layer.style.colour}  # areas are seen by their outline
    for colour in colours - {YELLOW}:
        assert contrast(colour, BACKGROUND) >= LEAST_CONTRAST, colour


@pytest.mark.parametrize("layer", ALL)
def test_columns_when_imported_are_unambiguous(layer: Layer) -> None:
    known: dict[str, str] = {}
    for field in layer.fields:
        for name in (field.name, field.label.zh, field.label.en, *field.aliases):
            assert known.setdefault(name.lower(), field.name) == field.name, name


def test_layer_aliases_when_compared_belong_to_one_layer() -> None:
    known: dict[str, str] = {}
    for layer in LAYERS.values():
        for name in (layer.name, layer.label.zh, layer.label.en, *layer.aliases):
            assert known.setdefault(name.lower(), layer.name) == layer.name, name


def test_fields_when_listed_hold_no_persons() -> None:
    personal = re.compile(r"姓名|身份证|手机|电话|联系人|户主|phone|id_card|person_name|mobile")
    for layer in LAYERS.values():
        for field in layer.fields:
            words = " ".join((field.name, field.label.zh, *field.aliases))
            assert not personal.search(words), (layer.name, field.name)


def test_text_when_asked_for_another_language_is_chinese() -> None:
    text = Text("网格", "Grid cells")
    assert (text.say("en"), text.say("zh"), text.say("fr")) == ("Grid cells", "网格", "网格")


def graded(layer: Layer) -> Field:
    field = layer.field_named(layer.grade)
    assert field is not None
    return field


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_units_when_english_leave_out_measure_words() -> None:
    cameras = LAYERS["cameras"]
    days, height = cameras.field_named("retention_days"), cameras.field_named("height_m")
    assert days
    assert height
    assert (days.unit_in("zh"), days.unit_in("en")) == ("天", "")
    assert (height.unit_in("zh"), height.unit_in("en")) == ("m", "m")
