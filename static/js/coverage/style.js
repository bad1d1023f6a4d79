// How coverage is drawn: told apart without colours too, by fill, stripes and crosses.
import { el } from "../dom.js";

const P = window.protomapsL;
export const SURE = "#1f6fb2";
export const POSSIBLE = "#5aa9e0";
export const CERTAIN_GAP = "#c2410c";
export const UNSURE_GAP = "#b7791f";
export const CELL = "#22303c";

// Where gaps are too small to draw, cells are filled by what is possibly seen of them (per cent): the
// less, the darker, so that they are told apart in grey too.
export const GAPS_FROM = 13; // map zoom: a tile is drawn one zoom further (gisapp/coverage/tiles.py)
export const CLASSES = [
  { below: 1, colour: "#a8320a", label: "< 1 %" }, { below: 5, colour: "#d9692f", label: "1–5 %" },
  { below: 20, colour: "#efa469", label: "5–20 %" }, { below: 50, colour: "#f6d5ad", label: "20–50 %" },
  { below: Infinity, colour: "#eaf4fb", label: "≥ 50 %" },
];

function stripes(ctx, size, colour, width, both) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift - 2, size + 2);
    ctx.lineTo(shift + size + 2, -2);
    if (!both) continue;
    ctx.moveTo(shift - 2, -2);
    ctx.lineTo(shift + size + 2, size + 2);
  }
  ctx.stroke();
}

/** The patterns by what they stand for: size in pixels, and what draws one. */
export const PATTERNS = {
  certain: { size: 8, draw: (ctx) => stripes(ctx, 8, CERTAIN_GAP, 1.5, true) },
  unsure: { size: 8, draw: (ctx) => stripes(ctx, 8, UNSURE_GAP, 1.6, false) },
  stale: { size: 16, draw: (ctx) => { ctx.fillStyle = "#9aa3ab"; ctx.fillRect(0, 0, 16, 3); ctx.fillRect(0, 8, 16, 3); } },
};

function pattern(name) {
  const { size, draw } = PATTERNS[name];
  return P.createPattern(size, size, (canvas, ctx) => draw(ctx));
}

/** Return the paint rules of coverage; `app.cover` says what is shown. */
export function paintRules(app) {
  const shown = (part, test = () => true) => (zoom, feature) => app.cover.shows(part, feature.props) && test(feature.props);
  const polygon = (dataLayer, options, filter) => ({ dataLayer, symbolizer: new P.PolygonSymbolizer(options), filter });
  const outline = (dataLayer, options, filter) => ({ dataLayer, symbolizer: new P.LineSymbolizer({ lineJoin: "round", ...options }), filter });
  const kind = (name) => (props) => props.kind === name;
  const stale = ({ state }) => state !== "fresh";
  const fine = P.linear([[12, 0.3], [15, 0.8], [18, 1.6]]);
  const far = () => app.map.getZoom() < GAPS_FROM;
  const classes = CLASSES.map(({ below, colour }, i) => polygon("coverage_cells", { fill: colour, opacity: 0.72 },
    shown("cells", ({ possible_share: seen }) => far() && seen !== undefined && seen < below && seen >= (CLASSES[i - 1]?.below ?? 0))));
  return [
    ...classes,
    polygon("coverage_views", { fill: POSSIBLE, opacity: 0.16 }, shown("views", kind("possible"))),
    polygon("coverage_views", { fill: SURE, opacity: 0.42 }, shown("views", kind("sure"))),
    polygon("coverage_gaps", { pattern: pattern("unsure"), opacity: 0.85 }, shown("gaps", kind("unsure"))),
    polygon("coverage_gaps", { fill: CERTAIN_GAP, opacity: 0.08 }, shown("gaps", kind("certain"))),
    polygon("coverage_gaps", { pattern: pattern("certain"), opacity: 0.5 }, shown("gaps", kind("certain"))),
    outline("coverage_gaps", { color: UNSURE_GAP, width: fine, opacity: 0.8, dash: [4, 3], dashColor: UNSURE_GAP, dashWidth: fine }, shown("gaps", kind("unsure"))),
    outline("coverage_gaps", { color: CERTAIN_GAP, width: fine, opacity: 0.9 }, shown("gaps", kind("certain"))),
    polygon("coverage_cells", { pattern: pattern("stale"), opacity: 0.7 }, shown("cells", stale)),
    outline("coverage_cells", { color: "#ffffff", width: P.linear([[11, 1.6], [16, 4]]), opacity: 0.7 }, shown("cells")),
    outline("coverage_cells", { color: CELL, width: P.linear([[11, 0.7], [16, 1.7]]) }, shown("cells")),
  ];
}

/** A canvas on which areas whose options name a `hatch` are hatched, as in the tiles. */
export const HatchCanvas = window.L.Canvas.extend({
  _fillStroke(ctx, layer) {
    window.L.Canvas.prototype._fillStroke.call(this, ctx, layer);
    const { hatch } = layer.options;
    if (!hatch) return;
    const { size, draw } = PATTERNS[hatch];
    const tile = el("canvas", { width: size, height: size });
    draw(tile.getContext("2d"));
    ctx.globalAlpha = hatch === "certain" ? 0.5 : 0.85;
    ctx.fillStyle = ctx.createPattern(tile, "repeat");
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
  },
});

/** Return how Leaflet draws a gap or a view that lies above the tiles. */
export function overlay(kind) {
  return {
    sure: { stroke: true, color: "#0b3c66", weight: 1.5, fillColor: SURE, fillOpacity: 0.5 },
    possible: { stroke: true, color: "#0b3c66", weight: 1, dashArray: "4 4", fillColor: POSSIBLE, fillOpacity: 0.22 },
    certain: { stroke: true, color: CERTAIN_GAP, weight: 1.6, fillColor: CERTAIN_GAP, fillOpacity: 0.08, hatch: "certain" },
    unsure: { stroke: true, color: UNSURE_GAP, weight: 1.4, dashArray: "4 3", fillColor: "#e7c46a", fillOpacity: 0.12, hatch: "unsure" },
    occluder: { stroke: true, color: "#111820", weight: 2.5, fillColor: "#3d2f1c", fillOpacity: 0.55 },
    cell: { stroke: true, color: "#111820", weight: 4, fill: false },
  }[kind];
}

/** Return a sample for the legend: what the map draws, on a canvas. */
export function sample(kind) {
  const canvas = el("canvas", { width: 52, height: 32, class: "cover-sample", "aria-hidden": "true" });
  const ctx = canvas.getContext("2d");
  ctx.scale(2, 2);
  const flat = (colour, alpha) => { ctx.globalAlpha = alpha; ctx.fillStyle = colour; ctx.fillRect(1, 1, 24, 14); ctx.globalAlpha = 1; };
  const hatch = (name, alpha) => {
    const { size, draw } = PATTERNS[name];
    const tile = el("canvas", { width: size, height: size });
    draw(tile.getContext("2d"));
    ctx.globalAlpha = alpha;
    ctx.fillStyle = ctx.createPattern(tile, "repeat");
    ctx.fillRect(1, 1, 24, 14);
    ctx.globalAlpha = 1;
  };
  const edge = (colour, dash = []) => { ctx.strokeStyle = colour; ctx.setLineDash(dash); ctx.strokeRect(1, 1, 24, 14); };
  const filled = CLASSES.find(({ label }) => label === kind);
  if (filled) { flat(filled.colour, 0.72); edge(CELL); }
  if (kind === "sure") { flat(SURE, 0.42); }
  if (kind === "possible") { flat(POSSIBLE, 0.3); }
  if (kind === "certain") { flat(CERTAIN_GAP, 0.08); hatch("certain", 0.6); edge(CERTAIN_GAP); }
  if (kind === "unsure") { hatch("unsure", 0.85); edge(UNSURE_GAP, [4, 3]); }
  if (kind === "stale") { hatch("stale", 0.8); edge(CELL); }
  return canvas;
}

