// The legend on the map and on paper: what the shapes and colours of the shown layers mean.
import { drawnPoints } from "./clusters.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { NARROW } from "./sides.js";
import { swatch } from "./symbols.js";

/** Put the legend on the map and keep it in step with the chosen layers. */
export function setUp(app) {
  const body = el("div", { class: "map-legend-body" });
  const box = el("details", { class: "map-legend", open: !NARROW.matches }, el("summary", {}, t("图例")), body);
  document.querySelector(".map-area").append(box);
  const show = () => {
    body.replaceChildren(...legendParts(app));
    box.hidden = !body.children.length;
  };
  for (const what of ["layers", "facts"]) app.state.addEventListener(what, show);
  app.map.on("zoomend", show);
  show();
}

/**
 * Return the legend of the shown layers above the base map: the shapes of the point layers,
 * each table of colours once, then lines and areas.
 */
export function legendParts(app) {
  const zoom = app.map.getZoom();
  const holds = ({ name }) => app.facts?.[name]?.count !== 0; // not known yet counts as rows
  const shown = app.config.layers.filter((layer) => layer.group !== "context" && layer.kind !== "point" && app.state.shows(layer.name) && layer.minZoom <= zoom && holds(layer));
  const points = drawnPoints(app).filter(holds);
  const parts = [];
  if (points.length) parts.push(list(points.map((layer) => [layer, { colour: "#3d4a57", label: layer.label }])));
  for (const layers of tables(points)) {
    const [{ label, byLabel }] = layers;
    parts.push(el("h3", {}, layers.length > 1 ? byLabel : t("{layer}：{field}", { layer: label, field: byLabel })),
      list(layers[0].legend.map((entry) => [{ kind: "point", shape: "circle" }, entry])));
  }
  for (const layer of shown) {
    parts.push(el("h3", {}, layer.label), list(layer.legend.map((entry) => [layer, entry])));
  }
  return parts;
}

function list(lines) {
  const narrow = lines.length > 4 && lines.every(([, entry]) => entry.label.length <= 8);
  return el("ul", { class: narrow ? "two-columns" : null }, lines.map(([layer, entry]) => el("li", {}, swatch(layer, entry), el("span", {}, entry.label))));
}

/** Group point layers that share a table of colours. */
function tables(points) {
  const found = new Map();
  for (const layer of points.filter((one) => one.legend.length > 1)) {
    const key = JSON.stringify(layer.legend);
    found.set(key, [...(found.get(key) ?? []), layer]);
  }
  return found.values();
}
