// Where more cameras would help most: ask for a proposal, look at it, nudge its sites, save it.
import { address, getJson, sendJson } from "../api.js";
import { el } from "../dom.js";
import { moment, number, t } from "../i18n.js";
import { Handles, LatestOnly } from "./handles.js";
import { isWhole, points, share } from "./say.js";
import { numberField } from "./what-if.js";

const L = window.L;
const PATH = "/api/coverage/proposals";
const VIEW = { color: "#4a148c", weight: 1.5, fillColor: "#7b1fa2", fillOpacity: 0.25, interactive: false };
const ASK_AGAIN = 1500; // milliseconds

/** The third tab. */
export class Proposals {
  constructor(app) {
    this.app = app;
    this.pane = document.getElementById("pane-proposals");
    this.drawn = L.layerGroup().addTo(app.map);
    this.handles = [];
    document.getElementById("tab-proposals").addEventListener("chosen", () => { if (!this.open) this.list(); });
  }

  /** Show the form and all proposals. */
  async list(told = "") {
    this.close();
    this.status = el("p", { class: "muted", role: "status" }, told || t("正在读取…"));
    const form = this.app.config.mayCreate ? this.form() : null;
    const items = el("ul", { class: "proposal-list" });
    this.pane.replaceChildren(el("p", { class: "muted" }, t("在一个区域内找出新增摄像机最有用的位置和朝向，并证明离最优至多差多少。")), form ?? "", this.status, items);
    try {
      const { proposals } = await getJson(PATH);
      items.replaceChildren(...proposals.map((one) => this.item(one)));
      if (!told) this.status.textContent = proposals.length ? "" : t("还没有选点方案。");
    } catch (error) {
      this.status.textContent = error.message;
    }
  }

  item(one) {
    const label = t("方案 {id}：{area}，{n} 台", { id: one.id, area: one.areaName ?? one.area, n: one.sites });
    return el("li", {}, el("button", { type: "button", class: "link-button", on: { click: () => this.show(one.id) } }, label),
      el("span", { class: "muted small" }, ` ${moment(one.madeAt, true)} · ${one.madeBy}`), el("p", { class: "small" }, gapWords(one.figures)));
  }

  form() {
    const wish = { most: 5, fov: 80, range: 60, cost: 1, budget: "" };
    const area = el("select", { id: "proposal-area", required: true }, el("option", { value: "" }, t("请选择")));
    const fill = () => area.append(...(this.app.figures.areas ?? []).filter(({ level, area: code }) => code && level !== "all" && isWhole(this.app, code)).map((one) => {
      const zeros = "0".repeat(12 - one.area.length);
      return el("option", { value: one.area + zeros, selected: one.area === this.app.figures.area }, one.name ?? one.area);
    }));
    fill();
    const name = el("input", { type: "text", id: "proposal-model", value: t("枪机"), maxlength: 30 });
    const set = (key) => (value) => { wish[key] = value; };
    const form = el("form", { class: "proposal-form", novalidate: true },
      el("div", { class: "field" }, el("label", { for: area.id }, t("区域")), area),
      numberField("proposal-most", t("最多几台"), wish.most, 1, 500, set("most")),
      el("div", { class: "field" }, el("label", { for: name.id }, t("机型名称")), name),
      numberField("proposal-fov", t("视场角（度）"), wish.fov, 1, 360, set("fov")),
      numberField("proposal-range", t("可视距离（米）"), wish.range, 1, 500, set("range")),
      numberField("proposal-cost", t("每台费用"), wish.cost, 0, 1e9, set("cost")),
      numberField("proposal-budget", t("预算（可不填）"), "", 0, 1e12, set("budget")),
      el("button", { type: "submit", class: "button primary" }, t("计算方案")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!area.value) { this.status.textContent = t("请选择区域"); area.focus(); return; }
      const wrong = form.querySelector("input:invalid");
      if (wrong) { this.status.textContent = t("有数字超出范围，请改正"); wrong.focus(); return; }
      const budget = wish.budget === "" ? {} : { budget: wish.budget };
      this.start({ area: area.value, most: wish.most, models: [{ name: name.value.trim() || t("枪机"), fov: wish.fov, range: wish.range, cost: wish.cost }], ...budget });
    });
    return el("details", { class: "proposal-new" }, el("summary", {}, t("新方案")), form);
  }

  async start(wish) {
    try {
      const job = await sendJson(this.app.config, "POST", PATH, wish);
      this.follow(job.id);
    } catch (error) {
      this.status.textContent = error.message;
    }
  }

  /** Ask how far a job is until it has ended. */
  async follow(id) {
    const job = await getJson(address(`/api/jobs/${id}`, { lang: this.app.config.language })).catch(() => null);
    if (this.open) return;
    const ended = job && ["done", "failed", "cancelled"].includes(job.state);
    const { done, total, text } = job?.progress ?? {};
    this.status.replaceChildren(el("a", { href: `/jobs/${id}` }, t("任务 {id}", { id })), ` ${job?.stateTitle ?? ""} ${text ?? ""} ${total ? `${number(done)} / ${number(total)}` : ""} ${job?.error ?? ""}`);
    if (!ended) setTimeout(() => this.follow(id), ASK_AGAIN);
    else if (job.state === "done") this.list(t("方案已算好。"));
  }

  /** Show one proposal and its sites on the map. */
  async show(id) {
    this.close();
    try {
      const found = await getJson(`${PATH}/${id}`);
      this.open = found;
      this.figures = el("div");
      this.status = el("p", { class: "muted", role: "status" });
      this.pane.replaceChildren(
        el("button", { type: "button", class: "button small", on: { click: () => this.list() } }, t("全部方案")),
        el("h2", {}, t("方案 {id}：{area}，{n} 台", { id, area: found.areaName ?? found.area, n: found.sites })), this.figures, emptyNote(found), staleNote(found), this.actions(found), this.status,
        this.siteList(found), this.rules(found));
      this.say(found.figures);
      this.draw(found);
    } catch (error) {
      this.pane.replaceChildren(el("p", { class: "form-error", role: "alert" }, error.message));
    }
  }

  say(figures) {
    const part = (name) => (figures[name] === null || figures[name] === undefined ? "—" : `${number(100 * figures[name], 1)} %`);
    const lines = [[t("新增覆盖"), t("{n} 分", { n: points(figures.value) })], [t("理论上限"), figures.moved ? "—" : t("{n} 分", { n: points(figures.bound) })],
      [t("确定看到（按分值）"), `${part("sure_before_share")} → ${part("sure_after_share")}`], [t("可能看到（按分值）"), `${part("possible_before_share")} → ${part("possible_after_share")}`]];
    this.figures.replaceChildren(el("p", { class: "cover-pair" }, gapWords(figures)),
      el("dl", { class: "cover-facts" }, lines.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value)))));
  }

  actions(found) {
    const file = el("a", { class: "button small", href: `${PATH}/${found.id}`, download: `proposal-${found.id}.geojson` }, t("导出 GeoJSON"));
    if (!this.app.config.mayCreate) return el("p", { class: "button-row" }, file);
    const act = (label, kind, run, off = false) => el("button", { type: "button", class: `button small ${kind}`, disabled: off, on: { click: (event) => run(event.currentTarget) } }, label);
    return el("p", { class: "button-row" }, saved(found) ? null : act(t("存为规划监控"), "primary", (button) => this.save(found, button), found.stale), file, act(t("删除方案"), "danger", (button) => this.remove(found, button)));
  }

  async save(found, button) {
    button.disabled = true;
    try {
      const { cameras } = await sendJson(this.app.config, "POST", `${PATH}/${found.id}/save`, { version: found.version });
      this.app.cover.loadCameras();
      await this.show(found.id);
      this.status.textContent = t("已存为 {n} 台规划监控，图层里可见。", { n: cameras.length });
    } catch (error) {
      this.status.textContent = error.message;
      button.disabled = false;
    }
  }

  async remove(found, button) {
    if (!button.dataset.sure) { // the second click removes
      button.dataset.sure = "yes";
      button.textContent = t("确认删除");
      return;
    }
    const response = await fetch(`${PATH}/${found.id}`, { method: "DELETE", headers: { "X-Proof": this.app.config.proof } });
    if (response.ok) this.list(t("已删除。"));
    else this.status.textContent = t("没有删除成功，请刷新后再试。");
  }

  siteList(found) {
    const sites = found.features.filter(({ properties }) => properties.part === "site");
    return el("ol", { class: "site-list" }, sites.map((feature) => {
      const { site, azimuth, gain, flags, camera, model } = feature.properties;
      const told = el("span", { class: "small" }, siteWords(azimuth, gain, model, flags));
      this.words.set(site, { told, model });
      return el("li", {}, el("button", { type: "button", class: "link-button", on: { click: () => this.app.cover.goTo([feature.geometry]) } }, t("点位 {n}", { n: site })),
        camera ? el("a", { class: "cover-state", href: `/#select=cameras/${encodeURIComponent(camera)}` }, t("已存为 {code}", { code: camera })) : null, told);
    }));
  }

  rules({ rules }) {
    return el("details", {}, el("summary", {}, t("规则与来源")), el("ul", { class: "small-list" }, rules.map(({ text, source }) => el("li", {}, text, " ", el("span", { class: "muted" }, source)))));
  }

  draw(found) {
    const views = new Map();
    for (const { geometry, properties } of found.features) {
      if (properties.part === "view") views.set(properties.site, L.geoJSON(geometry, { style: VIEW, interactive: false }).addTo(this.drawn));
    }
    for (const { geometry, properties } of found.features.filter((one) => one.properties.part === "site")) {
      const [lng, lat] = geometry.coordinates;
      const place = L.latLng(lat, lng);
      const icon = L.divIcon({ className: "site-number", iconSize: [22, 22], html: el("span", {}, String(properties.site)) });
      if (!this.app.config.mayCreate || properties.camera) {
        L.marker(place, { icon, keyboard: false, title: t("点位 {n}", { n: properties.site }) }).addTo(this.drawn);
        continue;
      }
      this.movable(found, properties, place, icon, views);
    }
    this.app.cover.goTo(found.features.map(({ geometry }) => geometry));
  }

  /** A site that can be dragged and turned: tried while it moves, kept when it is let go. */
  movable(found, properties, place, icon, views) {
    const { site, model } = properties;
    const start = { place, azimuth: properties.azimuth };
    const camera = { place, azimuth: properties.azimuth, reach: Math.min(model.range, 60), turns: model.fov < 360 };
    const asking = new LatestOnly(({ keep, ...move }) => sendJson(this.app.config, "PATCH", `${PATH}/${found.id}/sites/${site}`, { ...move, keep, ...(keep ? { version: found.version } : {}) }).then((answer) => ({ ...answer, keep })),
      (answer) => {
        views.get(site)?.clearLayers().addData(answer.view);
        this.words.get(site)?.told.replaceChildren(siteWords(answer.azimuth, answer.gain, model, answer.flags));
        this.say(answer.figures);
        this.status.textContent = answer.keep ? t("点位 {n} 已移动并保存在方案里。", { n: site }) : t("松开后保存在方案里");
        if (!answer.keep) return;
        found.version = answer.version;
        Object.assign(start, { place: camera.place, azimuth: camera.azimuth });
      },
      (error) => { // back to where it is kept
        this.status.textContent = error.message;
        Object.assign(camera, start);
        handles.marker.setLatLng(start.place);
        handles.place();
      });
    const ask = (keep) => asking.send({ position: [camera.place.lng, camera.place.lat], azimuth: camera.azimuth, keep });
    const handles = new Handles(this.app.map, camera, t("点位 {n}", { n: site }), { moved: (to, end) => ask(end), turned: (to, end) => ask(end) });
    handles.marker.setIcon(icon);
    this.handles.push(handles);
  }

  close() {
    this.open = null;
    this.words = new Map();
    for (const one of this.handles) one.remove();
    this.handles = [];
    this.drawn.clearLayers();
  }
}

/** Tell whether every site is a planned camera already. */
function saved({ features }) {
  return features.every(({ properties }) => properties.camera);
}

/** Say why a proposal has no site. */
function emptyNote({ sites, asked, figures }) {
  if (sites) return "";
  const why = asked.most === 0 ? t("要求的台数是 0。")
    : figures.mounts_found === 0 ? t("这个区域里没有可以安装的位置：没有道路、立杆或临街的外墙，或都在不得安装的地方。")
      : t("预算不够一台，或没有一台能多看到什么。");
  return el("p", { class: "form-note" }, t("没有选出点位。"), why);
}

/** Say what of a proposal's inputs has changed since it was made. */
function staleNote({ stale, changed }) {
  if (!stale) return "";
  return el("p", { class: "form-note cover-stale" }, t("方案算出以后，依据已变：{changed}。不能再存为规划监控，请重新计算。", { changed: changed.join(t("、")) }));
}

function gapWords({ gap, moved }) {
  if (moved) return t("有点位移动过，不再有最优性证明。");
  return gap === null || gap === undefined ? t("没有算出上限。") : t("距理论最优至多 {n}", { n: share(100 * gap) });
}

function siteWords(azimuth, gain, model, flags) {
  const said = t("{model}，朝向 {azimuth}°，新增 {gain} 分", { model: model.name, azimuth: number(azimuth, 0), gain: points(gain) });
  const consent = flags.map((flag) => t("须征得同意：{name}", { name: flag.name || flag.code }));
  return ` ${[said, ...consent].join("；")}`;
}
