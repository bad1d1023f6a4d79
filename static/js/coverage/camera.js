// One camera: what it surely and possibly sees, what hides the rest, what is wrong with its record.
import { address, getJson } from "../api.js";
import { el } from "../dom.js";
import { number, t } from "../i18n.js";
import { ground } from "./say.js";

const STATUS = () => ({ online: t("在线"), offline: t("离线，不计入覆盖"), planned: t("规划中，不计入覆盖"), unknown: t("状态不详，只算可能看到") });

/** Fill `pane` with a camera and draw its view. */
export async function showCamera(figures, pane, code) {
  const { app } = figures;
  const found = await getJson(address(`/api/coverage/cameras/${encodeURIComponent(code)}`, { target: app.target }));
  const camera = found.camera.properties;
  const moved = camera.moved_m > 0 ? t("登记的位置在建筑内，按最近的外墙计，移动了 {n} 米。", { n: number(camera.moved_m, 1) }) : "";
  const undirected = camera.undirected ? t("朝向不详：四周都可能，没有一处确定。") : "";
  const notes = [undirected, moved, ...(camera.problems ?? [])].filter(Boolean);
  pane.replaceChildren(
    el("h2", { tabindex: -1 }, camera.name || code), el("p", { class: "muted small" }, code, " · ", STATUS()[camera.status] ?? String(camera.status)),
    camera.state === "fresh" ? "" : el("p", { class: "form-note" }, camera.state === "missing" ? t("视野还没有计算。") : t("计算之后有改动，视野待重算。")),
    el("dl", { class: "cover-facts" }, [[t("确定看到"), ground(camera.sure_m2)], [t("可能看到"), ground(camera.possible_m2)], [t("挡住视线的建筑"), number(found.occluders.length)]]
      .map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value)))),
    notes.length ? el("section", {}, el("h3", {}, t("档案问题")), el("ul", { class: "small-list" }, notes.map((text) => el("li", {}, text)))) : "",
    el("p", { class: "button-row" },
      el("button", { type: "button", class: "button small", on: { click: () => app.whatIf.begin(found.camera) } }, t("推演：移动、转向或停用")),
      app.address.toMap("cameras", code, t("打开档案"), { class: "button small" })),
    cellList(figures, found.cells));
  const view = [...found.occluders.map(({ geometry }) => [geometry, "occluder"]), [found.possible, "possible"], [found.sure, "sure"], [found.stands_at ?? found.camera.geometry, "cell"]];
  app.cover.select(view);
  app.cover.goTo([found.possible ?? found.camera.geometry]);
  document.documentElement.dataset.camera = code;
}

function cellList(figures, cells) {
  if (!cells.length) return "";
  const rows = cells.map((one) => el("tr", {}, el("th", { scope: "row" }, el("button", { type: "button", class: "link-button", on: { click: () => figures.openCell(one.code) } }, one.name || one.code)),
    [one.sure_m2, one.possible_m2, one.sure_lost_m2].map((value) => el("td", { class: "number" }, ground(value)))));
  return el("section", {}, el("h3", {}, t("看到的网格")), el("div", { class: "table-wrap" }, el("table", { class: "cover-table" },
    el("thead", {}, el("tr", {}, [t("网格"), t("确定"), t("可能"), t("只有它确定看到")].map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)))), el("tbody", {}, rows))));
}
