// The dialog that exports rows as a file: format, CRS, what is asked for in words, how many rows.
import { address, getJson, sendJson } from "./api.js";
import { debounce, el } from "./dom.js";
import { number, t } from "./i18n.js";

const HEADINGS = { zh: () => t("中文名称"), en: () => t("英文名称"), names: () => t("字段名（程序用）") };

/**
 * Open the dialog. `sources` are what may be exported, the first one proposed: {title, path, given},
 * where `path` is the resource without `/export` and `given()` its filters. `box()` gives the shown
 * part of a map as `bbox`, if there is a map.
 */
export function openExport(config, sources, box = null) {
  return new Dialog(config, sources, box);
}

/** Let the page's button, which waits for its script, call `act`. */
export function offerExport(act) {
  const button = document.getElementById("export");
  if (!button) return;
  button.addEventListener("click", act);
  button.disabled = false;
}

class Dialog {
  constructor(config, sources, box) {
    Object.assign(this, { config, sources, box });
    this.source = field("source", t("导出什么"), sources.map(({ title }, place) => [String(place), title]));
    this.form = field("form", t("格式"));
    this.crs = field("crs", t("坐标系"));
    this.headers = field("headers", t("表头"), Object.entries(HEADINGS).map(([name, say]) => [name, say()]));
    this.encoding = field("encoding", t("文字编码"));
    this.limits = el("p", { class: "export-limits", id: "export-limits" });
    this.form.box.setAttribute("aria-describedby", "export-limits");
    this.warning = el("p", { class: "form-note", role: "alert", hidden: true });
    this.told = el("dl", { class: "export-told" });
    this.status = el("p", { class: "export-status", role: "status" });
    this.here = el("input", { type: "checkbox", id: "export-here" });
    this.button = el("button", { type: "submit", class: "button primary", disabled: true }, t("导出"));
    this.node = this.build();
    document.body.append(this.node);
    this.node.showModal();
    this.form.box.focus();
    this.ask();
  }

  build() {
    const close = el("button", { type: "button", class: "button", on: { click: () => this.close() } }, t("关闭"));
    const here = this.box ? el("label", { class: "check", for: "export-here" }, this.here, t("只要地图上看得见的范围")) : null;
    this.source.node.hidden = this.sources.length < 2;
    const form = el("form", { class: "dialog-form" },
      el("h2", { id: "export-title" }, this.sources.length < 2 ? t("导出：{title}", { title: this.sources[0].title }) : t("导出")),
      this.source.node, here, this.told,
      el("div", { class: "export-choices" }, this.form.node, this.crs.node, this.headers.node, this.encoding.node),
      this.limits, this.warning, this.status, el("div", { class: "dialog-actions" }, close, this.button));
    const soon = debounce(() => this.ask(), 50);
    const again = () => { this.wait(); soon(); };
    this.source.box.addEventListener("change", again);
    this.here.addEventListener("change", again);
    for (const { box } of [this.form, this.crs]) box.addEventListener("change", () => this.fit());
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    const node = el("dialog", { class: "dialog export", "aria-labelledby": "export-title" }, form);
    node.addEventListener("keydown", (event) => event.stopPropagation()); // not the map's keys
    node.addEventListener("close", () => node.remove());
    return node;
  }

  close() {
    this.node.close();
  }

  get chosen() {
    return this.sources[Number(this.source.box.value)];
  }

  get given() {
    const held = this.chosen.given();
    return this.here.checked && this.box ? { ...held, bbox: this.box() } : held;
  }

  /** Export nothing until it is known what there is. */
  wait() {
    this.reading = true;
    this.button.disabled = true;
    this.tell(t("正在读取…"));
  }

  /** Ask how many rows there are, and what they can be written in. */
  async ask() {
    this.wait();
    const asked = address(`${this.chosen.path}/export`, { ...this.given, lang: this.config.language });
    this.asked = asked;
    try {
      const offer = await getJson(asked);
      if (this.asked !== asked) return; // something else was chosen meanwhile
      this.offer = offer;
      this.reading = false;
      this.show();
    } catch (error) {
      this.tell(error.message);
    }
  }

  show() {
    const { offer } = this;
    const filters = offer.filters.length ? offer.filters : [{ title: t("筛选"), value: t("全部") }];
    const lines = [...filters, { title: t("行数"), value: number(offer.rows) }];
    this.told.replaceChildren(...lines.map(({ title, value }) => el("div", {}, el("dt", {}, title), el("dd", {}, value))));
    choices(this.form.box, offer.formats.map(({ name, title }) => [name, title]));
    this.fit();
  }

  /** Let the choices fit the format that is chosen, and say what it cannot hold. */
  fit() {
    const form = this.offer.formats.find(({ name }) => name === this.form.box.value);
    const systems = this.offer.crs.filter(({ name, warning }) => !form.degreesOnly || warning || name === "EPSG:4326");
    choices(this.crs.box, systems.map(({ name, title }) => [name, title]));
    choices(this.encoding.box, form.encodings.map((name) => [name, name === "GB18030" ? "GB 18030" : name]));
    this.encoding.node.hidden = !form.encodings.length;
    this.headers.node.hidden = !form.headers.length;
    this.limits.textContent = form.limits;
    const warning = systems.find(({ name }) => name === this.crs.box.value)?.warning ?? "";
    this.warning.hidden = !warning;
    this.warning.textContent = warning;
    if (this.reading) return; // how many rows there are is not known yet
    const tooMany = form.mostRows !== null && this.offer.rows > form.mostRows;
    this.button.disabled = tooMany;
    this.button.textContent = this.isLarge ? t("作为后台任务导出") : t("导出");
    this.tell(tooMany ? t("行数超过此格式的上限") : this.isLarge ? t("行数较多，将作为后台任务导出，完成后在任务页下载。") : "");
  }

  get isLarge() {
    return this.offer.rows > this.offer.atOnce;
  }

  get options() {
    const options = { f: this.form.box.value, crs: this.crs.box.value, lang: this.config.language };
    if (!this.encoding.node.hidden) options.encoding = this.encoding.box.value;
    if (!this.headers.node.hidden) options.headers = this.headers.box.value;
    return options;
  }

  async send() {
    if (this.button.disabled) return;
    this.button.disabled = true;
    this.tell(t("正在导出…"));
    try {
      if (this.isLarge) await this.start();
      else await this.fetch();
    } catch (error) {
      this.tell(error.message);
    }
    this.button.disabled = false;
  }

  async start() {
    const { name, parameters } = this.offer.job;
    const job = await sendJson(this.config, "POST", "/api/jobs", { name, parameters: { ...parameters, ...this.options } });
    const link = el("a", { href: `/jobs/${job.id}` }, t("任务 {n}", { n: job.id }));
    this.status.replaceChildren(t("已开始："), link);
    link.focus();
  }

  async fetch() {
    const response = await fetch(address(`${this.chosen.path}/export`, { ...this.given, ...this.options }));
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail ?? response.statusText);
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "");
    save(await response.blob(), named ? decodeURIComponent(named[1]) : "export");
    this.tell(t("已下载。"));
  }

  tell(text) {
    this.status.textContent = text;
  }
}

/** Hand a file over to the browser's downloads. */
function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function field(name, label, offered = []) {
  const box = el("select", { id: `export-${name}` });
  choices(box, offered);
  return { box, node: el("div", { class: "field" }, el("label", { class: "field-label", for: box.id }, label), box) };
}

/** Offer `pairs` of value and text, keeping what was chosen where it is still offered. */
function choices(box, pairs) {
  const held = box.value;
  box.replaceChildren(...pairs.map(([value, text]) => el("option", { value }, text)));
  if (pairs.some(([value]) => value === held)) box.value = held;
}
