// What differs in a layer between two moments, drawn: each kind by its colour, mark and dash.
import { address, declarations, getJson } from "./api.js";
import { el, svg } from "./dom.js";
import { number, t } from "./i18n.js";
import { boxText, instantOf, momentBox } from "./past.js";
import { NARROW } from "./sides.js";
import { said } from "./values.js";

const L = window.L;
const LIMIT = 1000;
const ROWS = 200; // listed; the map shows all that the server sent
export const KINDS = {
  added: { label: "新增", colour: "#1b7f3b", dash: "", mark: "M-5 0H5M0 -5V5" },
  removed: { label: "删除", colour: "#b3261e", dash: "2 7", mark: "M-4 -4L4 4M4 -4L-4 4" },
  changed: { label: "修改", colour: "#b26a00", dash: "11 5", mark: "M-5 2L0 -4L5 2" },
};

/** Put the form of the comparison into the tab of the past. */
export function setUp(app) {
  if (!app.config.historySince) return;
  const tool = new Differences(app);
  document.getElementById("pane-past").append(tool.node);
}

class Differences {
  constructor(app) {
    this.app = app;
    app.map.createPane("differences").style.zIndex = "630";
    this.shapes = L.layerGroup().addTo(app.map);
    this.from = momentBox(app, "difference-from", t("从"));
    this.to = momentBox(app, "difference-to", t("到（不填为现在）"));
    this.layer = el("select", { id: "difference-layer" }, app.config.layers.map((layer) => el("option", { value: layer.name }, layer.label)));
    this.here = el("input", { type: "checkbox", id: "difference-here" });
    this.say = el("p", { class: "form-error", role: "alert" });
    this.answer = el("div", { class: "query-answer" });
    const form = el("form", { class: "query-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.ask(); } } },
      el("div", { class: "field" }, el("label", { for: this.layer.id }, t("图层")), this.layer), this.from.node, this.to.node,
      el("label", { class: "check" }, this.here, t("只比较当前视野")), this.say,
      el("div", { class: "detail-actions" }, el("button", { type: "submit", class: "button primary" }, t("比较")),
        el("button", { type: "button", class: "button", on: { click: () => this.clear() } }, t("清除"))));
    this.from.input.value = boxText(Math.max(Date.parse(app.config.historySince) + 60e3, Date.now() - 7 * 86400e3));
    this.node = el("section", { class: "layer-group", "aria-labelledby": "difference-title" },
      el("h2", { id: "difference-title" }, t("两个时刻的差异")), form, this.answer);
  }

  async ask() {
    const { map } = this.app;
    const from = instantOf(this.from.input.value);
    this.clear();
    this.say.textContent = from ? "" : t("请填写起始时刻");
    if (!from) return;
    this.answer.replaceChildren(el("p", { class: "muted", role: "status" }, t("正在比较…")));
    const view = map.getBounds();
    const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((value) => value.toFixed(6)).join(",");
    const query = { from, to: instantOf(this.to.input.value), bbox: this.here.checked ? box : "", limit: LIMIT };
    try {
      const [found, declared] = await Promise.all([getJson(address(`/api/collections/${this.layer.value}/difference`, query)), declarations(this.app.config)]);
      this.draw(found);
      this.list(found, declared[found.layer]);
    } catch (error) {
      this.answer.replaceChildren();
      this.say.textContent = error.message;
    }
  }

  draw({ features }) {
    const bounds = L.latLngBounds([]);
    for (const feature of features) {
      const kind = KINDS[feature.properties.difference];
      if (feature.properties.former) this.shapes.addLayer(shape({ type: "Feature", geometry: feature.properties.former }, { ...kind, dash: "1 5" }, 0));
      const drawn = shape(feature, kind, 0.2);
      this.shapes.addLayer(drawn);
      bounds.extend(drawn.getBounds());
    }
    if (bounds.isValid() && !this.here.checked) this.app.map.fitBounds(bounds, { maxZoom: 17, padding: [30, 30], animate: false });
  }

  list({ counts, features, notes, numberMatched }, declared) {
    const legend = el("ul", { class: "difference-legend" }, Object.entries(KINDS).map(([name, kind]) =>
      el("li", {}, sample(kind), `${t(kind.label)} `, el("strong", {}, number(counts[name])))));
    const rows = features.slice(0, ROWS).map((feature) => this.row(feature, declared));
    const more = features.length > ROWS ? el("p", { class: "muted" }, t("此处列出前 {n} 条，其余见地图", { n: ROWS })) : null;
    this.answer.replaceChildren(el("p", { class: "query-count", role: "status" }, el("strong", {}, t("共 {n} 处差异", { n: number(numberMatched) }))),
      legend, ...notes.map((note) => el("p", { class: "form-error" }, note)), el("ul", { class: "results" }, rows), more ?? "");
  }

  row(feature, declared) {
    const { title, code, difference } = feature.properties;
    const button = el("button", { type: "button", class: "result", on: { click: () => this.go(feature) } },
      el("span", { class: "result-title" }, sample(KINDS[difference]), `${t(KINDS[difference].label)} `, String(title ?? code)),
      el("span", { class: "result-sub" }, difference === "changed" ? whatChanged(feature.properties, declared).join(t("；")) : code));
    return el("li", {}, button);
  }

  go({ geometry, properties }) {
    const { map, state } = this.app;
    map.fitBounds(L.geoJSON(geometry).getBounds(), { maxZoom: 18, animate: false });
    if (properties.difference !== "removed") state.select({ layer: this.layer.value, code: properties.code });
    if (NARROW.matches) this.app.showSide(false);
  }

  clear() {
    this.shapes.clearLayers();
    this.answer.replaceChildren();
    this.say.textContent = "";
  }
}

/** Say which fields changed, from what to what, and how far the shape moved. */
export function whatChanged({ before, after, moved_m: moved }, declared) {
  const fields = Object.keys(after).map((name) => {
    const field = declared.fields.find((one) => one.name === name) ?? { name, type: "text", label: { source: t("来源"), area_code: t("区划代码") }[name] ?? name };
    return `${field.label}：${said(field, before[name])} → ${said(field, after[name])}`;
  });
  return moved === null || moved === undefined ? fields : [...fields, t("位置移动 {n} 米", { n: number(moved, 1) })];
}

function shape(feature, kind, opacity) {
  const style = { color: kind.colour, weight: 3, dashArray: kind.dash || null, fillColor: kind.colour, fillOpacity: opacity, interactive: false, pane: "differences" };
  return L.geoJSON(feature, {
    style,
    pointToLayer: (point, latlng) => L.marker(latlng, { icon: L.divIcon({ html: face(kind, 22), className: "difference-mark", iconSize: [22, 22] }), pane: "differences", interactive: false, keyboard: false }),
  });
}

/** Draw the mark of a kind of difference: a ring with the kind's own sign in it. */
function face(kind, size) {
  return svg("svg", { viewBox: "-11 -11 22 22", width: size, height: size, "aria-hidden": "true", focusable: "false" },
    svg("circle", { r: 9, fill: "#ffffff", stroke: kind.colour, "stroke-width": 2.4, "stroke-dasharray": kind.dash ? "4 2.5" : null }),
    svg("path", { d: kind.mark, fill: "none", stroke: kind.colour, "stroke-width": 2.4, "stroke-linecap": "round" }));
}

function sample(kind) {
  return el("span", { class: "difference-sample" }, face(kind, 16));
}
