// How the quiet base map is drawn: our own context layers, restrained, so that the layers of
// work stand out above it. Colours are light; names are dark with a light halo.

export const OUTSIDE = "#e8e6df"; // beyond the known areas
export const FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif';
export const HALO = "#fdfcf9";

export const LAND = "#f8f6f1";
const WATER = "#bfd9e6";
const WATER_EDGE = "#a5c6d8";
const BUILDING = "#e2dacf";
const BUILDING_EDGE = "#cfc4b6";
const KEY_AREAS = {
  school: "#f4e6c8", hospital: "#f3dbe0", station: "#e3e6ea", market: "#f3e1d0", industrial_park: "#e6e2ec",
  government: "#efdcd8", scenic: "#d9e8cc", military: "#dfe1d6", other: "#e9e7e2",
};
// Class: [first zoom, width at zooms 11, 14, 17, 20, fill, casing].
const ROADS = {
  path: [16, [0, 0, 1.2, 3], "#e3dccf", null],
  track: [15, [0, 0, 1.6, 5], "#eae2d2", null],
  service: [15, [0, 0.8, 4, 16], "#ffffff", "#dcd6ca"],
  residential: [13, [0, 1.2, 7, 26], "#ffffff", "#d8d1c4"],
  tertiary: [12, [0.6, 2.4, 10, 34], "#ffffff", "#cfc7b8"],
  secondary: [11, [1, 3.4, 13, 40], "#fdf3d3", "#d9c48f"],
  primary: [9, [1.5, 4.4, 16, 46], "#fbe5ad", "#d8b56a"],
  trunk: [8, [1.8, 5, 18, 50], "#f9d58f", "#d2a04f"],
  motorway: [7, [2.2, 5.6, 20, 54], "#f4b77a", "#c98646"],
};

const P = window.protomapsL;

/** Return a function of the zoom that runs smoothly through values at zooms 11, 14, 17, 20. */
function widths(values) {
  return P.exp(1.4, [[8, values[0] * 0.5], [11, values[0]], [14, values[1]], [17, values[2]], [20, values[3]]]);
}

function shown(state, layer, test = () => true) {
  return (zoom, feature) => state.shows(layer) && test(feature.props, zoom);
}

function polygon(state, layer, options, rule = {}) {
  return { dataLayer: layer, symbolizer: new P.PolygonSymbolizer(options), filter: shown(state, layer, rule.test), minzoom: rule.minzoom, maxzoom: rule.maxzoom };
}

function line(state, layer, options, rule = {}) {
  return { dataLayer: layer, symbolizer: new P.LineSymbolizer({ lineJoin: "round", ...options }), filter: shown(state, layer, rule.test), minzoom: rule.minzoom, maxzoom: rule.maxzoom };
}

/** Return the paint rules of the base map, from the ground up. */
export function basePaint(state) {
  return [
    { dataLayer: "areas", symbolizer: new P.PolygonSymbolizer({ fill: LAND, stroke: LAND, width: 1 }) },
    polygon(state, "key_areas", { fill: (zoom, feature) => KEY_AREAS[feature?.props.kind] ?? KEY_AREAS.other, perFeature: true, opacity: 0.9 }, { minzoom: 12 }),
    polygon(state, "water", { fill: WATER, stroke: WATER_EDGE, width: 0.7 }),
    polygon(state, "buildings", { fill: BUILDING, stroke: BUILDING_EDGE, width: P.linear([[14, 0], [15, 0.4], [17, 0.8]]) }, { minzoom: 14 }),
    ...roadRules(state),
    ...railwayRules(state),
  ];
}

function roadRules(state) {
  const casings = [];
  const fills = [];
  for (const [kind, [minzoom, sizes, fill, casing]] of Object.entries(ROADS)) {
    const width = widths(sizes);
    const rule = { minzoom, test: (props) => props.class === kind };
    if (casing) casings.push(line(state, "roads", { color: casing, width: (zoom) => width(zoom) + (zoom < 13 ? 0.8 : 1.6), lineCap: "round" }, rule));
    fills.push(line(state, "roads", { color: fill, width, lineCap: "round" }, rule));
  }
  // All casings lie below all fills, so that crossings stay open.
  return [...casings, ...fills];
}

function railwayRules(state) {
  const width = P.linear([[9, 1.2], [13, 2], [17, 4]]);
  return [
    line(state, "railways", { color: "#7b8288", width: (zoom) => width(zoom) + 0.8 }),
    line(state, "railways", { color: "#ffffff", width: (zoom) => Math.max(0.6, width(zoom) - 0.8), dash: [8, 8] }, { minzoom: 11 }),
  ];
}

/** Return the paint rules of borders, which lie above the layers of work. */
export function borderPaint(state) {
  const level = (name) => (props) => props.level === name;
  return [
    line(state, "areas", { color: "#a79cba", width: P.linear([[13, 0.6], [16, 1.1]]), dash: [3, 3] }, { minzoom: 13, test: level("village") }),
    line(state, "areas", { color: "#ffffff", width: 3, opacity: 0.6 }, { test: level("town") }),
    line(state, "areas", { color: "#8d7fa8", width: P.linear([[10, 0.9], [14, 1.6]]), dash: [7, 3, 2, 3] }, { test: level("town") }),
    line(state, "areas", { color: "#6b5b8c", width: P.linear([[9, 5], [14, 9]]), opacity: 0.16 }, { test: level("district") }),
    line(state, "areas", { color: "#5c4c7c", width: P.linear([[9, 1.6], [14, 2.4]]) }, { test: level("district") }),
  ];
}

/** Return the label rules of the base map, the most important first. */
export function baseLabels(state) {
  const name = { labelProps: ["name"] };
  const place = (level, font, fill, rule) => ({
    dataLayer: "places",
    symbolizer: new P.CenteredTextSymbolizer({ ...name, font, fill, stroke: HALO, width: 2.2, maxLineChars: 12 }),
    filter: (zoom, feature) => state.shows("areas") && feature.props.level === level,
    ...rule,
  });
  return [
    place("town", (zoom) => `600 ${zoom < 12 ? 13 : 15}px ${FONT}`, "#4a3d66", { minzoom: 10, maxzoom: 13 }),
    place("village", (zoom) => `500 ${zoom < 15 ? 12 : 13}px ${FONT}`, "#6a5f80", { minzoom: 14, maxzoom: 17 }),
    lineName(state, "roads", 13, (zoom) => `500 ${zoom < 16 ? 11 : 12}px ${FONT}`, "#6b5a3c", (props) => props.class !== "service"),
    lineName(state, "railways", 13, () => `600 11px ${FONT}`, "#4d565e"),
    areaName(state, "water", 13, `italic 500 12px ${FONT}`, "#3d7390"),
    areaName(state, "key_areas", 15, `500 11px ${FONT}`, "#6d5b4d"),
  ];
}

function lineName(state, layer, minzoom, font, fill, test) {
  return {
    dataLayer: layer,
    minzoom,
    symbolizer: new P.LineLabelSymbolizer({
      labelProps: ["name"], font, fill, stroke: HALO, width: 3, position: P.LineLabelPlacement.Center, repeatDistance: 320,
    }),
    filter: shown(state, layer, test),
  };
}

function areaName(state, layer, minzoom, font, fill) {
  return { dataLayer: layer, minzoom, symbolizer: new AreaLabel({ font, fill }), filter: shown(state, layer) };
}

/** A name inside a polygon, once per neighbourhood, and only where it fits. */
export class AreaLabel {
  constructor({ font, fill, field = "name", overhang = 1.15 }) {
    this.text = { font, fill, field, overhang };
  }

  place(layout, geom, feature) {
    const name = feature.props[this.text.field];
    if (!name) return undefined;
    const ring = widest(geom);
    const box = bounds(ring);
    layout.scratch.font = this.text.font;
    const width = layout.scratch.measureText(name).width;
    const height = 14;
    if (box.maxX - box.minX < width / this.text.overhang || box.maxY - box.minY < height) return undefined;
    const spot = innerPoint(ring, box);
    return [{
      anchor: spot,
      bboxes: [{ minX: spot.x - width / 2 - 2, minY: spot.y - height / 2, maxX: spot.x + width / 2 + 2, maxY: spot.y + height / 2 }],
      draw: (ctx) => drawText(ctx, name, width, this.text),
      deduplicationKey: `${feature.props.code}`,
      deduplicationDistance: 500,
    }];
  }
}

function drawText(ctx, name, width, { font, fill }) {
  ctx.globalAlpha = 1;
  ctx.font = font;
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.4;
  ctx.strokeStyle = HALO;
  ctx.strokeText(name, -width / 2, 4);
  ctx.fillStyle = fill;
  ctx.fillText(name, -width / 2, 4);
}

function bounds(ring) {
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const { x, y } of ring) {
    box.minX = Math.min(box.minX, x);
    box.maxX = Math.max(box.maxX, x);
    box.minY = Math.min(box.minY, y);
    box.maxY = Math.max(box.maxY, y);
  }
  return box;
}

function widest(geom) {
  const span = (ring) => { const box = bounds(ring); return (box.maxX - box.minX) * (box.maxY - box.minY); };
  return geom.reduce((best, ring) => (span(ring) > span(best) ? ring : best));
}

/** Return the middle of the longest horizontal run inside a ring, of a few rows near its middle. */
function innerPoint(ring, box) {
  let best = { length: 0, x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 };
  for (const share of [0.5, 0.42, 0.58, 0.3, 0.7]) {
    const y = box.minY + (box.maxY - box.minY) * share;
    const cuts = [];
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [a, b] = [ring[j], ring[i]];
      if ((a.y > y) !== (b.y > y)) cuts.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
    }
    cuts.sort((first, second) => first - second);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const length = cuts[i + 1] - cuts[i];
      if (length > best.length * 1.2) best = { length, x: (cuts[i] + cuts[i + 1]) / 2, y };
    }
  }
  const point = ring[0].clone();
  point.x = best.x;
  point.y = best.y;
  return point;
}
