// What is at a click, and one feature in full. Everything is shown as text.
import { address, declarations, getJson } from "./api.js";
import { el, icon } from "./dom.js";
import { moment, t } from "./i18n.js";
import { freeRoom, NARROW } from "./sides.js";
import { timeline } from "./timeline.js";
import { fieldRow } from "./values.js";

const L = window.L;
const ASKED = { color: "#0b57d0", weight: 2, radius: 7, fillColor: "#ffffff", fillOpacity: 0.6, interactive: false };
const OUTLINE = { color: "#0b57d0", weight: 3, fillColor: "#0b57d0", fillOpacity: 0.08, interactive: false };

/** Answer clicks on the map and show the selected feature. */
export function setUp(app) {
  const panel = new Panel(app);
  const { map, state } = app;
  app.panel = panel;
  map.on("click", ({ latlng }) => { if (!app.tool) panel.identify(latlng); });
  const box = map.getContainer();
  // The cross at the middle is where Enter asks: who points with mouse or finger asks elsewhere.
  box.addEventListener("pointerdown", () => box.classList.add("is-pointed"));
  box.addEventListener("keydown", (event) => {
    box.classList.remove("is-pointed");
    if (event.key === "Enter" && event.target === box && !app.tool) panel.identify(map.getCenter(), true);
  });
  for (const what of ["selection", "moment"]) state.addEventListener(what, () => panel.showSelection());
  if (state.selection) panel.showSelection();
}

class Panel {
  constructor(app) {
    this.app = app;
    this.node = document.getElementById("detail");
    this.shape = L.layerGroup().addTo(app.map);
    this.found = [];
    this.tools = []; // functions (feature, selection, declared) → node, for the selected feature
    this.turn = 0; // grows with everything that is shown: what was asked for earlier comes too late
    this.guard = null; // asked before something else takes the panel; answers whether it may
    this.shown = null; // the feature as it was when it was shown
    this.node.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
  }

  /** Ask whoever holds the panel whether something else may take it. */
  async leave() {
    return this.guard ? this.guard() : true;
  }

  /** Make room for three columns, or take it back. */
  wide(on) {
    this.node.classList.toggle("is-wide", on);
    document.body.classList.toggle("detail-wide", on);
    this.app.map.invalidateSize({ pan: false });
  }

  async identify(latlng, byKeyboard = false) {
    const { map, state, layers } = this.app;
    const place = latlng.wrap();
    const chosen = [...state.layers].filter((name) => layers.get(name).minZoom <= map.getZoom());
    if (!chosen.length) return;
    this.byKeyboard = byKeyboard;
    const asked = address("/api/identify", {
      lon: place.lng.toFixed(7), lat: place.lat.toFixed(7), zoom: map.getZoom(), layers: chosen.join(","),
    });
    try {
      const answer = await getJson(asked);
      this.found = answer.features ?? answer.results ?? [];
      if (!this.found.length) this.close();
      else if (this.found.length === 1) this.choose(this.found[0]);
      else {
        this.showList(await declarations(this.app.config));
        this.markPlace(place);
      }
    } catch (error) {
      this.showMessage(error.message);
    }
  }

  choose(feature) {
    this.app.state.select({ layer: layerOf(feature), code: codeOf(feature) });
  }

  /** List what is at one place, the layers of work first. */
  showList(declared) {
    const items = this.found.map((feature) => {
      const layer = declared[layerOf(feature)];
      const label = this.app.layers.get(layerOf(feature))?.label ?? layer?.label ?? "";
      const button = el("button", { type: "button", class: "result", on: { click: () => this.choose(feature) } },
        el("span", { class: "result-title" }, titleOf(feature, layer)), el("span", { class: "result-layer" }, label));
      return el("li", {}, button);
    });
    this.open(t("此处有 {n} 项", { n: this.found.length }), [el("ul", { class: "results" }, items)]);
  }

  async showSelection() {
    const { selection } = this.app.state;
    if (!(await this.leave()) || this.app.state.selection !== selection) return undefined;
    this.shape.clearLayers();
    if (!selection) return this.hide();
    const turn = ++this.turn;
    try {
      const path = `/api/collections/${encodeURIComponent(selection.layer)}/items/${encodeURIComponent(selection.code)}`;
      const [feature, declared] = await Promise.all([getJson(address(path)), declarations(this.app.config)]);
      if (this.app.state.selection !== selection || turn !== this.turn) return undefined;
      this.showFeature(feature, selection, declared[selection.layer]);
      return this.mark(feature);
    } catch (error) {
      return this.showMessage(error.message);
    }
  }

  mark(feature) {
    if (!feature.geometry) return;
    const outline = L.geoJSON(feature, {
      ...OUTLINE, style: OUTLINE,
      pointToLayer: (point, latlng) => L.circleMarker(latlng, { ...OUTLINE, radius: 13, fillOpacity: 0.15 }),
    });
    this.shape.addLayer(outline);
    this.bringIntoView(outline.getBounds());
  }

  /** Mark the place whose features are listed: the panel that opens must not lie over it. */
  markPlace(place) {
    this.shape.clearLayers();
    this.shape.addLayer(L.circleMarker(place, ASKED));
    this.app.map.panInside(place, { ...freeRoom(), animate: false });
  }

  /** Show the selected feature in the part of the map that panel and legend leave free. */
  bringIntoView(bounds) {
    const { map } = this.app;
    const free = freeRoom();
    if (this.app.goToSelection) map.fitBounds(bounds, { ...free, maxZoom: 17, animate: false });
    else map.panInside(bounds.getCenter(), { ...free, animate: false });
    this.app.goToSelection = false;
  }

  showFeature(feature, selection, declared) {
    const { properties } = feature;
    this.shown = feature;
    const label = this.app.layers.get(selection.layer)?.label ?? declared.label;
    const rows = declared.fields.flatMap((field) => fieldRow(field, properties[field.name]));
    const facts = el("dl", { class: "facts" }, rows);
    const origin = el("dl", { class: "facts facts-small" },
      pair(t("代码"), selection.code), pair(t("区划代码"), properties.area_code ?? t("不详"), properties.area_code ? "" : "unknown"),
      pair(t("来源"), properties.source || t("不详"), properties.source ? "" : "unknown"),
      pair(t("版本"), properties.row_version), pair(t("更新时间"), properties.updated_at ? moment(properties.updated_at, true) : t("不详")));
    const link = `/api/collections/${encodeURIComponent(selection.layer)}/items/${encodeURIComponent(selection.code)}`;
    const back = this.found.length > 1
      ? el("button", { type: "button", class: "button small", on: { click: async () => { this.app.state.select(null); this.showList(await declarations(this.app.config)); } } }, t("返回列表"))
      : null;
    const past = el("section", { class: "past-list", hidden: true, "aria-live": "polite" });
    this.areaName(properties.area_code, origin);
    this.open(String(properties[declared.title] ?? "") || selection.code, [
      el("p", { class: "detail-layer" }, label), ...this.tools.map((tool) => tool(feature, selection, declared)), facts, el("h3", {}, t("记录")), origin,
      el("div", { class: "detail-actions" }, back,
        el("button", { type: "button", class: "button small", on: { click: () => this.zoomTo() } }, t("放大到此处")),
        this.app.config.historySince ? el("button", { type: "button", class: "button small", on: { click: () => this.showTimeline(selection, declared, past) } }, t("历史")) : null,
        el("a", { class: "button small", href: address(link, { f: "html" }) }, t("接口"))),
      past,
    ]);
  }

  async showTimeline(selection, declared, into) {
    try {
      into.replaceChildren(el("h3", {}, t("历史")), ...(await timeline(this.app, selection, declared)));
    } catch (error) {
      into.replaceChildren(el("p", { class: "form-error" }, error.message));
    }
    into.hidden = false;
    into.scrollIntoView({ block: "nearest" });
  }

  async areaName(code, into) {
    if (!code) return;
    try {
      const area = await getJson(address(`/api/collections/areas/items/${encodeURIComponent(code)}`));
      into.prepend(...pair(t("所在区域"), area.properties.name));
    } catch {
      // The name is an extra: its code is shown anyway.
    }
  }

  zoomTo() {
    const bounds = L.latLngBounds();
    this.shape.eachLayer((layer) => bounds.extend(layer.getBounds()));
    if (bounds.isValid()) this.app.map.fitBounds(bounds, { maxZoom: 18 });
  }

  showMessage(text) {
    this.open(t("出错了"), [el("p", {}, text)]);
  }

  open(title, content) {
    this.turn++;
    const close = el("button", { type: "button", class: "icon-button", "aria-label": t("关闭"), on: { click: () => this.close() } }, icon("close"));
    const heading = el("h2", { id: "detail-title", tabindex: "-1" }, title);
    this.node.replaceChildren(el("div", { class: "detail-head" }, heading, close), el("div", { class: "detail-body", tabindex: "0", role: "group", "aria-labelledby": "detail-title" }, content));
    const fresh = this.node.hidden;
    this.node.hidden = false;
    document.body.classList.add("detail-shown");
    if (NARROW.matches) this.app.showSide(false);
    if (fresh) this.app.map.invalidateSize({ pan: false });
    if (this.byKeyboard) heading.focus();
  }

  async close() {
    if (!(await this.leave())) return;
    this.found = [];
    this.app.state.select(null);
    this.hide();
    if (this.node.contains(document.activeElement) || this.byKeyboard) this.app.map.getContainer().focus();
    this.byKeyboard = false;
  }

  hide() {
    this.shape.clearLayers();
    this.node.hidden = true;
    document.body.classList.remove("detail-shown");
    this.app.map.invalidateSize({ pan: false });
  }
}

function layerOf(feature) {
  return feature.layer ?? feature.collection ?? feature.properties?.layer;
}

function codeOf(feature) {
  return String(feature.code ?? feature.id ?? feature.properties?.code);
}

function titleOf(feature, declared) {
  return String(feature.title ?? feature.properties?.title ?? feature.properties?.[declared?.title] ?? "") || codeOf(feature);
}

function pair(label, value, kind = "") {
  return [el("dt", {}, label), el("dd", { class: kind }, String(value))];
}
