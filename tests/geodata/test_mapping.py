"""Which column fills which field; and codes for rows that have none."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geodata.codes import make_codes
from geodata.errors import BadFile
from geodata.mapping import map_columns
from layers.catalogue import LAYERS

PARCELS = LAYERS["parcels"]


@pytest.mark.parametrize("layer", LAYERS.values(), ids=str)
def test_every_field_is_found_by_name_label_and_alias(layer: object) -> None:
    for field in layer.fields:  # type: ignore[attr-defined]  # ids=str loses the type
        for word in (field.name, field.label.zh, field.label.en, *field.aliases):
            for column in (word, word.upper(), f" {word} ", word.replace(" ", "_")):
                found = map_columns(layer, [column], {})  # type: ignore[arg-type]  # as above
                assert list(found.values()) == [column], column


def test_a_name_goes_before_a_label_and_a_label_before_an_alias() -> None:
    assert map_columns(PARCELS, ["地类", "LAND_USE"], {})["land_use"] == "LAND_USE"
    assert map_columns(PARCELS, ["用途", "地类"], {})["land_use"] == "地类"


def test_columns_cut_by_a_shapefile_are_found() -> None:
    assert map_columns(PARCELS, ["registered", "parcel_num"], {}) == {
        "registered_area_m2": "registered",
        "parcel_number": "parcel_num",
    }


def test_a_chosen_column_goes_first_and_an_empty_choice_leaves_it_out() -> None:
    found = map_columns(PARCELS, ["name", "ref", "code"], {"ref": "code", "name": ""})
    assert found == {"code": "ref"}


@pytest.mark.parametrize(
    ("chosen", "word"),
    [
        ({"nam": "name"}, "name"),
        ({"name": "land_usage"}, "land_use"),
        ({"name": "note", "ref": "note"}, "name, ref"),
    ],
)
def test_a_wrong_choice_is_refused_with_what_there_is(chosen: dict[str, str], word: str) -> None:
    with pytest.raises(BadFile) as refused:
        map_columns(PARCELS, ["name", "ref"], chosen)
    error = refused.value
    assert word in error.message.en + (error.hint.en if error.hint else "")


places = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.lists(places, min_size=1, max_size=12), st.randoms())
def test_codes_depend_on_the_place_and_not_on_the_order(
    where: list[tuple[int, int]], random
) -> None:  # type: ignore[no-untyped-def]  # hypothesis' Random
    shapes = numpy.array([Point(x, y) for x, y in where])
    nothing = numpy.full(len(where), None, dtype=object)
    codes = make_codes("cameras", nothing, shapes)
    assert len(set(codes)) == len(where)
    assert all(code.startswith("cameras-") and len(code) <= 64 for code in codes)
    order = list(range(len(where)))
    random.shuffle(order)
    assert set(make_codes("cameras", nothing, shapes[order])) == set(codes)
    jitter = numpy.array([Point(x + 0.0001, y) for x, y in where])  # a tenth of a millimetre
    assert make_codes("cameras", nothing, jitter).tolist() == codes.tolist()


def test_given_codes_are_kept_and_rows_without_shape_stay_without() -> None:
    codes = numpy.array(["C1", None], dtype=object)
    assert make_codes("x", codes, numpy.array([Point(0, 0), None])).tolist() == ["C1", None]
