// One feature of a point layer on the canvas: its layer's shape in its value's colour.
import { trace } from "./symbols.js";

const L = window.L;

/** A circle marker with another outline. */
export const ShapeMarker = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const ctx = renderer._ctx;
    ctx.beginPath();
    trace(ctx, this.options.shape, this._point.x, this._point.y, this._radius);
    renderer._fillStroke(ctx, this);
  },
});

/** Return the legend entry of a feature, its layer's plain look when its value has none. */
export function entryOf(layer, value) {
  return layer.legend.find((entry) => entry.code === String(value)) ?? { colour: layer.colour, unknown: layer.by !== "" && (value === null || value === undefined) };
}

/** Make the marker of one feature. */
export function featureMarker(app, layer, feature) {
  const [lon, lat] = feature.geometry.coordinates;
  return shapeMarker(app, layer, [lat, lon], entryOf(layer, feature.properties[layer.by]));
}

/** Make the marker of a cluster of one, coloured by its grade. */
export function singleMarker(app, { layers: [layer], latlng, grades }) {
  const [grade] = grades.keys();
  const entry = layer.grades.find((one) => one.code === grade) ?? { colour: layer.colour, unknown: false };
  return shapeMarker(app, layer, latlng, entry);
}

/** A feature's symbol. An unknown value is drawn hollow, never as a good one. */
function shapeMarker(app, layer, place, entry) {
  const grow = app.map.getZoom() >= 17 ? 1.35 : app.map.getZoom() >= 15 ? 1.15 : 1;
  return new ShapeMarker(place, {
    renderer: app.pointRenderer,
    pane: "points",
    interactive: false, // clicks are answered by the server, for all layers at once
    shape: layer.shape || "circle",
    radius: layer.radius * grow,
    color: entry.unknown ? entry.colour : "#ffffff",
    weight: entry.unknown ? 2 : 1.2,
    fillColor: entry.unknown ? "#ffffff" : entry.colour,
    fillOpacity: entry.unknown ? 0.9 : 0.95,
  });
}
