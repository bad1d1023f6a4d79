// Spatial queries: choose one, fill its form, see the answer on the map and as a list.
import { address, getJson } from "./api.js";
import { el } from "./dom.js";
import { openExport } from "./exporting.js";
import { number, t } from "./i18n.js";
import { queryForm } from "./query-form.js";
import { summary, value } from "./query-summary.js";
import { freeRoom, NARROW } from "./sides.js";

const L = window.L;
const LOOK = { color: "#7a1fa2", weight: 2.2, fillColor: "#9c27b0", fillOpacity: 0.18, interactive: false };
const FOUND = { color: "#ffb000", weight: 5, fillOpacity: 0.1, interactive: false };
const ASKED = { color: "#00695c", weight: 3, dashArray: "6 5", fill: false, interactive: false };
const ROWS = 200; // listed; the map shows all that the server sent
const LIMIT = 2000;
const MANY = 300; // answers

/** Fill the tab when it is first opened, or at once when the address asks a query. */
export function setUp(app) {
  const tool = new QueryTool(app);
  const tab = document.getElementById("tab-queries");
  tab.addEventListener("chosen", () => tool.open());
  app.askQuery = (name, given) => {
    tool.run(name, given); // first: choosing the tab opens the list otherwise
    tab.click();
    app.showSide(true);
  };
  app.state.addEventListener("moment", () => { if (tool.answer) tool.showList(); });
  const asked = new URLSearchParams(location.search);
  if (asked.has("query")) {
    const name = asked.get("query");
    asked.delete("query");
    asked.delete("lang");
    tool.open(name, Object.fromEntries(asked)); // first: choosing the tab opens the list otherwise
    tab.click();
  }
}

class QueryTool {
  constructor(app) {
    this.app = app;
    this.pane = document.getElementById("pane-queries");
    this.overlay = L.layerGroup().addTo(app.map);
    this.found = L.layerGroup().addTo(app.map);
    app.map.createPane("answers").style.zIndex = "430";
    this.renderer = L.canvas({ pane: "answers" });
  }

  /** Ask a query by its name, whether the list was read before or not. */
  run(name, given) {
    const query = this.queries?.find((one) => one.name === name);
    if (query) this.showForm(query, given, true);
    else this.open(name, given);
  }

  async open(name = "", given = {}) {
    if (this.queries) return;
    this.queries = [];
    this.pane.replaceChildren(el("p", { class: "muted", role: "status" }, t("正在读取…")));
    try {
      ({ queries: this.queries } = await getJson("/api/queries?f=json"));
      const query = this.queries.find((one) => one.name === name);
      if (query) this.showForm(query, given, true);
      else this.showList();
    } catch (error) {
      this.queries = null;
      this.pane.replaceChildren(el("p", { class: "form-error", role: "alert" }, error.message));
    }
  }

  showList() {
    this.clear();
    this.pane.replaceChildren(el("ul", { class: "query-list" }, this.queries.map((query) => el("li", {},
      el("button", { type: "button", class: "query-choice", on: { click: () => this.showForm(query, {}, false) } },
        el("span", { class: "query-title" }, query.title), el("span", { class: "muted" }, query.description))))));
  }

  showForm(query, given, run) {
    const back = el("button", { type: "button", class: "button small", on: { click: () => this.showList() } }, t("全部查询"));
    this.answer = el("div", { class: "query-answer" });
    this.pane.replaceChildren(back, el("h2", { class: "query-heading" }, query.title), el("p", { class: "muted query-about" }, query.description),
      queryForm(this.app, query, given, (values) => this.ask(query, values)), this.answer);
    this.pane.scrollTop = 0;
    if (run) this.ask(query, given);
  }

  async ask(query, values) {
    this.overlay.clearLayers();
    this.found.clearLayers();
    this.answer.replaceChildren(el("p", { class: "muted", role: "status" }, t("正在查询…")));
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
    history.replaceState(null, "", `${address("/", { query: query.name, ...given })}${location.hash}`);
    try {
      const answer = await getJson(address(`/api/queries/${query.name}`, { ...given, limit: LIMIT, f: "json" }));
      this.draw(answer, query.parameters.filter(({ type }) => ["point", "place"].includes(type)).map(({ name }) => given[name] ?? ""));
      this.list(query, answer, given);
    } catch (error) {
      this.answer.replaceChildren(el("p", { class: "form-error", role: "alert" }, error.message));
    }
  }

  draw(answer, places) {
    this.shown = L.geoJSON(null, {
      renderer: this.renderer, pane: "answers", style: LOOK, interactive: false,
      pointToLayer: (feature, latlng) => L.circleMarker(latlng, { ...LOOK, renderer: this.renderer, pane: "answers", radius: this.radius }),
    });
    this.overlay.addLayer(this.shown);
    this.drawRows(answer.features);
    const bounds = boundsOf(answer.features);
    for (const asked of places.map(askedPlace).filter(Boolean)) {
      this.overlay.addLayer(asked);
      bounds.extend(asked.getBounds?.() ?? asked.getLatLng());
    }
    if (bounds.isValid()) this.app.map.fitBounds(bounds, { ...freeRoom(), maxZoom: 17, animate: false });
  }

  drawRows(features) {
    this.radius = features.length > MANY ? 3 : 7; // many rings would hide what they ring
    this.shown.clearLayers();
    this.shown.addData({ type: "FeatureCollection", features: features.filter((feature) => feature.geometry) });
  }

  list(query, answer, given) {
    const links = (format, label) => el("a", { class: "button small", href: address(`/api/queries/${query.name}`, { ...given, f: format }), download: `${query.name}.${format === "csv" ? "csv" : "geojson"}` }, label);
    const rows = el("div", { class: "query-rows" }, this.rows(answer, null));
    const choose = (features) => {
      this.found.clearLayers();
      this.drawRows(features ?? answer.features);
      rows.replaceChildren(...this.rows(answer, features));
    };
    this.answer.replaceChildren(
      el("p", { class: "query-count", role: "status" }, el("strong", {}, t("共 {n} 条", { n: number(answer.numberMatched) }))),
      ...answer.notes.map((note) => el("p", { class: "muted small-text" }, note)),
      el("div", { class: "detail-actions" }, links("csv", t("导出表格")), links("json", "GeoJSON"), this.exportButton(query, given),
        el("a", { class: "button small", href: address(`/queries/${query.name}`, given) }, t("表格页"))),
      summary(answer, choose), rows, rules(answer));
  }

  /** Return the list of an answer's rows, or of those that one line of its sums counts. */
  rows(answer, chosen) {
    const features = chosen ?? answer.features;
    const partly = answer.features.length < answer.numberMatched;
    return [
      chosen ? el("p", { class: "muted small-text", role: "status" }, partly
        ? t("列出其中 {n} 条（只在前 {most} 条里找），全部见表格页或导出", { n: number(chosen.length), most: number(answer.features.length) })
        : t("列出其中 {n} 条", { n: number(chosen.length) })) : "",
      el("ul", { class: "results" }, features.slice(0, ROWS).map((feature) => this.row(answer.columns, feature))),
      features.length > ROWS ? el("p", { class: "muted" }, t("此处列出前 {n} 条，全部见表格页或导出", { n: ROWS })) : "",
    ];
  }

  exportButton(query, given) {
    if (!this.app.config.layers.every((layer) => layer.may.includes("export"))) return null;
    const open = () => openExport(this.app.config, [{ title: query.title, path: `/api/queries/${query.name}`, given: () => given }]);
    return el("button", { type: "button", class: "button small", on: { click: open } }, t("导出…"));
  }

  row(columns, feature) {
    const values = feature.properties;
    const title = values.title ?? values.name ?? values.code ?? "";
    const facts = columns.filter((column) => !["title", "name"].includes(column.name) && values[column.name] !== null && values[column.name] !== undefined)
      .map((column) => `${column.title} ${value(column, values[column.name])}`);
    const button = el("button", { type: "button", class: "result", on: { click: () => this.go(feature, columns) } },
      el("span", { class: "result-title" }, String(title)), el("span", { class: "result-sub" }, facts.join(" · ")));
    return el("li", {}, button);
  }

  go(feature, columns) {
    const { map, state, layers } = this.app;
    this.found.clearLayers();
    if (feature.geometry) {
      const mark = L.geoJSON(feature, { style: FOUND, interactive: false, pointToLayer: (point, latlng) => L.circleMarker(latlng, { ...FOUND, radius: 12 }) });
      this.found.addLayer(mark);
      map.fitBounds(mark.getBounds(), { ...freeRoom(), maxZoom: 18, animate: false });
    }
    const coded = columns.find((column) => column.feature_of && feature.properties[column.name]);
    const layer = coded && (layers.has(coded.feature_of) ? coded.feature_of : feature.properties[coded.feature_of]);
    if (layers.has(layer)) state.select({ layer, code: String(feature.properties[coded.name]) });
    if (NARROW.matches) this.app.showSide(false);
  }

  clear() {
    this.overlay.clearLayers();
    this.found.clearLayers();
    if (location.search) history.replaceState(null, "", `/${location.hash}`);
  }
}

/** Return the bounds of an answer. What only reaches in and counts elsewhere, such as the town around a cell, does not widen them. */
function boundsOf(features) {
  const shown = features.filter((feature) => feature.geometry);
  const own = shown.filter((feature) => feature.properties.counted !== false);
  return L.geoJSON({ type: "FeatureCollection", features: own.length ? own : shown }).getBounds();
}

/** Return what shows the place that was asked about: a position or a line, as the form writes them. */
function askedPlace(text) {
  const numbers = (text.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  const points = numbers.flatMap((lon, i) => (i % 2 ? [] : [[numbers[i + 1], lon]]));
  if (/^\s*LINESTRING\s*\(/i.test(text) && points.length > 1) return L.polyline(points, ASKED);
  return numbers.length === 2 ? L.circleMarker(points[0], { ...ASKED, radius: 8, dashArray: null }) : null;
}

function rules(answer) {
  return el("details", { class: "query-rules" }, el("summary", {}, t("规则与来源")),
    el("ul", {}, answer.rules.map((rule) => el("li", {}, rule.text, " ", el("span", { class: "muted" }, rule.source)))));
}
