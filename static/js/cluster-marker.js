// One cluster: its count, coloured by the worst grade, with the share of each grade around it
// or below it. What is not graded is hatched.
import { el, svg } from "./dom.js";
import { number, shortCount, t } from "./i18n.js";
import { swatch } from "./symbols.js";

const L = window.L;
const NEUTRAL = "#54616e";

/** Make the marker of a bubble; a click or Enter goes closer. */
export function clusterMarker(app, bubble) {
  const { map } = app;
  const marker = L.marker(map.containerPointToLatLng([bubble.x, bubble.y]), {
    icon: L.divIcon({ html: bubble.family.ring ? ring(bubble) : card(bubble), className: bubble.family.ring ? "bubble" : "bubble bubble-chip", iconSize: [bubble.w, bubble.h] }),
    pane: "bubbles",
    keyboard: true,
    riseOnHover: true,
  });
  marker.on("add", () => {
    const node = marker.getElement();
    const said = (bubble.parts ?? [bubble]).map(describe).join(t("；"));
    node.setAttribute("aria-label", said);
    node.title = said;
    node.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); closer(map, bubble); } });
  });
  marker.on("click", () => closer(map, bubble));
  marker.on("keypress", ({ originalEvent }) => { if (originalEvent.key === "Enter") closer(map, bubble); });
  return marker;
}

function closer(map, bubble) {
  const zoom = Math.min(map.getMaxZoom(), Math.max(map.getZoom() + 1, Math.min(map.getBoundsZoom(bubble.bounds), map.getZoom() + 3)));
  map.setView(bubble.bounds.getCenter(), zoom);
}

function grades(bubble) {
  return bubble.layers[0].grades.map((entry) => ({ ...entry, count: bubble.grades.get(entry.code) ?? 0 })).filter((entry) => entry.count > 0);
}

/** Say what a cluster holds: layers, counts, grades. */
export function describe(bubble) {
  const total = bubble.layers.length > 1 ? `${number(bubble.count)}：` : "";
  const layers = total + bubble.layers.map((layer) => `${layer.label} ${number(bubble.counts.get(layer.name))}`).join(t("、"));
  const graded = grades(bubble).map((entry) => `${entry.label} ${number(entry.count)}`).join(t("、"));
  return graded ? t("{layers}；其中 {graded}", { layers, graded }) : layers;
}

/** Return the colour of the worst known grade in a bubble. */
function worstOf(bubble, parts) {
  const known = parts.filter((entry) => !entry.unknown);
  return known[0]?.colour ?? parts[0]?.colour ?? (bubble.layers.length === 1 ? bubble.layers[0].colour : NEUTRAL);
}

function ring(bubble) {
  const parts = grades(bubble);
  const worst = worstOf(bubble, parts);
  const drawing = svg("svg", { viewBox: "-20 -20 40 40", width: bubble.w, height: bubble.h, "aria-hidden": "true", focusable: "false" },
    svg("circle", { r: 19, fill: "#ffffff" }), ...arcs(parts.length ? parts : [{ colour: worst, count: bubble.count }], bubble.count), svg("circle", { r: 13.2, fill: "#ffffff" }));
  return el("div", { class: "bubble-face", "aria-hidden": "true" }, drawing,
    el("span", { class: "bubble-count", style: { color: darker(worst), "font-size": `${bubble.w < 36 ? 11 : 12.5}px` } }, shortCount(bubble.count)));
}

function card({ parts }) {
  return el("div", { class: "card-face", "aria-hidden": "true" }, parts.map(chip));
}

/** One layer's count on a card; the number is drawn by the style sheet, as the label says it. */
function chip(bubble) {
  const parts = grades(bubble);
  const [layer] = bubble.layers;
  const shares = (parts.length ? parts : [{ colour: layer.colour, count: 1 }]).map((entry) =>
    el("span", { class: entry.unknown ? "share share-unknown" : "share", style: { "flex-grow": entry.count, "background-color": entry.unknown ? "" : entry.colour } }));
  return el("div", { class: "chip-face", style: { "flex-grow": bubble.w } }, swatch(layer, { colour: "#46535f" }),
    el("span", { class: "chip-count", "data-count": shortCount(bubble.count) }), el("span", { class: "shares", "aria-hidden": "true" }, shares));
}

/** Return the ring's arcs, clockwise from the top: the worst first, the unknown hatched. */
function arcs(parts, whole) {
  const total = parts.reduce((sum, entry) => sum + entry.count, 0) || whole;
  let turn = 0;
  return parts.flatMap((entry) => {
    const share = entry.count / total;
    const arc = svg("circle", {
      r: 16, fill: "none", stroke: entry.unknown ? "#c9ccd0" : entry.colour, "stroke-width": 6, pathLength: 100,
      "stroke-dasharray": `${share * 100} ${100 - share * 100}`, "stroke-dashoffset": -turn * 100, transform: "rotate(-90)",
    });
    const made = [arc];
    if (entry.unknown) made.push(...hatches(turn, share));
    turn += share;
    return made;
  });
}

function hatches(turn, share) {
  const count = Math.max(1, Math.round(share * 36));
  return Array.from({ length: count }, (none, i) => {
    const angle = (turn + (share * (i + 0.5)) / count) * 2 * Math.PI - Math.PI / 2;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return svg("line", { x1: cos * 13.2, y1: sin * 13.2, x2: Math.cos(angle + 0.12) * 19, y2: Math.sin(angle + 0.12) * 19, stroke: "#757575", "stroke-width": 1 });
  });
}

/** Return a colour dark enough to read on white. */
export function darker(colour) {
  const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const light = 0.299 * channels[0] + 0.587 * channels[1] + 0.114 * channels[2];
  const by = light > 110 ? 110 / light : 1;
  return `#${channels.map((value) => Math.round(value * by * 0.85).toString(16).padStart(2, "0")).join("")}`;
}
