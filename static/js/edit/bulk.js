// One change for many features: choose them, choose fields, see what will change, all or nothing.
import { address, declarations, getJson } from "../api.js";
import { el, icon } from "../dom.js";
import { number, t } from "../i18n.js";
import { valueParts } from "../values.js";
import { pickArea, touches } from "./area-picker.js";
import { offer } from "./dialog.js";
import { may } from "../editing.js";
import { Form, reasonBox } from "./form.js";
import { same } from "./merge.js";
import { Refusal, itemPath, send } from "./send.js";

const L = window.L;
const MOST = 1000;
const MARK = { color: "#7b1fa2", weight: 3, fillColor: "#ba68c8", fillOpacity: 0.2, interactive: false };

/** Open bulk editing for those of `layers` that the caller may change. */
export async function openBulk(app, layers) {
  if (!(await app.panel.leave())) return;
  const bulk = new Bulk(app, layers, await declarations(app.config));
  bulk.open();
}

class Bulk {
  constructor(app, layers, declared) {
    Object.assign(this, { app, layers, declared });
    this.layer = layers.find(({ name }) => name === app.state.selection?.layer) ?? layers.find(({ name }) => app.state.shows(name)) ?? layers[0];
    this.chosen = new Map(); // code → feature
    this.changedByOthers = new Set();
    this.setting = []; // names of the fields to set
    this.marks = L.layerGroup();
    this.onClick = ({ latlng, originalEvent }) => { if (this.single || originalEvent?.shiftKey) this.toggleAt(latlng); };
  }

  get fields() { return this.declared[this.layer.name].fields; }

  open() {
    const { app } = this;
    this.picker = el("select", { id: "bulk-layer" }, this.layers.map((layer) => el("option", { value: layer.name }, layer.label)));
    this.picker.value = this.layer.name;
    this.picker.addEventListener("change", () => { this.layer = app.layers.get(this.picker.value); this.setting = []; this.form = null; this.chosen.clear(); this.fill(); });
    this.body = el("div", { class: "bulk" });
    app.panel.open(t("批量修改"), [this.body]);
    app.panel.guard = async () => { this.end(); return true; };
    app.tool = "bulk";
    app.map.on("click", this.onClick);
    app.map.boxZoom.disable(); // Shift is for choosing
    this.marks.addTo(app.map);
    this.fill();
  }

  end() {
    const { app } = this;
    app.map.off("click", this.onClick);
    app.map.boxZoom.enable();
    this.marks.remove();
    app.panel.guard = null;
    app.tool = null;
  }

  fill() {
    this.list = el("ul", { class: "chosen-list", "aria-label": t("选中的记录") });
    this.count = el("strong", { role: "status" });
    this.sets = el("div", { class: "edit-fields" });
    this.result = el("div", { class: "preview", role: "status" });
    this.error = el("p", { class: "form-error", role: "alert" });
    this.reason = reasonBox();
    this.saveButton = this.button(t("保存全部"), () => this.save(), "primary");
    this.body.replaceChildren(
      el("div", { class: "field" }, el("label", { for: this.picker.id, class: "field-label" }, t("图层")), this.picker),
      this.choosing(), this.fieldset(t("改成"), [this.adder(), this.sets]), this.result, this.reason.node, this.error,
      el("div", { class: "edit-actions" }, this.saveButton, this.button(t("关闭"), () => this.app.panel.close())));
    this.showChosen();
    this.showSets();
  }

  fieldset(title, content) {
    return el("fieldset", {}, el("legend", {}, title), content);
  }

  button(label, act, kind = "") {
    return el("button", { type: "button", class: `button ${kind}`, on: { click: act } }, label);
  }

  /** The ways to choose: by a field's value, by an area on the map, one by one. */
  choosing() {
    const coded = this.fields.filter(({ type }) => type === "choice");
    const field = el("select", { id: "bulk-field", "aria-label": t("字段") }, coded.map(({ name, label }) => el("option", { value: name }, label)));
    const value = el("select", { id: "bulk-value", "aria-label": t("取值") });
    const fillValues = () => value.replaceChildren(...(coded.find(({ name }) => name === field.value)?.choices ?? []).map(({ code, label }) => el("option", { value: code }, label)));
    field.addEventListener("change", fillValues);
    fillValues();
    this.oneByOne = this.button(t("逐个点选"), () => this.toggleSingle(), "small");
    this.oneByOne.setAttribute("aria-pressed", "false");
    return this.fieldset(t("选取"), [
      coded.length ? el("div", { class: "filter-row" }, field, value, this.button(t("加入"), () => this.byField(field.value, value.value), "small")) : null,
      el("div", { class: "edit-actions" }, this.button(t("框选"), () => this.byArea("box"), "small"), this.button(t("多边形选"), () => this.byArea("polygon"), "small"), this.oneByOne),
      el("p", { class: "field-help" }, t("按住 Shift 点击地图也可逐个增减")),
      el("div", { class: "chosen-head" }, this.count, this.button(t("清空"), () => { this.chosen.clear(); this.showChosen(); }, "small")), this.list]);
  }

  toggleSingle() {
    this.single = !this.single;
    this.oneByOne.setAttribute("aria-pressed", String(this.single));
  }

  byField(name, value) {
    return this.add({ [name]: value });
  }

  async byArea(kind) {
    const single = this.single;
    this.single = false;
    const ring = await pickArea(this.app, kind);
    this.single = single;
    if (!ring) return;
    const bounds = L.latLngBounds(ring);
    const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((one) => one.toFixed(7)).join(",");
    await this.add({ bbox }, ({ geometry }) => geometry && touches(ring, geometry));
  }

  async toggleAt(latlng) {
    const place = latlng.wrap();
    const asked = address("/api/identify", { lon: place.lng.toFixed(7), lat: place.lat.toFixed(7), zoom: this.app.map.getZoom(), layers: this.layer.name });
    const found = await this.get(asked);
    const codes = (found?.features ?? found?.results ?? []).map((feature) => String(feature.code ?? feature.id ?? feature.properties?.code));
    for (const code of codes) {
      if (this.chosen.delete(code)) continue;
      await this.add({ code });
    }
    this.showChosen();
  }

  async get(path) {
    try {
      this.error.textContent = "";
      return await getJson(path);
    } catch (error) {
      this.error.textContent = error.message;
      return null;
    }
  }

  /** Add the features that a query finds and the caller may change; too many are refused. */
  async add(query, test = () => true) {
    const page = await this.get(address(itemPath(this.layer.name), { ...query, limit: MOST }));
    if (!page) return;
    const found = page.features.filter((feature) => may(this.app, this.layer, "update", feature.properties.area_code ?? null) && test(feature));
    const more = (page.links ?? []).some(({ rel }) => rel === "next");
    const fresh = found.filter((feature) => !this.chosen.has(String(feature.id)));
    if (more || this.chosen.size + fresh.length > MOST) {
      this.error.textContent = t("一次最多 {n} 条，请缩小范围", { n: number(MOST) });
      return;
    }
    for (const feature of found) this.chosen.set(String(feature.id), feature);
    this.showChosen();
  }

  showChosen() {
    const title = this.declared[this.layer.name].title;
    this.count.textContent = t("已选 {n} 条", { n: number(this.chosen.size) });
    this.list.replaceChildren(...[...this.chosen].map(([code, feature]) => {
      const name = String(feature.properties[title] ?? "");
      const drop = el("button", { type: "button", class: "drop", "aria-label": t("移出 {code}", { code }), on: { click: () => { this.chosen.delete(code); this.showChosen(); } } }, icon("close"));
      return el("li", { class: this.changedByOthers.has(code) ? "is-changed" : null },
        el("button", { type: "button", class: "go", title: code, on: { click: () => this.goTo(feature) } }, [name, code].filter(Boolean).join(" · ")), drop);
    }));
    this.marks.clearLayers();
    this.marks.addLayer(L.geoJSON([...this.chosen.values()].filter(({ geometry }) => geometry), { style: MARK, interactive: false, pointToLayer: (point, latlng) => L.circleMarker(latlng, { ...MARK, radius: 11 }) }));
    this.preview();
  }

  goTo({ geometry }) {
    if (geometry) this.app.map.fitBounds(L.geoJSON(geometry).getBounds(), { maxZoom: 18, animate: false });
  }

  adder() {
    const select = el("select", { id: "bulk-add", "aria-label": t("要改的字段") });
    const add = this.button(t("加字段"), () => { if (select.value) { this.setting.push(select.value); this.showSets(); } }, "small");
    this.offerFields = () => select.replaceChildren(...this.fields.filter(({ name }) => !this.setting.includes(name)).map(({ name, label }) => el("option", { value: name }, label)));
    return el("div", { class: "set-row" }, select, add);
  }

  /** Show the controls of the fields to set, with what was typed so far. */
  showSets() {
    const typed = this.form ? this.form.values() : {};
    const fields = this.setting.map((name) => this.fields.find((field) => field.name === name));
    this.form = new Form(fields, {}, () => this.preview(), "bulk");
    this.form.fill(typed);
    for (const { name, label } of fields) {
      const drop = el("button", { type: "button", class: "button small", "aria-label": t("移除{field}", { field: label }), on: { click: () => { this.setting = this.setting.filter((one) => one !== name); this.showSets(); } } }, t("移除"));
      this.form.parts.get(name).node.append(el("div", {}, drop));
    }
    this.sets.replaceChildren(this.form.node);
    this.offerFields();
    this.preview();
  }

  /** Return the chosen features whose values would change. */
  changing() {
    const values = this.form?.values() ?? {};
    return [...this.chosen.values()].filter(({ properties }) => this.setting.some((name) => !same(properties[name], values[name])));
  }

  preview() {
    if (!this.form) return;
    const values = this.form.values();
    const n = this.changing().length;
    const lines = this.form.fields.map((field) => el("li", {}, field.label, " → ", valueParts(field, values[field.name])));
    const words = !this.chosen.size ? t("请先选取记录") : !this.setting.length ? t("请选择要改的字段") : t("{n} 条将改变", { n: number(n) });
    this.result.replaceChildren(el("strong", {}, words), lines.length ? el("ul", {}, lines) : "");
    this.saveButton.disabled = n === 0 || !this.setting.length;
  }

  async save() {
    if (this.form.check()) return this.form.focusFault();
    const items = this.changing().map(({ id, properties }) => ({ code: String(id), version: `${properties.row_version}-${properties.change_id}` }));
    this.saveButton.disabled = true;
    this.error.textContent = "";
    try {
      await send(this.app, "POST", `/api/collections/${this.layer.name}/bulk`, { body: { items, set: this.form.values() }, reason: this.reason.read() });
      this.app.changed(this.layer.name);
      this.end();
      offer(t("已修改 {n} 条", { n: number(items.length) }), t("查看我的修改"), async () => (await import("./mine.js")).openMine(this.app));
      return this.app.panel.close();
    } catch (error) {
      this.refused(error);
      return this.preview();
    }
  }

  refused(error) {
    if (!(error instanceof Refusal)) { this.error.textContent = error.message; return; }
    const { conflicts = [], errors = [] } = error.problem;
    for (const { field, message } of errors) if (!this.form.tell(field, message)) this.error.textContent = message;
    if (!errors.length) this.error.textContent = error.message;
    if (!conflicts.length) return this.form.focusFault();
    this.changedByOthers = new Set(conflicts.map(String));
    const again = this.button(t("重新读取这些记录"), () => this.renew(), "small");
    const out = this.button(t("移出这些记录"), () => { for (const code of this.changedByOthers) this.chosen.delete(code); this.settled(); }, "small");
    this.error.replaceChildren(t("{n} 条已被他人修改，一条都没有保存：{codes}", { n: conflicts.length, codes: conflicts.join("、") }), el("span", { class: "edit-actions" }, again, out));
    return this.showChosen();
  }

  /** Read again what others changed; what was deleted falls out of the selection. */
  async renew() {
    const codes = [...this.changedByOthers];
    for (const code of codes) { this.chosen.delete(code); await this.add({ code }); }
    this.settled();
  }

  settled() {
    this.changedByOthers.clear();
    this.error.textContent = "";
    this.showChosen();
  }
}
