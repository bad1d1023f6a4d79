// The list of layers: on or off, how many, and what the symbols mean.
import { getJson } from "./api.js";
import { drawnPoints } from "./clusters.js";
import { debounce, el, icon } from "./dom.js";
import { openExport } from "./exporting.js";
import { number, t } from "./i18n.js";
import { swatch } from "./symbols.js";

/** Fill the panel with the groups of layers. */
export function setUp(app) {
  const pane = document.getElementById("pane-layers");
  const rows = new Map();
  for (const { name, label } of app.config.groups) {
    const members = app.config.layers.filter((layer) => layer.group === name);
    pane.append(section(app, name, label, members, rows));
  }
  offerExport(app, pane);
  app.state.addEventListener("layers", () => { for (const [name, row] of rows) row.box.checked = app.state.shows(name); });
  const hints = () => { for (const row of rows.values()) tellZoom(app, row); };
  app.map.on("zoomend", hints);
  app.state.addEventListener("layers", hints);
  hints();
  app.state.addEventListener("data", () => showCounts(app, rows));
  showCounts(app, rows);
  // Counting is dear: not after every single change.
  app.state.addEventListener("changed", debounce(() => showCounts(app, rows), 3000));
}

function section(app, group, label, members, rows) {
  const id = `group-${group}`;
  const list = el("ul", { class: "layer-list" }, members.map((layer) => {
    const row = layerRow(app, layer);
    rows.set(layer.name, row);
    return row.node;
  }));
  return el("section", { class: "layer-group", "aria-labelledby": id }, el("h2", { id }, label), list);
}

function layerRow(app, layer) {
  const box = el("input", { type: "checkbox", id: `layer-${layer.name}` });
  box.checked = app.state.shows(layer.name);
  box.addEventListener("change", () => app.state.setLayer(layer.name, box.checked));
  const count = el("a", { class: "layer-count", href: `/layers/${layer.name}` });
  const zoomHint = el("span", { class: "zoom-hint", hidden: true });
  const head = el("div", { class: "layer-head" },
    box, el("label", { for: box.id }, swatchOf(layer), el("span", { class: "layer-name" }, layer.label)), zoomHint, count);
  const node = el("li", { class: "layer-item" }, head);
  if (layer.may.includes("create")) head.append(newButton(app, layer));
  else if (app.config.layers.some((one) => one.may.includes("create"))) head.append(el("span", { class: "fold add", "aria-hidden": "true" }));
  if (layer.legend.length > 1) unfold(layer, head, node);
  return { node, box, count, zoomHint, layer };
}

/** Put the button that exports below the layers, for those who may take some away. */
function offerExport(app, pane) {
  const allowed = app.config.layers.filter((layer) => layer.may.includes("export"));
  if (!allowed.length) return;
  const open = () => {
    const first = (layer) => (app.state.selection?.layer === layer.name ? 2 : Number(app.state.shows(layer.name)));
    const ranked = [...allowed].sort((one, other) => first(other) - first(one));
    openExport(app.config, ranked.map((layer) => ({
      title: layer.label, path: `/api/collections/${layer.name}`,
      given: () => (layer.time && app.state.interval ? { datetime: app.state.interval } : {}),
    })), () => shownBox(app.map));
  };
  pane.append(el("p", { class: "layer-export" }, el("button", { type: "button", class: "button", on: { click: open } }, t("导出…"))));
}

/** Return the shown part of the map as the API's `bbox`. */
function shownBox(map) {
  const bounds = map.getBounds();
  const west = Math.max(bounds.getWest(), -180), east = Math.min(bounds.getEast(), 180);
  return [west, Math.max(bounds.getSouth(), -85), east, Math.min(bounds.getNorth(), 85)].map((angle) => angle.toFixed(6)).join(",");
}

function newButton(app, layer) {
  const said = t("新增{layer}", { layer: layer.label });
  return el("button", { type: "button", class: "fold add", "aria-label": said, title: said, on: { click: () => app.edit.create(layer) } }, icon("plus"));
}

function swatchOf(layer) {
  return layer.legend.length > 1 && layer.kind === "point"
    ? swatch(layer, { colour: layer.colour })
    : swatch(layer, layer.legend[0]);
}

/** Put a layer's legend below its line, folded until its button is pressed. */
function unfold(layer, head, node) {
  const list = el("ul", { class: "legend", id: `legend-${layer.name}`, hidden: true },
    layer.legend.map((entry) => el("li", {}, swatch(layer, entry), el("span", {}, entry.label))));
  const button = el("button", {
    type: "button", class: "fold", "aria-expanded": "false", "aria-controls": list.id,
    "aria-label": t("{layer}的图例", { layer: layer.label }),
    on: {
      click: () => {
        list.hidden = !list.hidden;
        button.setAttribute("aria-expanded", String(!list.hidden));
      },
    },
  }, icon("chevron"));
  head.append(button);
  node.append(list);
}

function tellZoom(app, { layer, zoomHint }) {
  const drawn = layer.kind === "point" ? drawnPoints(app).includes(layer) : app.map.getZoom() >= layer.minZoom;
  const tooFar = app.state.shows(layer.name) && !drawn;
  zoomHint.hidden = !tooFar;
  zoomHint.textContent = tooFar ? t("放大后显示") : "";
}

async function showCounts(app, rows) {
  try {
    const facts = await getJson("/map/summary.json");
    app.facts = facts;
    app.state.tell("facts");
    for (const [name, row] of rows) {
      const { count } = facts[name] ?? { count: 0 };
      row.count.textContent = number(count);
      const said = t("{layer}：{n} 条，逐条查看", { layer: row.layer.label, n: number(count) });
      row.count.setAttribute("aria-label", said);
      row.count.title = said;
      row.node.classList.toggle("is-empty", count === 0);
    }
  } catch {
    // Counts are an extra: the map works without them.
  }
}
