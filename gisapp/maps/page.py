"""The map page's map: built by Folium, holding configuration only and no data.

Folium renders text as templates and script, so nothing that comes from the database may pass
through it: data reaches the page as JSON and tiles and is shown through ``textContent``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import folium
from branca.element import Element, Figure
from folium.template import Template
from markupsafe import Markup

from gisapp.maps.assets import check_header

MAX_ZOOM = 20
MIN_ZOOM = 5


class DistrictMap(folium.Map):
    """A Folium map without Folium's inline styles, scripts and ban on zooming the page.

    Its size comes from our style sheet; its script runs under the page's nonce.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }} tabindex="0" role="application">
            </div>
        {% endmacro %}

        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map(
                {{ this.get_name()|tojson }},
                {
                    center: {{ this.location|tojson }},
                    crs: L.CRS.{{ this.crs }},
                    ...{{this.options|tojavascript}}
                }
            );
        {% endmacro %}
        """
    )


@dataclass(frozen=True)
class Background:
    """An optional XYZ background map, from the settings."""

    url: str
    attribution: str


@dataclass(frozen=True)
class MapParts:
    """A rendered map: what goes into the head, the body and the nonced script of a page."""

    name: str
    header: Markup
    html: Markup
    script: Markup
    background: str = ""  # the script's name of the background layer, if there is one


def build_map(
    bbox: tuple[float, float, float, float], background: Background | None = None
) -> MapParts:
    """Build a map that opens on ``bbox`` (west, south, east, north in degrees, WGS 84).

    Raises RemoteAsset when an element asks for a file of another host.
    """
    west, south, east, north = bbox
    page = DistrictMap(
        location=((south + north) / 2, (west + east) / 2),
        tiles=None,
        zoom_start=11,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=1,
        prefer_canvas=True,
    )
    page._id = "district"
    # As arguments Folium takes these for its tile layer.
    page.options.update(min_zoom=MIN_ZOOM, max_zoom=MAX_ZOOM)
    layer_name = ""
    if background is not None:
        layer = folium.TileLayer(
            tiles=background.url,
            attr=background.attribution or " ",
            max_zoom=MAX_ZOOM,
            max_native_zoom=18,
            overlay=True,
        )
        layer._id = "background"
        page.add_child(layer)
        layer_name = layer.get_name()
    return render(page, layer_name)


def render(page: DistrictMap, background: str) -> MapParts:
    """Render the map's elements and check what they load."""
    figure = cast(Figure, page.get_root())
    for child in list(figure._children.values()):
        child.render()
    # Our own pages declare charset and viewport.
    figure.header._children.pop("meta_http", None)
    check_header(figure.header)
    return MapParts(
        name=page.get_name(),
        header=own_markup(figure.header),
        html=own_markup(figure.html),
        script=own_markup(figure.script),
        background=background,
    )


def own_markup(part: Element) -> Markup:
    """Return what Folium made of configuration alone; no text of the database is in it."""
    return Markup(part.render())  # noqa: S704 - see above: this module never holds data
