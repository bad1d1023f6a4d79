// The panel of figures: totals that add up, cells by what matters; a cell or a camera opens here.
import { address, getJson } from "../api.js";
import { el } from "../dom.js";
import { openExport } from "../exporting.js";
import { number, t } from "../i18n.js";
import { showCamera } from "./camera.js";
import { showCell } from "./cell.js";
import { foundations } from "./foundations.js";
import { areaName, bar, ground, pair, points, share } from "./say.js";

const PAGE = 50;
const ORDERS = () => [
  ["score", t("风险分高的在前")], ["sure_share", t("确定覆盖率低的在前")], ["possible_share", t("可能覆盖率低的在前")],
  ["gap_m2", t("确定盲区大的在前")], ["unsure_m2", t("不确定面积大的在前")], ["twice_share", t("重复覆盖率低的在前")], ["code", t("按代码")],
];

/** The first tab. */
export class Figures {
  constructor(app) {
    this.app = app;
    this.pane = document.getElementById("pane-figures");
    this.area = app.address.get("area");
    this.order = "score";
    this.turn = 0;
    this.known = {};
  }

  /** Read what there is and show the overview. */
  async load() {
    const turn = ++this.turn;
    this.pane.setAttribute("aria-busy", "true");
    const { target } = this.app;
    try {
      const [facts, sums] = await Promise.all([getJson(address("/api/coverage", { target })), getJson(address("/api/coverage/areas", { target }))]);
      if (turn !== this.turn) return;
      this.facts = facts;
      this.areas = sums.areas;
      this.overview();
    } catch (error) {
      this.pane.replaceChildren(el("p", { class: "form-error", role: "alert" }, error.message));
    }
    this.pane.removeAttribute("aria-busy");
  }

  /** Read the figures anew after a change; what is open in detail is replaced only when asked. */
  async refresh() {
    if (!this.areas) return;
    if (this.reopen) {
      this.changed.hidden = false;
      return;
    }
    try {
      this.areas = (await getJson(address("/api/coverage/areas", { target: this.app.target }))).areas;
      if (this.reopen) return;
      this.showTotal();
      this.rows();
    } catch (error) {
      this.count.textContent = error.message;
    }
  }

  /** Show totals and the table of cells. */
  overview() {
    this.reopen = null;
    this.app.cover.select([]);
    this.list = el("tbody");
    this.count = el("p", { class: "muted small", role: "status" });
    this.more = el("button", { type: "button", class: "button small", hidden: true, on: { click: () => this.rows(true) } }, t("更多网格"));
    this.total = el("div", { class: "cover-total" });
    const heads = [t("网格"), t("风险分"), t("确定"), t("可能"), t("确定盲区")];
    this.pane.replaceChildren(this.form(), this.total, this.count,
      el("div", { class: "table-wrap" }, el("table", { class: "cover-table" }, el("caption", { class: "visually-hidden" }, t("网格覆盖")),
        el("thead", {}, el("tr", {}, heads.map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)))), this.list)),
      this.more, this.townTable(), foundations(this.facts), this.deviceChecks());
    this.showTotal();
    this.rows();
  }

  form() {
    const { app } = this;
    const select = (id, label, options, value, act) => {
      const box = el("select", { id }, options.map(([code, text]) => el("option", { value: code }, text)));
      box.value = value;
      box.addEventListener("change", () => act(box.value));
      return el("div", { class: "field" }, el("label", { for: id }, label), box);
    };
    const places = this.areas.filter(({ level, area }) => area && level !== "all").sort((one, two) => (one.area < two.area ? -1 : 1));
    const indent = { district: "", town: "　", village: "　　" };
    const named = places.map((one) => [one.area, `${indent[one.level]}${areaName(app, one)}`]);
    return el("div", { class: "cover-form" },
      select("cover-area", t("区域"), [["", t("全部")], ...named], this.area, (value) => { this.area = value; app.address.set({ area: value }); this.showTotal(); this.rows(); }),
      select("cover-target", t("应看的地面"), Object.entries(this.facts.targets), app.target, (value) => { app.target = value; app.address.set({ target: value === "public" ? "" : value }); app.cover.tiles(); this.load(); }),
      select("cover-order", t("排序"), ORDERS(), this.order, (value) => { this.order = value; this.rows(); }));
  }

  sums() {
    return this.areas.find(({ level, area }) => (this.area ? area === this.area : level === "all"));
  }

  showTotal() {
    const sums = this.sums();
    if (!sums) { this.total.replaceChildren(el("p", {}, t("还没有网格。"))); return; }
    const waiting = sums.stale + sums.missing;
    const file = this.app.config.mayExport ? el("button", { type: "button", class: "button small", on: { click: () => this.export() } }, t("导出…")) : "";
    const print = el("a", { class: "button small", href: address("/coverage/print", { area: this.area, target: this.app.target }), target: "_blank" }, t("打印表"));
    this.total.replaceChildren(
      el("h2", {}, areaName(this.app, sums), " ", print, " ", file),
      waiting ? el("p", { class: "form-note cover-stale" }, t("{n} 个网格待重算", { n: waiting }), sums.missing ? t("，其中 {n} 个从未计算、不在合计内", { n: sums.missing }) : "", " ", el("a", { href: "/jobs" }, t("后台任务"))) : "",
      sums.failed ? el("p", { class: "form-note cover-failed" }, t("{n} 个网格无法计算，不在合计内", { n: sums.failed })) : "",
      bar(sums), el("p", { class: "cover-pair" }, pair(sums)),
      el("dl", { class: "cover-facts" },
        [[t("应看"), ground(sums.target_m2)], [t("确定看到"), ground(sums.sure_m2)], [t("不确定"), ground(sums.unsure_m2)], [t("确定盲区"), ground(sums.gap_m2)],
          [t("两台以上看到"), share(sums.twice_share)], [t("摄像机"), number(sums.standing)], [t("朝向不详"), number(sums.undirected)], [t("完全没有摄像机的网格"), sums.missing < sums.cells ? number(sums.unseen) : "—"]]
          .map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value)))));
  }

  /** Open the dialog that writes the table of cells or the list of gaps to a file. */
  export() {
    const given = () => ({ ...(this.area ? { area: this.area } : {}), target: this.app.target });
    openExport(this.app.config, [
      { title: t("网格覆盖"), path: "/api/coverage/tables/cells", given: () => ({ ...given(), sort: this.order }) },
      { title: t("盲区清单"), path: "/api/coverage/tables/gaps", given },
    ]);
  }

  async rows(further = false) {
    const turn = ++this.turn;
    const offset = further ? this.list.children.length : 0;
    const asked = { target: this.app.target, area: this.area, sort: this.order, limit: PAGE, offset, shapes: "no" };
    try {
      const { features, numberMatched } = await getJson(address("/api/coverage/cells", asked));
      if (turn !== this.turn) return;
      const rows = features.map(({ id, properties }) => this.row(id, properties));
      if (further) this.list.append(...rows);
      else this.list.replaceChildren(...rows);
      this.count.textContent = t("共 {n} 个网格，列出 {m} 个", { n: number(numberMatched), m: number(this.list.children.length) });
      this.more.hidden = this.list.children.length >= numberMatched;
      document.documentElement.dataset.rows = String(this.list.children.length);
    } catch (error) {
      this.count.textContent = error.message;
    }
  }

  row(code, cell) {
    const open = el("button", { type: "button", class: "link-button", on: { click: () => this.openCell(code) } }, cell.name || code);
    const state = cell.state === "fresh" ? null : el("span", { class: "cover-state" }, this.facts.states[cell.state]);
    return el("tr", { class: cell.state === "fresh" ? null : "is-stale", "data-code": code }, el("th", { scope: "row" }, open, state),
      [points(cell.score), share(cell.sure_share), share(cell.possible_share), ground(cell.gap_m2)].map((text) => el("td", { class: "number" }, text)));
  }

  townTable() {
    const towns = this.areas.filter(({ level }) => level === "town");
    const all = this.areas.find(({ level }) => level === "all");
    if (!all) return "";
    const line = (sums, name) => el("tr", {}, el("th", { scope: "row" }, name),
      [number(sums.cells), ground(sums.target_m2), ground(sums.sure_m2), ground(sums.unsure_m2), ground(sums.gap_m2), share(sums.sure_share), share(sums.possible_share)].map((text) => el("td", { class: "number" }, text)));
    const heads = [t("镇街"), t("网格"), t("应看"), t("确定看到"), t("不确定"), t("确定盲区"), t("确定"), t("可能")];
    return el("details", { class: "cover-towns" }, el("summary", {}, t("各镇街合计")),
      el("div", { class: "table-wrap" }, el("table", {}, el("thead", {}, el("tr", {}, heads.map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)))),
        el("tbody", {}, towns.map((one) => line(one, one.name ?? one.area ?? t("不在任何镇街")))), el("tfoot", {}, line(all, t("合计"))))));
  }

  /** Tell how many camera records break a rule; the query has the rows. */
  deviceChecks() {
    const link = el("a", { href: "/queries/device_checks?area=" }, t("摄像机档案检查"));
    const count = el("span", { class: "muted" });
    getJson(address("/api/queries/device_checks", { limit: 1, f: "json" }))
      .then(({ numberMatched }) => { count.textContent = t("：{n} 处与规则不符", { n: number(numberMatched) }); }).catch(() => {});
    return el("p", { class: "cover-checks" }, link, count);
  }

  back() {
    const act = () => { this.app.address.set({ cell: "", camera: "" }); this.overview(); };
    return el("button", { type: "button", class: "button small", on: { click: act } }, t("返回网格列表"));
  }

  /** Open the cell or camera that the address asks for; the map stays where the address says if it shows it. */
  async openAsked() {
    const [cell, camera] = ["cell", "camera"].map((name) => this.app.address.get(name));
    this.app.cover.stay = Boolean(this.app.address.place);
    if (cell) await this.openCell(cell);
    else if (camera) await this.openCamera(camera);
    this.app.cover.stay = false;
  }

  openCell(code) {
    this.app.address.set({ cell: code, camera: "" });
    return this.open((pane) => showCell(this, pane, code));
  }

  openCamera(code) {
    this.app.address.set({ camera: code, cell: "" });
    return this.open((pane) => showCamera(this, pane, code));
  }

  /** Fill the pane with something else than the overview. */
  async open(fill) {
    const turn = ++this.turn;
    if (this.app.chosen() !== "figures") this.app.choose("figures");
    const content = el("div", { class: "cover-detail" });
    try {
      await fill(content);
    } catch (error) {
      content.replaceChildren(el("p", { class: "form-error", role: "alert" }, error.message));
    }
    if (turn !== this.turn) return;
    this.reopen = () => this.open(fill);
    this.changed = el("button", { type: "button", class: "detail-changed", hidden: true, on: { click: this.reopen } }, t("已被修改，点此刷新"));
    this.pane.replaceChildren(this.back(), this.changed, content);
    this.pane.scrollTop = 0;
    content.querySelector("h2")?.focus();
  }
}
