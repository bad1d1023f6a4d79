// How declared line and polygon layers are drawn above the base map: all from their declaration.
import { AreaLabel, FONT, HALO } from "./cartography.js";

const P = window.protomapsL;
// The base map draws these itself.
const DRAWN_BELOW = new Set(["areas", "buildings", "key_areas", "railways", "roads", "water"]);
const HATCH = "unknown";

/** Return the declared layers that are drawn from their declaration alone. */
export function overlays({ config }) {
  return config.layers.filter((layer) => layer.kind !== "point" && !DRAWN_BELOW.has(layer.name)).reverse();
}

/** Return a function from a feature to its legend colour. */
export function colours(layer) {
  const byCode = new Map(layer.legend.filter((entry) => entry.code).map((entry) => [entry.code, entry.colour]));
  return (props) => byCode.get(String(props[layer.by])) ?? layer.colour;
}

/** Return the paint rules of the layers above the base map. */
export function overlayPaint(app) {
  return overlays(app).flatMap((layer) => rules(layer, app.state));
}

function rules(layer, state) {
  const colour = colours(layer);
  const isUnknown = new Set(layer.legend.filter((entry) => entry.unknown).map((entry) => entry.code));
  const filter = () => state.shows(layer.name);
  const common = { dataLayer: layer.name, minzoom: layer.minZoom, filter };
  const made = [];
  if (layer.kind === "polygon" && layer.fill) {
    made.push({ ...common, symbolizer: new P.PolygonSymbolizer({ fill: (zoom, f) => colour(f.props), opacity: layer.fillOpacity, perFeature: true }) });
  }
  if (layer.kind === "polygon" && isUnknown.size) {
    made.push({
      ...common,
      filter: (zoom, feature) => filter() && isUnknown.has(feature.props[layer.by]),
      symbolizer: new P.PolygonSymbolizer({ pattern: hatch(), opacity: 0.5 }),
    });
  }
  const width = P.linear([[11, layer.width * 0.4], [14, layer.width * 0.8], [18, layer.width * 1.5]]);
  const opacity = P.linear([[11, 0.4], [14, 0.85], [15, 1]]);
  made.push({ ...common, symbolizer: new P.LineSymbolizer({ color: "#ffffff", width: (zoom) => width(zoom) + 2, opacity: 0.55, lineJoin: "round" }), minzoom: Math.max(13, layer.minZoom) });
  made.push({
    ...common,
    symbolizer: new P.LineSymbolizer({ color: (zoom, f) => colour(f.props), width, dash: layer.dash.length ? layer.dash : undefined, dashColor: (zoom, f) => colour(f.props), dashWidth: width, opacity, perFeature: true, lineJoin: "round" }),
  });
  return made;
}

/** Return the label rules of the layers above the base map. */
export function overlayLabels(app) {
  return overlays(app)
    .filter((layer) => layer.labelField && layer.kind === "polygon")
    .map((layer) => ({
      dataLayer: layer.name,
      minzoom: layer.labelMinZoom,
      symbolizer: new AreaLabel({ font: `500 12px ${FONT}`, fill: layer.colour, field: layer.labelField }),
      filter: () => app.state.shows(layer.name),
    }));
}

function hatch() {
  return P.createPattern(8, 8, (canvas, ctx) => {
    ctx.strokeStyle = "#616161";
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(0, 8);
    ctx.lineTo(8, 0);
    ctx.stroke();
  });
}

export { HALO, HATCH };
