// Editing one feature: its form and its geometry, kept as a draft until they are saved.
import { declarations } from "../api.js";
import { el } from "../dom.js";
import { moment, t } from "../i18n.js";
import { resolve } from "./conflict.js";
import { ask, offer } from "./dialog.js";
import { draftOf, dropDraft, keepDraft } from "./drafts.js";
import { Form, reasonBox } from "./form.js";
import { changes, same } from "./merge.js";
import { preview } from "./preview.js";
import { Refusal, itemPath, send } from "./send.js";
import { Sketch, sizeText } from "./sketch.js";
import { Space, fault } from "./space.js";
import { typedSection } from "./typed.js";

const PATCH = "application/merge-patch+json";
const FEATURE = "application/geo+json";

/** Read a feature as it is now: {values, geometry, tag, code, title}; null when it is gone. */
export async function readFeature(app, space, layer, fields, code) {
  try {
    const { body, tag } = await send(app, "GET", `${itemPath(layer.name, code)}?crs=${encodeURIComponent(space.uri)}`);
    return asVersion(space, fields, body, tag);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function asVersion(space, fields, feature, tag) {
  const values = Object.fromEntries(fields.map(({ name }) => [name, feature.properties[name] ?? null]));
  return { code: String(feature.id ?? feature.properties.code), values, geometry: space.read(feature.geometry), tag };
}

/** Open the form of a feature, or of a new one when `code` is null; `how` "shape" begins on the map. */
export async function openEditor(app, layer, code, how = "") {
  if (!(await app.panel.leave())) return;
  const declared = (await declarations(app.config))[layer.name];
  const space = new Space(app.config.metric);
  const base = code === null ? null : await readFeature(app, space, layer, declared.fields, code);
  if (code !== null && !base) return void app.tell(t("此记录已被删除"));
  const session = new Session(app, layer, declared, space, base);
  session.open();
  if (how === "shape" || (!base && !session.restored)) await session.sketch();
}

class Session {
  constructor(app, layer, declared, space, base) {
    Object.assign(this, { app, layer, declared, space, base });
    this.fields = declared.fields;
    const draft = draftOf(app.config.account, layer.name, base?.code);
    this.restored = draft;
    if (draft && base) this.base = draft.base; // what the draft was made from, so that nothing is overwritten
    this.geometry = draft ? draft.geometry : base?.geometry ?? null;
    this.form = new Form(this.fields, this.base?.values ?? {}, () => this.keep());
    this.reason = reasonBox(() => this.keep(), draft?.reason);
    if (draft) this.form.fill(draft.values);
  }

  get account() { return this.app.config.account; }

  get dirty() { return Object.keys(this.patch()).length > 0 || !same(this.geometry, this.base?.geometry ?? null); }

  /** Return the values that differ from what the form began with. */
  patch() {
    const values = this.form.values();
    if (this.base) return changes(this.fields.map(({ name }) => name), this.base.values, values);
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  }

  keep() {
    this.summary.textContent = "";
    if (!this.dirty) return dropDraft(this.account, this.layer.name, this.base?.code);
    return keepDraft(this.account, this.layer.name, this.base?.code, { base: this.base, values: this.patch(), geometry: this.geometry, reason: this.reason.read(), when: new Date().toISOString() });
  }

  open() {
    const { app, layer, base } = this;
    const title = base ? t("修改：{name}", { name: String(base.values[this.declared.title] ?? "") || base.code }) : t("新增{layer}", { layer: layer.label });
    this.summary = el("p", { class: "form-error", role: "alert" });
    this.saveButton = el("button", { type: "submit", class: "button primary" }, t("保存"));
    const form = el("form", { class: "edit-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.save(); } } },
      this.restored ? this.restoredNote() : null, this.shapeSection(), this.form.node, this.reason.node, this.summary,
      el("div", { class: "edit-actions" }, this.saveButton, el("button", { type: "button", class: "button", on: { click: () => this.cancel() } }, t("取消"))));
    app.panel.open(title, [el("p", { class: "detail-layer" }, layer.label, base ? ` · ${base.code}` : ""), form]);
    app.panel.guard = () => this.leave();
    app.tool = "edit";
    this.unload = (event) => { if (this.dirty) { event.preventDefault(); event.returnValue = ""; } };
    addEventListener("beforeunload", this.unload);
    this.showGeometry();
    if (!this.restored && base) this.form.focus();
  }

  restoredNote() {
    const drop = el("button", { type: "button", class: "button small", on: { click: () => this.startOver() } }, t("丢弃"));
    return el("p", { class: "form-note draft-note" }, el("span", {}, t("已恢复 {when} 未保存的修改", { when: moment(this.restored.when, true) })), drop);
  }

  async startOver() {
    const code = this.base?.code ?? null;
    this.end();
    dropDraft(this.account, this.layer.name, this.base?.code);
    await openEditor(this.app, this.layer, code);
  }

  /** The section of the geometry: what it is now, and the ways to change it. */
  shapeSection() {
    this.size = el("span", { class: "muted" });
    this.shapeError = el("p", { class: "form-error", role: "alert" });
    this.shapeButton = el("button", { type: "button", class: "button small", on: { click: () => this.sketch() } });
    this.typed = typedSection(this.space, this.layer.geometry, (geometry) => this.take(geometry));
    return el("section", { class: "shape-section", "aria-label": t("位置与图形") },
      el("div", { class: "shape-row" }, el("span", { class: "field-label" }, this.layer.kind === "point" ? t("位置") : t("图形"), el("span", { class: "required", "aria-hidden": "true" }, "*")), this.size, this.shapeButton),
      this.typed.node, this.shapeError);
  }

  showGeometry() {
    const point = this.layer.kind === "point";
    const words = !this.geometry ? t("未绘制") : same(this.geometry, this.base?.geometry) ? t("未改动") : t("已改动");
    this.size.textContent = [this.base || !this.geometry ? words : t("已绘制"), sizeText(this.space, this.geometry)].filter(Boolean).join(" · ");
    this.shapeButton.textContent = this.geometry ? (point ? t("移动") : t("改形状")) : t("在地图上画");
    this.typed.show(this.geometry);
    this.outline?.remove();
    this.outline = this.geometry ? preview(this.space, this.geometry).addTo(this.app.map) : null;
  }

  take(geometry) {
    this.geometry = geometry;
    this.shapeError.textContent = "";
    this.keep();
    this.showGeometry();
  }

  async sketch() {
    if (this.drawing) return;
    this.app.panel.shape.clearLayers();
    this.outline?.remove();
    this.shapeButton.disabled = true;
    this.drawing = new Sketch(this.app, {
      space: this.space, layer: this.layer, code: this.base?.code, geometry: this.geometry,
      changed: (geometry) => this.take(geometry) ?? this.outline?.remove(),
      ended: () => { this.drawing = null; this.shapeButton.disabled = false; this.showGeometry(); this.shapeButton.focus(); },
    });
    try {
      await this.drawing.start();
    } catch (error) {
      this.drawing = null;
      this.shapeButton.disabled = false;
      this.summary.textContent = error.message;
    }
  }

  /** Check everything in the browser; tells whether it may be sent. */
  check() {
    const wrong = this.form.check();
    const shape = fault(this.geometry);
    this.shapeError.textContent = { missing: t("请在地图上画出，或输入坐标"), short: t("点数不够"), crossing: t("边线自相交") }[shape] ?? "";
    const count = wrong + (shape ? 1 : 0);
    this.summary.textContent = count ? t("有 {n} 处需要改正", { n: count }) : "";
    if (shape) this.shapeError.scrollIntoView({ block: "center" });
    else if (wrong) this.form.focusFault();
    return count === 0;
  }

  async save() {
    this.drawing?.finish();
    if (!this.check()) return;
    if (!this.dirty) { this.end(); return void this.app.panel.showSelection(); }
    this.saveButton.disabled = true;
    this.summary.textContent = "";
    try {
      this.saved(await this.store());
    } catch (error) {
      await this.refused(error);
    }
    this.saveButton.disabled = false;
  }

  store() {
    const body = { type: "Feature" };
    const options = { reason: this.reason.read(), crs: this.space.uri };
    if (!this.base) {
      const all = { ...body, geometry: this.space.write(this.geometry), properties: this.patch() };
      return send(this.app, "POST", itemPath(this.layer.name), { ...options, body: all, type: FEATURE });
    }
    const patch = {};
    if (Object.keys(this.patch()).length) patch.properties = this.patch();
    if (!same(this.geometry, this.base.geometry)) patch.geometry = this.space.write(this.geometry);
    return send(this.app, "PATCH", itemPath(this.layer.name, this.base.code), { ...options, body: patch, type: PATCH, tag: this.base.tag });
  }

  saved({ body }) {
    const code = String(body.id);
    const fresh = !this.base;
    this.end();
    dropDraft(this.account, this.layer.name, fresh ? undefined : code);
    this.app.changed(this.layer.name);
    if (!this.app.state.shows(this.layer.name)) this.app.state.setLayer(this.layer.name, true);
    this.app.state.select({ layer: this.layer.name, code });
    this.app.panel.showSelection();
    offer(fresh ? t("已新增 {code}", { code }) : t("已保存 {code}", { code }), t("查看我的修改"), async () => (await import("./mine.js")).openMine(this.app));
  }

  async refused(error) {
    if (!(error instanceof Refusal)) { this.summary.textContent = error.message; return; }
    if (error.status === 412 || (error.status === 404 && this.base)) return void (await this.conflict(error.problem));
    const others = (error.problem.errors ?? []).filter(({ field, message }) => !this.tell(field, message));
    const said = others.map(({ message }) => message).join(" ");
    this.summary.textContent = error.problem.errors?.length ? said || t("有 {n} 处需要改正", { n: error.problem.errors.length }) : error.message;
    this.form.focusFault();
  }

  tell(field, message) {
    if (field !== "geometry" && field !== "geom") return this.form.tell(field, message);
    this.shapeError.textContent = message;
    return true;
  }

  /** Somebody else was faster: show all sides, then go on from what is there now. */
  async conflict({ who, when }) {
    const theirs = await readFeature(this.app, this.space, this.layer, this.fields, this.base.code);
    const mine = { values: this.form.values(), geometry: this.geometry };
    const chosen = await resolve(this.app, { space: this.space, layer: this.layer, declared: this.declared, base: this.base, mine, theirs, who, when });
    if (chosen === "stay") return this.reopen(this.base, mine);
    if (chosen === "give up") return this.giveUp();
    const base = theirs ?? (await this.restore());
    if (!base) return undefined;
    this.reopen(base, chosen);
    return this.save();
  }

  /** Bring a deleted feature back; answers it as it is then, or null. */
  async restore() {
    try {
      const { body } = await send(this.app, "POST", itemPath(this.layer.name, this.base.code, "/restore"), { reason: this.reason.read() });
      return await readFeature(this.app, this.space, this.layer, this.fields, String(body.id));
    } catch (error) {
      this.reopen(this.base, { values: this.form.values(), geometry: this.geometry });
      this.summary.textContent = error.message;
      return null;
    }
  }

  /** Show the form again, over another version of the feature. */
  reopen(base, { values, geometry }) {
    const reason = this.reason.read();
    this.end();
    keepDraft(this.account, this.layer.name, base.code, { base, values: changes(this.fields.map(({ name }) => name), base.values, values), geometry, reason, when: new Date().toISOString() });
    Object.assign(this, { base, geometry, restored: null });
    this.form = new Form(this.fields, base.values, () => this.keep());
    this.form.fill(changes(this.fields.map(({ name }) => name), base.values, values));
    this.reason = reasonBox(() => this.keep(), reason);
    this.open();
  }

  giveUp() {
    const { code } = this.base;
    this.end();
    dropDraft(this.account, this.layer.name, code);
    this.app.changed(this.layer.name);
    this.app.state.select(null);
    this.app.state.select({ layer: this.layer.name, code });
  }

  async cancel() {
    if (!(await this.leave())) return;
    if (this.base && this.app.state.selection) this.app.panel.showSelection();
    else this.app.panel.close();
  }

  /** Ask before something else takes the form's place; tells whether it may. */
  async leave() {
    this.drawing?.finish();
    if (this.dirty) {
      const answer = await ask({
        title: t("有未保存的修改"), danger: "drop",
        content: [el("p", {}, t("留作草稿后，再次打开此记录时可以接着改。"))],
        choices: [["drop", t("放弃修改")], ["keep", t("留作草稿")], ["", t("继续编辑")]],
      });
      if (answer === "") return false;
      if (answer === "drop") dropDraft(this.account, this.layer.name, this.base?.code);
    }
    this.end();
    return true;
  }

  end() {
    removeEventListener("beforeunload", this.unload);
    if (this.drawing) this.drawing.stop();
    this.outline?.remove();
    this.app.panel.guard = null;
    this.app.tool = null;
  }
}
