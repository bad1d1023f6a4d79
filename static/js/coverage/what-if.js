// What if: cameras moved, turned, switched off or added; figures follow while dragging. Nothing is
// written until a new camera is saved as a planned one, the way every edit goes.
import { getJson, sendJson } from "../api.js";
import { send } from "../edit/send.js";
import { el } from "../dom.js";
import { number, t } from "../i18n.js";
import { Handles, LatestOnly } from "./handles.js";
import { change as signed, ground, share } from "./say.js";
import { HatchCanvas, overlay } from "./style.js";

const L = window.L;
const PATH = "/api/coverage/what-if";
const MOST = 20;
const ALL_AROUND = 360;
const SHOWN_REACH = 40; // metres from a camera to its handle where its range is not known

/** The second tab. */
export class WhatIf {
  constructor(app) {
    this.app = app;
    this.pane = document.getElementById("pane-what-if");
    this.banner = document.getElementById("what-if-banner");
    this.changes = new Map(); // by key: code of a camera, or name of a new one
    this.adding = false;
    this.added = 0;
    app.map.createPane("what-if").style.zIndex = "425";
    this.canvas = new HatchCanvas({ pane: "what-if" });
    this.drawn = L.layerGroup().addTo(app.map);
    this.asking = new LatestOnly((body) => sendJson(app.config, "POST", PATH, body), (answer) => this.show(answer), (error) => this.fail(error));
    this.list = el("ul", { class: "what-if-list" });
    this.result = el("div", { class: "what-if-result", "aria-live": "polite" });
    this.model = { fov: 80, range: 50 };
    this.build();
  }

  build() {
    const fov = numberField("what-if-fov", t("视场角（度）"), this.model.fov, 1, 360, (value) => { this.model.fov = value; });
    const range = numberField("what-if-range", t("可视距离（米）"), this.model.range, 1, 2000, (value) => { this.model.range = value; });
    this.pane.replaceChildren(
      el("p", { class: "muted" }, t("点地图上的摄像机，把它拖到别处、转向或停用；也可以新增一台。数字随拖动更新，不会改动数据。")),
      el("fieldset", { class: "what-if-add" }, el("legend", {}, t("新增摄像机")), fov, range,
        el("div", { class: "button-row" },
          el("button", { type: "button", class: "button", on: { click: () => this.wait() } }, t("在地图上点位置")),
          el("button", { type: "button", class: "button", on: { click: () => this.add(this.app.map.getCenter()) } }, t("放在地图中心")))),
      this.list, this.result);
  }

  /** Wait for a click on the map. */
  wait() {
    this.adding = true;
    this.app.map.getContainer().classList.add("is-measuring");
    this.app.tell(t("在地图上点新摄像机的位置"));
  }

  /** Take a click on the map if it is meant for the what-if. */
  takesPlace(place) {
    if (this.adding) this.add(place);
    return this.app.chosen() === "what-if";
  }

  /** Take a click on a camera while the tab is open. */
  takes(feature) {
    if (this.app.chosen() !== "what-if") return false;
    this.begin(feature);
    return true;
  }

  add(place) {
    this.adding = false;
    this.app.map.getContainer().classList.remove("is-measuring");
    this.added += 1;
    const name = t("新 {n}", { n: this.added });
    this.put({ key: name, code: "", name, title: name, place: L.latLng(place.lat, place.lng), azimuth: 0, fov: this.model.fov, range: this.model.range, off: false, moved: true });
  }

  /** Take a camera that there is under one's hands. */
  async begin({ id }) {
    if (this.app.chosen() !== "what-if") this.app.choose("what-if");
    if (this.changes.has(id)) return;
    try {
      const { geometry, properties } = await getJson(`/api/collections/cameras/items/${encodeURIComponent(id)}`);
      const [lng, lat] = geometry.coordinates;
      this.put({ key: id, code: id, name: "", title: properties.name || id, place: L.latLng(lat, lng), azimuth: properties.azimuth ?? null,
        fov: properties.horizontal_fov ?? null, range: properties.max_view_distance ?? null, off: null, moved: false, turned: false });
    } catch (error) {
      this.fail(error);
    }
  }

  put(camera) {
    if (this.changes.size >= MOST) { this.app.tell(t("一次最多推演 {n} 台", { n: MOST })); return; }
    this.changes.set(camera.key, camera);
    camera.reach = Math.min(camera.range ?? SHOWN_REACH, 120);
    camera.turns = camera.fov === null || camera.fov < ALL_AROUND;
    camera.handles = new Handles(this.app.map, camera, camera.title, {
      moved: () => { camera.moved = true; this.ask(); },
      turned: () => { camera.turned = true; camera.box.value = String(camera.azimuth); this.ask(); },
    });
    this.list.append(this.item(camera));
    this.app.cover.select([]);
    this.banner.replaceChildren(el("strong", {}, t("推演，未保存")), el("button", { type: "button", class: "button small", on: { click: () => this.reset() } }, t("全部还原")));
    this.banner.hidden = false;
    document.body.classList.add("in-what-if");
    this.ask();
  }

  item(camera) {
    const azimuth = numberField(`azimuth-${this.changes.size}-${this.added}`, t("朝向（度，北为 0）"), camera.azimuth ?? "", 0, 360, (value) => {
      camera.azimuth = value;
      camera.turned = true;
      camera.handles.place();
      this.ask();
    });
    camera.box = azimuth.querySelector("input");
    const off = el("input", { type: "checkbox" });
    off.addEventListener("change", () => { camera.off = off.checked; this.ask(); });
    const save = !camera.code && this.app.config.mayCreate
      ? el("button", { type: "button", class: "button small primary", on: { click: (event) => this.save(camera, event.currentTarget) } }, t("存为规划监控")) : null;
    const undo = camera.code ? t("还原") : t("去掉");
    camera.told = el("p", { class: "small" });
    camera.node = el("li", {}, el("strong", {}, camera.title), camera.turns ? azimuth : null,
      el("label", { class: "check" }, off, t("停用")),
      el("div", { class: "button-row" }, save, el("button", { type: "button", class: "button small", "aria-label": `${undo}：${camera.title}`, on: { click: () => this.drop(camera) } }, undo)), camera.told);
    return camera.node;
  }

  ask() {
    if (!this.changes.size) return;
    this.asking.send({ target: this.app.target, cameras: [...this.changes.values()].map(asked) });
  }

  show({ cells, total, failures, cameras, gaps, stale }) {
    this.drawn.clearLayers();
    const put = (geometry, kind) => { if (geometry) this.drawn.addLayer(L.geoJSON(geometry, { style: overlay(kind), renderer: this.canvas, pane: "what-if", interactive: false })); };
    for (const { geometry, properties } of gaps) put(geometry, properties.kind);
    for (const one of cameras) {
      put(one.possible, "possible");
      put(one.sure, "sure");
      this.changes.get(one.code || one.name)?.told.replaceChildren(t("确定 {sure}，可能 {possible}", { sure: ground(one.sure_m2), possible: ground(one.possible_m2) }), ...notes(one));
    }
    this.app.cover.hide(cells.map(({ code }) => code), [...this.changes.keys()]);
    this.result.replaceChildren(...this.tables(cells, total, failures, stale));
    document.documentElement.dataset.whatIf = String(Number(document.documentElement.dataset.whatIf ?? 0) + 1);
  }

  tables(cells, { before, after }, failures, stale) {
    const line = (label, name, say) => el("tr", {}, el("th", { scope: "row" }, label), [say(before[name]), say(after[name]), signed(after[name] - before[name], say)].map((text) => el("td", { class: "number" }, text)));
    const head = (names) => el("thead", {}, el("tr", {}, names.map((name, i) => el("th", { scope: "col", class: i ? "number" : null }, name))));
    const rows = cells.map((cell) => el("tr", { "data-code": cell.code }, el("th", { scope: "row" }, cell.name || cell.code, cell.fresh ? null : el("span", { class: "cover-state" }, t("待重算"))),
      [[cell.before.sure_share, cell.after.sure_share], [cell.before.possible_share, cell.after.possible_share]].map(([was, is]) => el("td", { class: "number" }, `${share(was)} → ${share(is)}`))));
    if (!cells.length) return [el("p", { class: "form-note" }, t("这里没有网格，或者什么都看不到：没有可比较的数字。"))];
    return [
      el("h3", {}, t("涉及 {n} 个网格，合计", { n: cells.length })),
      stale ? el("p", { class: "form-note" }, t("{n} 个网格待重算", { n: stale })) : "",
      el("div", { class: "table-wrap" }, el("table", { class: "cover-table what-if-total" }, head(["", t("现在"), t("推演"), t("变化")]), el("tbody", {},
        line(t("确定看到"), "sure_m2", ground), line(t("可能看到"), "possible_m2", ground), line(t("确定盲区"), "gap_m2", ground),
        line(t("两台以上确定看到"), "twice_m2", ground), line(t("只有一台确定看到"), "alone_m2", ground), line(t("失效就会丢失覆盖的摄像机"), "singles", (value) => number(value, 0))))),
      failureTable(failures, head),
      el("div", { class: "table-wrap" }, el("table", { class: "cover-table" }, head([t("网格"), t("确定"), t("可能")]), el("tbody", {}, rows))),
    ];
  }

  async save(camera, button) {
    button.disabled = true;
    const properties = { name: t("规划监控"), status: "planned", room_type: "1", ptz_type: camera.turns ? "3" : "6", azimuth: camera.azimuth, horizontal_fov: camera.fov, max_view_distance: camera.range };
    const feature = { type: "Feature", geometry: { type: "Point", coordinates: [camera.place.lng, camera.place.lat] }, properties };
    try {
      const { location, body } = await send(this.app, "POST", "/api/collections/cameras/items", { body: feature, type: "application/geo+json", reason: t("覆盖推演") });
      const code = body.id ?? decodeURIComponent((location ?? "").split("/").pop());
      button.replaceWith(el("a", { class: "button small", href: `/#select=cameras/${encodeURIComponent(code)}` }, t("已存：{code}", { code })));
      this.app.cover.loadCameras();
    } catch (error) {
      button.disabled = false;
      camera.told.replaceChildren(error.message);
    }
  }

  fail(error) {
    this.result.replaceChildren(el("p", { class: "form-error", role: "alert" }, error.message));
  }

  drop(camera) {
    camera.handles.remove();
    camera.node.remove();
    this.changes.delete(camera.key);
    if (this.changes.size) this.ask();
    else this.reset();
  }

  reset() {
    this.asking.forget();
    for (const camera of this.changes.values()) camera.handles.remove();
    this.changes.clear();
    this.list.replaceChildren();
    this.result.replaceChildren();
    this.drawn.clearLayers();
    this.app.cover.hide([], []);
    this.app.cover.loadCameras();
    this.banner.hidden = true;
    document.body.classList.remove("in-what-if");
  }
}

/** Return what is lost if one camera fails, now and then, of those for which it differs. */
function failureTable(failures, head) {
  if (!failures.length) return "";
  const rows = failures.map((one) => el("tr", {}, el("th", { scope: "row" }, one.name || one.code),
    [ground(one.before_m2), ground(one.after_m2), signed(one.after_m2 - one.before_m2, ground)].map((text) => el("td", { class: "number" }, text))));
  return el("section", {}, el("h3", {}, t("这台失效会少看到的（确定）")),
    el("div", { class: "table-wrap" }, el("table", { class: "cover-table what-if-failures" }, head([t("摄像机"), t("现在"), t("推演"), t("变化")]), el("tbody", {}, rows))));
}

/** Return what there is to say of a camera besides its figures. */
function notes({ moved_m: metres, problems }) {
  const moved = metres > 0 ? [t("在建筑内，按最近的外墙计，移动了 {n} 米", { n: number(metres, 1) })] : [];
  return [...moved, ...problems].map((text) => ` · ${text}`);
}

/** Return a change as the API asks for it: only what differs from the record. */
function asked(camera) {
  const place = [camera.place.lng, camera.place.lat];
  if (!camera.code) return { name: camera.name, position: place, azimuth: camera.azimuth, fov: camera.fov, range: camera.range, ...(camera.off ? { off: true } : {}) };
  return {
    code: camera.code,
    ...(camera.moved ? { position: place } : {}),
    ...(camera.turned && camera.azimuth !== null ? { azimuth: camera.azimuth } : {}),
    ...(camera.off === null ? {} : { off: camera.off }),
  };
}

/** Return a labelled box for a number; `act` gets it when it is one within bounds. */
export function numberField(id, label, value, least, most, act) {
  const box = el("input", { type: "number", id, min: least, max: most, step: "any", value });
  const told = el("span", { class: "field-error small", role: "alert", hidden: true }, t("应在 {least} 到 {most} 之间", { least: number(least), most: number(most) }));
  box.addEventListener("input", () => { // what does not count is said, never passed over
    told.hidden = box.validity.valid;
    if (box.value !== "" && box.validity.valid) act(Number(box.value));
  });
  return el("div", { class: "field" }, el("label", { for: id }, label), box, told);
}
