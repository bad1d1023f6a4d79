// Two people changed one feature: what it was, mine, what it is now; field by field, and on the map.
import { el } from "../dom.js";
import { moment, t } from "../i18n.js";
import { valueParts } from "../values.js";
import { compare, merge } from "./merge.js";
import { describeGeometry, preview } from "./preview.js";
import { sizeText } from "./sketch.js";

const GEOMETRY = "geometry";
const MINE = { color: "#d9480f", fillColor: "#ff922b", weight: 3 };
const THEIRS = { color: "#0b57d0", fillColor: "#4c8df6", weight: 3, dashArray: "7 4" };

/**
 * Let a person merge. Answers {values, geometry} to save over what is there now, "stay" to go
 * back to the form, or "give up". `theirs` is null when the feature was deleted.
 */
export function resolve(app, sides) {
  return new Promise((answer) => {
    const screen = new Conflict(app, sides, answer);
    screen.open();
  });
}

class Conflict {
  constructor(app, { space, layer, declared, base, mine, theirs, who, when }, answer) {
    Object.assign(this, { app, space, layer, declared, base, mine, theirs, who, when });
    this.drawn = window.L.layerGroup().addTo(app.map);
    this.end = (what) => { this.drawn.remove(); app.panel.guard = null; app.panel.wide(false); answer(what); };
    const names = [...declared.fields.map(({ name }) => name), GEOMETRY];
    const flat = (version) => ({ ...version.values, [GEOMETRY]: version.geometry });
    this.flat = flat;
    this.rows = theirs ? compare(names, flat(base), flat(mine), flat(theirs)) : [];
  }

  open() {
    const { app } = this;
    this.error = el("p", { class: "form-error", role: "alert" });
    app.panel.open(t("修改冲突"), [el("div", { class: "conflict" }, this.theirs ? this.screen() : this.deleted())]);
    app.panel.wide(true);
    app.panel.guard = async () => { this.end("stay"); return false; };
    app.tool = "edit";
    this.draw();
    app.panel.node.querySelector("#detail-title").focus();
  }

  said() {
    const who = this.who || t("其他人");
    const when = this.when ? moment(this.when, true) : "";
    return { who, when };
  }

  deleted() {
    const { who, when } = this.said();
    const restorable = this.layer.may.includes("create");
    return [el("p", { class: "form-note" }, t("您修改期间，{who} 于 {when} 删除了此记录。", { who, when })),
      el("p", {}, restorable ? t("可以恢复此记录并保存您的修改，也可以放弃。") : t("恢复需要新增权限，请联系规划员。")),
      el("div", { class: "edit-actions" },
        restorable ? this.button(t("恢复并保存我的修改"), () => this.end(this.mine), "primary") : null,
        this.button(t("放弃我的修改"), () => this.end("give up")), this.button(t("回到表单"), () => this.end("stay")))];
  }

  screen() {
    const { who, when } = this.said();
    const head = ["", t("原来"), t("我的"), t("现在的")].map((label, i) => el("th", { scope: "col", class: ["", "", "mine", "theirs"][i] }, label, i === 3 ? el("span", { class: "who" }, `${who} ${when}`) : null));
    this.left = el("p", { class: "conflict-left", role: "status" });
    const rows = this.rows.map((row) => this.row(row));
    this.count();
    return [el("p", { class: "form-note" }, t("您修改期间，{who} 于 {when} 也改了此记录。只有一方改过的已经选好，双方都改过的请选择。", { who, when })),
      el("div", { class: "table-wrap" }, el("table", { class: "conflict-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows))),
      this.rows.some(({ name }) => name === GEOMETRY) ? el("p", { class: "muted small" }, t("地图上：橙色实线是我的，蓝色虚线是现在的")) : null, this.left, this.error,
      el("div", { class: "edit-actions" }, this.button(t("按所选保存"), () => this.save(), "primary"),
        this.button(t("回到表单"), () => this.end("stay")), this.button(t("放弃我的修改"), () => this.end("give up")))];
  }

  button(label, act, kind = "") {
    return el("button", { type: "button", class: `button ${kind}`, on: { click: act } }, label);
  }

  row(row) {
    const field = this.declared.fields.find(({ name }) => name === row.name);
    const label = field?.label ?? (this.layer.kind === "point" ? t("位置") : t("图形"));
    const id = `conflict-${row.name}`;
    const node = el("tr", { "data-field": row.name, class: row.side === "" ? "is-open" : "" },
      el("th", { scope: "row", id }, label), el("td", { "data-label": t("原来") }, this.shown(field, row.base)),
      ...[["mine", t("我的")], ["theirs", t("现在的")]].map(([side, name]) => el("td", { class: side, "data-label": name }, this.choice(row, side, id, name, field, () => node.classList.remove("is-open")))));
    return node;
  }

  choice(row, side, id, name, field, decided) {
    const input = el("input", { type: "radio", name: id, id: `${id}-${side}`, "aria-labelledby": `${id} ${id}-${side}-value` });
    input.checked = row.side === side;
    input.addEventListener("change", () => { row.side = side; decided(); this.count(); this.draw(); });
    return el("label", { class: "conflict-choice", for: input.id }, input, el("span", { id: `${id}-${side}-value` }, el("span", { class: "visually-hidden" }, name), this.shown(field, row[side])));
  }

  shown(field, value) {
    if (!field) return el("span", {}, describeGeometry(value, value?.type === "Point" ? this.space.degrees(value.coordinates).map((one) => one.toFixed(6)).join(", ") : sizeText(this.space, value)));
    return el("span", {}, valueParts(field, value));
  }

  undecided() { return this.rows.filter((row) => row.side === ""); }

  count() {
    const left = this.undecided().length;
    this.left.textContent = left ? t("还有 {n} 处需要选择", { n: left }) : t("全部已选好，可以保存");
    this.error.textContent = "";
  }

  save() {
    const [first] = this.undecided();
    if (first) {
      this.error.textContent = t("双方都改过的请选择一方");
      return document.getElementById(`conflict-${first.name}-mine`).focus();
    }
    const { [GEOMETRY]: geometry, ...values } = merge(this.flat(this.theirs), this.rows);
    return this.end({ values, geometry });
  }

  /** Show both geometries; the one that is taken is filled stronger. */
  draw() {
    this.drawn.clearLayers();
    const row = this.rows.find(({ name }) => name === GEOMETRY);
    const sides = row ? [["theirs", row.theirs, THEIRS], ["mine", row.mine, MINE]] : [["mine", this.mine.geometry, MINE]];
    for (const [side, geometry, look] of sides.filter(([, one]) => one)) {
      this.drawn.addLayer(preview(this.space, geometry, { ...look, fillOpacity: row?.side === side ? 0.3 : 0.08 }));
    }
    const bounds = window.L.latLngBounds([]);
    this.drawn.eachLayer((layer) => bounds.extend(layer.getBounds?.() ?? layer.getLatLng()));
    if (bounds.isValid() && !this.app.map.getBounds().contains(bounds)) this.app.map.fitBounds(bounds, { maxZoom: 18, animate: false });
  }
}
