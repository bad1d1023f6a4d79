"""What the map page's scripts are told: layers, legends, addresses. No data rows.

Two parts: what is needed to draw the first view, and the declarations for panel and tables,
which are fetched when they are first needed.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pyproj

from gisapp.access.caller import Caller
from gisapp.features.crs import crs_of
from gisapp.maps.legend import entries, grade_entries, kind_of, shape_of
from layers.catalogue import LAYERS
from layers.spec import Action, Field, Group, Layer, Text

GROUPS: dict[Group, Text] = {
    "operational": Text("业务图层", "Operational layers"),
    "support": Text("业务支撑", "Support layers"),
    "context": Text("底图要素", "Base map"),
}
# What a page offers to do with rows, for those who may.
OFFERED: tuple[Action, ...] = ("create", "update", "delete", "history", "export")
# Drawn by the base map, in the order in which its control lists them.
TILE_URL = "/api/tiles/WebMercatorQuad/{z}/{y}/{x}"


def layer_config(layer: Layer, language: str) -> dict[str, Any]:
    """Return what the map needs to draw ``layer`` and its legend."""
    style = layer.style
    field = layer.field_named(style.by) if style.by else None
    return {
        "name": layer.name,
        "label": layer.label.say(language),
        "group": layer.group,
        "kind": kind_of(layer),
        "geometry": layer.geometry,
        "shape": shape_of(layer),
        "visible": layer.visible,
        "minZoom": style.min_zoom,
        "labelMinZoom": style.label_min_zoom,
        "by": style.by,
        "byLabel": field.label.say(language) if field else "",
        "labelField": style.label,
        "colour": style.colour,
        "fill": style.fill,
        "fillOpacity": style.fill_opacity,
        "width": style.width,
        "radius": style.radius,
        "dash": list(style.dash),
        "time": layer.time,
        "grade": layer.grade,
        "legend": [legend_line(item) for item in entries(layer, language)],
        "grades": [legend_line(item) for item in grade_entries(layer, language)],
    }


def legend_line(item: Any) -> dict[str, Any]:
    """Return one legend entry without what is not set."""
    return {key: value for key, value in asdict(item).items() if value not in (None, False)}


def field_config(field: Field, language: str) -> dict[str, Any]:
    """Return what panel and filters need to show one field."""
    told: dict[str, Any] = {
        "name": field.name,
        "type": field.type,
        "label": field.label.say(language),
        "unit": field.unit_in(language),
        "help": field.help.say(language) if field.help else "",
        "standard": field.standard,
        "required": field.required,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "maxLength": field.max_length if field.type == "text" else None,
        "choices": [
            {
                "code": choice.code,
                "label": choice.label.say(language),
                "colour": choice.colour,
                "unknown": choice.unknown,
            }
            for choice in field.choices
        ],
    }
    # Zero is a limit too.
    return {key: value for key, value in told.items() if value or type(value) in (int, float)}


def declarations(language: str) -> dict[str, Any]:
    """Return every layer's fields in ``language``, by layer name."""
    return {
        layer.name: {
            "label": layer.label.say(language),
            "description": layer.description.say(language),
            "title": layer.title,
            "time": layer.time,
            "standard": layer.standard,
            "fields": [
                {**field_config(field, language), "openEnd": field.name == layer.valid_until}
                for field in layer.fields
            ],
        }
        for layer in LAYERS.values()
    }


def map_layers(language: str, caller: Caller) -> list[dict[str, Any]]:
    """Return all layers in the order in which the control lists them: by group, top first.

    Each says what the caller ``may`` do with its rows, so that no page offers what is refused.
    """
    order = list(GROUPS)
    chosen = sorted(LAYERS.values(), key=lambda item: (order.index(item.group), -item.order))
    return [
        {**layer_config(layer, language), "may": [a for a in OFFERED if caller.may(a, layer)]}
        for layer in chosen
    ]


def metric_crs(srid: int) -> dict[str, Any] | None:
    """Return the transverse Mercator parameters of the metric CRS, or None for another kind.

    Angles in degrees, lengths in metres; ``a`` and ``rf`` are the ellipsoid's. The page projects
    with them itself (``static/js/projection.js``).
    """
    crs = pyproj.CRS.from_epsg(srid)
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if operation is None or ellipsoid is None or "Transverse Mercator" not in operation.method_name:
        return None
    values = {item.name: item.value for item in operation.params}
    offered = crs_of(srid)
    return {
        "srid": srid,
        "uri": offered.uri,
        "northFirst": offered.north_first,
        "name": crs.name,
        "a": ellipsoid.semi_major_metre,
        "rf": ellipsoid.inverse_flattening,
        "lat0": values["Latitude of natural origin"],
        "lon0": values["Longitude of natural origin"],
        "k0": values["Scale factor at natural origin"],
        "x0": values["False easting"],
        "y0": values["False northing"],
    }
