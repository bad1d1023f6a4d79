// One cell: its figures, its gaps by what stands in them, who sees it, what hangs on one camera.
import { address, getJson } from "../api.js";
import { el } from "../dom.js";
import { moment, number, t } from "../i18n.js";
import { bar, ground, pair, points, share, weight } from "./say.js";

const KINDS = () => ({ certain: t("确定盲区"), unsure: t("不确定") });
const MOST_GAPS = 30;

/** Fill `pane` with a cell and draw it. */
export async function showCell(figures, pane, code) {
  const { app } = figures;
  const found = await getJson(address(`/api/coverage/cells/${encodeURIComponent(code)}`, { target: app.target }));
  const cell = found.cell.properties;
  const fresh = cell.state === "fresh";
  pane.replaceChildren(
    el("h2", { tabindex: -1 }, cell.name || code), el("p", { class: "muted small" }, code, cell.computed_at ? ` · ${t("计算于 {when}", { when: moment(cell.computed_at, true) })}` : ""),
    fresh ? "" : el("p", { class: "form-note" }, cell.state === "failed" ? t("无法计算：边界相交处切分失败。没有数字不等于没有盲区。") : cell.state === "missing" ? t("还没有计算。") : t("计算之后有改动，下面是改动前的数字，待重算。")),
    cell.target_m2 === null ? "" : facts(cell),
    el("p", {}, app.address.toMap("grid_cells", code, t("在地图上打开这个网格"))),
    ...(cell.target_m2 === null ? [] : [gapList(app, found.gaps), cameraList(figures, found), failures(found.cameras)]));
  draw(app, found);
  document.documentElement.dataset.cell = code;
}

function facts(cell) {
  const lines = [[t("应看"), ground(cell.target_m2)], [t("确定看到"), ground(cell.sure_m2)], [t("不确定"), ground(cell.unsure_m2)], [t("确定盲区"), ground(cell.gap_m2)],
    [t("两台以上看到"), share(cell.twice_share)], [t("风险分"), points(cell.score)]];
  return el("div", {}, bar(cell), el("p", { class: "cover-pair" }, pair(cell)),
    el("dl", { class: "cover-facts" }, lines.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value)))));
}

function gapList(app, gaps) {
  if (!gaps.length) return el("p", {}, t("没有可列出的盲区。"));
  const shown = gaps.slice(0, MOST_GAPS).map(({ geometry, properties }, i) => el("li", {}, gapItem(app, geometry, properties, i + 1)));
  const more = gaps.length > MOST_GAPS ? el("p", { class: "muted small" }, t("另有 {n} 处分值更低的盲区", { n: gaps.length - MOST_GAPS })) : "";
  return el("section", {}, el("h3", {}, t("盲区，要紧的在前")), el("ol", { class: "cover-gaps" }, shown), more);
}

function gapItem(app, geometry, gap, rank) {
  const go = el("button", { type: "button", class: "link-button", on: { click: () => app.cover.select([[geometry, gap.kind]], true) } },
    t("{rank}. {kind} {area}", { rank, kind: KINDS()[gap.kind], area: ground(gap.area_m2) }));
  const parts = gap.components.filter(({ amount }) => amount > 0).map((one) => el("li", {},
    t("{label} {amount} × {weight}{factor} = {points} 分", { label: label(app, one.component), amount: number(one.amount, 0), weight: weight(one.weight), factor: one.factor === 1 ? "" : ` × ${one.factor}`, points: number(one.points, 2) })));
  const rows = gap.rows.map((row) => el("li", {}, el("a", { href: `/#select=${encodeURIComponent(row.layer)}/${encodeURIComponent(row.code)}`, target: "_blank" }, row.name || row.code)));
  return el("div", { class: `cover-gap is-${gap.kind}` }, el("p", {}, go, " ", el("strong", {}, t("{n} 分", { n: points(gap.score) }))),
    el("details", {}, el("summary", {}, t("分数怎么来的")), el("ul", { class: "small-list" }, parts), rows.length ? el("ul", { class: "small-list" }, rows) : ""));
}

function label(app, component) {
  return app.figures.facts.weights.components.find((one) => one.component === component)?.label ?? component;
}

function cameraList(figures, { cameras, othersCameras }) {
  const rows = cameras.map(({ id, properties: one }) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link-button", on: { click: () => figures.openCamera(id) } }, one.name || id), one.undirected ? el("span", { class: "cover-state" }, t("朝向不详")) : null),
    [one.sure_m2, one.possible_m2].map((value) => el("td", { class: "number" }, ground(value)))));
  const others = othersCameras ? el("p", { class: "muted small" }, t("另有 {n} 台外区摄像机也看到这里", { n: othersCameras })) : "";
  if (!rows.length) return el("section", {}, el("h3", {}, t("看到这里的摄像机")), el("p", {}, t("没有。")), others);
  return el("section", {}, el("h3", {}, t("看到这里的摄像机")), el("div", { class: "table-wrap" }, el("table", { class: "cover-table" },
    el("thead", {}, el("tr", {}, [t("摄像机"), t("确定"), t("可能")].map((head, i) => el("th", { scope: "col", class: i ? "number" : null }, head)))), el("tbody", {}, rows))), others);
}

function failures(cameras) {
  const lost = cameras.map(({ properties }) => properties).filter((one) => one.sure_lost_m2 >= 1).sort((one, two) => two.sure_lost_m2 - one.sure_lost_m2);
  if (!lost.length) return "";
  return el("section", {}, el("h3", {}, t("一台失效就看不到的地方")),
    el("ul", { class: "small-list" }, lost.slice(0, 10).map((one) => el("li", {}, t("{name} 失效：少看到 {area}", { name: one.name || one.code, area: ground(one.sure_lost_m2) })))));
}

function draw(app, found) {
  const gaps = found.gaps.slice(0, MOST_GAPS).map(({ geometry, properties }) => [geometry, properties.kind]);
  app.cover.select([...gaps.reverse(), [found.cell.geometry, "cell"]]);
  app.cover.goTo([found.cell.geometry].filter(Boolean));
}
