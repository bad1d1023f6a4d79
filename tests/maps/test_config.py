"""What the scripts are told, walked over every declared layer in both languages."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gisapp.access.caller import SYSTEM
from gisapp.maps.config import OFFERED, declarations, layer_config, map_layers
from gisapp.maps.legend import SHAPES, entries, grade_entries, kind_of, shape_of
from layers.catalogue import LAYERS
from layers.spec import ROLES, Role

LANGUAGES = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LAYERS)
def test_legend_shows_every_coloured_choice(name: str, language: str) -> None:
    layer = LAYERS[name]
    shown = entries(layer, language)
    field = layer.field_named(layer.style.by)
    coloured = [choice for choice in field.choices if choice.colour] if field else []
    if coloured:
        assert [(item.code, item.colour, item.unknown) for item in shown] == [
            (choice.code, choice.colour, choice.unknown) for choice in coloured
        ]
        assert [item.label for item in shown] == [item.label.say(language) for item in coloured]
    else:
        assert [item.colour for item in shown] == [layer.style.colour]


@pytest.mark.parametrize("name", [name for name in LAYERS if LAYERS[name].grade])
def test_grades_come_worst_first_and_unknown_last(name: str) -> None:
    layer = LAYERS[name]
    field = layer.field_named(layer.grade)
    assert field is not None
    shown = [field.choice(item.code) for item in grade_entries(layer, "zh")]
    known = [choice.rank for choice in shown if choice and not choice.unknown]
    assert known == sorted(known, reverse=True)
    unknown = [choice.unknown for choice in shown if choice]
    assert unknown == sorted(unknown)
    assert len(shown) == sum(choice.rank is not None for choice in field.choices)


def test_point_layers_have_shapes_of_their_own() -> None:
    points = [layer for layer in LAYERS.values() if kind_of(layer) == "point"]
    shapes = [shape_of(layer) for layer in points]
    assert set(shapes) <= set(SHAPES)
    assert len(set(shapes)) == min(len(points), len(SHAPES))
    assert {shape_of(layer) for layer in LAYERS.values() if layer not in points} == {""}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LAYERS)
def test_declaration_tells_every_field_with_unit_and_choices(name: str, language: str) -> None:
    layer, told = LAYERS[name], declarations(language)[name]
    assert [field["name"] for field in told["fields"]] == [field.name for field in layer.fields]
    for field, shown in zip(layer.fields, told["fields"], strict=True):
        assert shown["label"] == field.label.say(language)
        assert shown.get("unit", "") == field.unit_in(language)
        labels = [choice["label"] for choice in shown.get("choices", [])]
        assert labels == [choice.label.say(language) for choice in field.choices]
        unknown = [choice["unknown"] for choice in shown.get("choices", [])]
        assert unknown == [choice.unknown for choice in field.choices]


def test_map_lists_every_layer_and_stays_small() -> None:
    told = map_layers("zh", SYSTEM)
    assert {item["name"] for item in told} == set(LAYERS)
    assert len(json.dumps(told, ensure_ascii=False).encode()) < 30_000


@pytest.mark.parametrize("role", ROLES)
def test_map_says_what_a_role_may_do(role: Role) -> None:
    caller = replace(SYSTEM, role=role)
    for told in map_layers("zh", caller):
        access = LAYERS[told["name"]].access
        assert set(told["may"]) == {a for a in OFFERED if access.allows(role, a)}


def test_map_offers_no_change_to_a_token_for_reading() -> None:
    told = map_layers("zh", replace(SYSTEM, read_only=True))
    assert {action for item in told for action in item["may"]} == {"history", "export"}


def test_declaration_tells_the_limits_of_every_field() -> None:
    told = {field["name"]: field for field in declarations("zh")["hazard_sites"]["fields"]}
    assert (told["workers"]["minimum"], told["workers"]["maximum"]) == (0, 100000)
    assert told["name"]["required"] and "required" not in told["address"]
    assert told["note"]["maxLength"] == 2000 and "maxLength" not in told["kind"]


def test_style_comes_from_the_declaration() -> None:
    layer = LAYERS["railways"]
    told = layer_config(layer, "zh")
    assert (told["colour"], told["width"], told["dash"]) == (
        layer.style.colour,
        layer.style.width,
        list(layer.style.dash),
    )
