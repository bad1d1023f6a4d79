"""Conditions as keys: statements are kept by the kind of condition, never by its values."""

from __future__ import annotations

from gisapp.features.boxes import Box, box_condition
from gisapp.features.conditions import all_of
from gisapp.features.crs import CRS84
from gisapp.features.filters import field_condition
from gisapp.features.read import page_statement
from layers.catalogue import LAYERS

CAMERAS = LAYERS["cameras"]
HERE, THERE = Box(116.5, 23.4, 116.6, 23.5), Box(116.6, 23.5, 116.7, 23.6)


def test_conditions_when_only_values_differ_share_a_statement() -> None:
    first, second = (box_condition("bbox", box, CRS84, 4548) for box in (HERE, THERE))
    assert page_statement(CAMERAS, CRS84, first) is page_statement(CAMERAS, CRS84, second)
    assert first.parameters != second.parameters


def test_conditions_when_columns_or_kinds_differ_share_nothing() -> None:
    conditions = [
        field_condition(CAMERAS, "azimuth", "5"),
        field_condition(CAMERAS, "azimuth", "5.."),
        field_condition(CAMERAS, "azimuth", "..5"),
        field_condition(CAMERAS, "azimuth", "1..5"),
        field_condition(CAMERAS, "height_m", "5"),
        field_condition(CAMERAS, "status", "online"),
        field_condition(CAMERAS, "name", "东门"),
        field_condition(CAMERAS, "device_id", "东门"),
        field_condition(CAMERAS, "area_code", "4451"),
        field_condition(CAMERAS, "source", "demo"),
        field_condition(CAMERAS, "installed_on", "2026-01-01"),
        field_condition(CAMERAS, "installed_on", "2026-01-01/.."),
        box_condition("bbox", HERE, CRS84, 4548),
        box_condition("bbox", Box(170, 10, -170, 20), CRS84, 4548),
    ]
    conditions += [all_of(conditions[:2]), all_of(conditions[2:4]), all_of([])]
    statements = [page_statement(CAMERAS, CRS84, condition) for condition in conditions]
    texts = {repr(statement.text) for statement in statements}
    assert len({id(statement) for statement in statements}) == len(texts) == len(conditions)


def test_conditions_when_texts_hold_values_are_never_shared() -> None:
    first, second = (field_condition(CAMERAS, "name", text) for text in ("东门", "西门"))
    assert first != second
