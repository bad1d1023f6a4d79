// The symbols of the layers, drawn alike on the map's canvas and in legends.
import { svg } from "./dom.js";

const ROUND = { circle: 0, square: 4, diamond: 4, triangle: 3, pentagon: 5, hexagon: 6 };
const TURN = { square: Math.PI / 4, triangle: Math.PI / 6, hexagon: 0, pentagon: -Math.PI / 2 + Math.PI, diamond: 0 };
// Shapes of equal radius look unequally large; these make their areas alike.
const GROW = { circle: 1, square: 1.2, diamond: 1.25, triangle: 1.4, pentagon: 1.15, hexagon: 1.1, cross: 1.25, star: 1.4 };
let patterns = 0;

/** Return a shape's corners around the origin; none for the circle. */
export function corners(shape, radius) {
  const size = radius * GROW[shape];
  if (shape === "cross") {
    const arm = size, thin = size * 0.42;
    return [[-thin, -arm], [thin, -arm], [thin, -thin], [arm, -thin], [arm, thin], [thin, thin], [thin, arm], [-thin, arm], [-thin, thin], [-arm, thin], [-arm, -thin], [-thin, -thin]];
  }
  if (shape === "star") {
    return Array.from({ length: 10 }, (none, i) => spoke(i % 2 ? size * 0.45 : size, -Math.PI / 2 + (i * Math.PI) / 5));
  }
  const count = ROUND[shape];
  const start = shape === "triangle" || shape === "pentagon" ? -Math.PI / 2 : TURN[shape] ?? 0;
  return Array.from({ length: count }, (none, i) => spoke(size, start + (i * 2 * Math.PI) / count));
}

function spoke(length, angle) {
  return [Math.cos(angle) * length, Math.sin(angle) * length];
}

/** Add a shape to a canvas path. */
export function trace(ctx, shape, x, y, radius) {
  const points = corners(shape, radius);
  if (!points.length) {
    ctx.moveTo(x + radius, y);
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  points.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx, y + dy) : ctx.moveTo(x + dx, y + dy)));
  ctx.closePath();
}

/** Return a legend swatch for one entry of a layer's legend. */
export function swatch(layer, entry) {
  const box = svg("svg", { viewBox: "0 0 22 16", class: "swatch", "aria-hidden": "true", focusable: "false" });
  if (layer.kind === "point") box.append(pointSymbol(layer.shape, entry, 11, 8, 5.4));
  else if (layer.kind === "line") box.append(lineSymbol(layer, entry));
  else box.append(...areaSymbol(layer, entry, box));
  return box;
}

function pointSymbol(shape, entry, x, y, radius) {
  const look = { fill: entry.unknown ? "#ffffff" : entry.colour, stroke: entry.unknown ? entry.colour : "#ffffff", "stroke-width": entry.unknown ? 2 : 1 };
  const points = corners(shape, radius);
  if (!points.length) return svg("circle", { cx: x, cy: y, r: radius, ...look });
  return svg("polygon", { points: points.map(([dx, dy]) => `${x + dx},${y + dy}`).join(" "), ...look });
}

function lineSymbol(layer, entry) {
  const pale = ["#ffffff", "#fafafa", "#fbeec2"].includes(entry.colour);
  const under = svg("line", { x1: 1, y1: 8, x2: 21, y2: 8, stroke: pale ? "#bdb4a2" : entry.colour, "stroke-width": pale ? 5 : 3 });
  const over = svg("line", { x1: 1, y1: 8, x2: 21, y2: 8, stroke: entry.colour, "stroke-width": 3, "stroke-dasharray": layer.dash.join(" ") || null });
  return svg("g", {}, pale ? under : null, over);
}

function areaSymbol(layer, entry, box) {
  const filled = layer.fill !== "";
  const made = [svg("rect", {
    x: 2, y: 2, width: 18, height: 12, rx: 1.5, fill: filled ? entry.colour : "none", "fill-opacity": filled ? Math.max(0.18, layer.fillOpacity) : 0,
    stroke: entry.colour, "stroke-width": 1.6, "stroke-dasharray": layer.dash.join(" ") || null,
  })];
  if (entry.unknown) {
    const id = `hatch-${++patterns}`;
    box.append(svg("defs", {}, svg("pattern", { id, width: 4, height: 4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("line", { x1: 0, y1: 0, x2: 0, y2: 4, stroke: "#757575", "stroke-width": 1.2 }))));
    made.push(svg("rect", { x: 2, y: 2, width: 18, height: 12, fill: `url(#${id})` }));
  }
  return made;
}
