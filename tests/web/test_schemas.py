"""The schema that is given out and the server's own checks say the same of every value."""

from __future__ import annotations

import itertools

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.conversion import BadValue
from gisapp.features.values import read_code, read_required
from gisapp.web.schemas import code_schema, field_schemas, geometry_schema, layer_schema
from layers.catalogue import LAYERS
from layers.spec import Field, Layer
from tests.web.writing import WEST, feature_of, geometry_at

FIELDS = [
    pytest.param(layer, field, id=f"{layer.name}-{field.name}")
    for layer in LAYERS.values()
    for field in layer.fields
]
LETTERS = st.text(st.sampled_from("a甲 \t\n\x07\x7f\0\u2028/\\."), max_size=6)
ANY = st.one_of(
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    LETTERS,
    st.sampled_from([[], {}, [1], "2024-05-01", "2024-02-30", "2024-5-1", "x" * 201, "x" * 2001]),
)


def near(field: Field) -> st.SearchStrategy[object]:
    """Return values about where the field's limits are."""
    limits = [bound for bound in (field.minimum, field.maximum) if bound is not None]
    steps = [bound + step for bound in limits for step in (-1, -0.5, 0, 0.5, 1)]
    codes = [choice.code for choice in field.choices] + [
        choice.label.en for choice in field.choices
    ]
    return st.sampled_from([*steps, *map(int, steps), *codes, "x" * field.max_length, 0])


def accepted(field: Field, value: object) -> bool:
    """Tell whether the server takes ``value``."""
    try:
        read_required(field, value)
    except BadValue:
        return False
    return True


@pytest.mark.parametrize(("layer", "field"), FIELDS)
def test_value_when_the_schema_allows_it_is_taken_and_no_other(layer: Layer, field: Field) -> None:
    schema = field_schemas(layer, "en")[field.name]
    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(value=st.one_of(ANY, near(field)))
    def agree(value: object) -> None:
        if isinstance(value, str) and (value != value.strip() or not value):
            return  # blanks at the ends are cut off, and nothing is no value
        if field.type == "datetime" and isinstance(value, str):
            return  # the zone may be left out, which "date-time" does not know
        assert accepted(field, value) is checker.is_valid(value), value

    agree()


@pytest.mark.parametrize("layer", [LAYERS["cameras"], LAYERS["areas"]], ids=["cameras", "areas"])
def test_code_when_the_schema_allows_it_is_taken_and_no_other(layer: Layer) -> None:
    checker = jsonschema.Draft202012Validator(code_schema(layer, "en"))
    texts = ["445103101201", "445103101201@2023", "44510310120", "a/b", ".", "..", "...", "x" * 65]
    for value in [*texts, "编 号", "a\\b", 7]:
        try:
            taken = read_code(layer, value) == value
        except BadValue:
            taken = False
        assert taken is checker.is_valid(value), value


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_schema_of_any_layer_is_valid_and_fits_what_tests_send(layer: Layer) -> None:
    schema = layer_schema(layer, "zh", "http://localhost/schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    sent = feature_of(layer)["properties"]
    jsonschema.validate({**strip(sent), "geometry": None}, schema)
    shapes = jsonschema.Draft202012Validator(geometry_schema(layer))
    for one, other in itertools.product([layer], LAYERS.values()):
        fits = shapes.is_valid(geometry_at(other, WEST))
        lines = {one.geometry, other.geometry} == {"LineString", "MultiLineString"}
        assert fits is (one.geometry == other.geometry or lines)


def strip(properties: dict) -> dict:
    """Return properties without those that are empty."""
    return {name: value for name, value in properties.items() if value is not None}
