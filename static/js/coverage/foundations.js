// What the figures stand on, in plain words: rules, assumptions, weights.
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { weight } from "./say.js";

/** Return a fold that says what is assumed and how a score is made. */
export function foundations({ assumptions, weights }) {
  const [fovLow, fovHigh] = assumptions.fieldAngle;
  const [near, far] = assumptions.range;
  const said = [
    t("摄像机看到的是朝向、视场角和距离围成的扇形，减去建筑挡住的部分；高度不计，建筑一律遮挡。"),
    t("只记八方位的朝向按 ±22.5° 计；没有朝向的摄像机什么都不“确定”看到，但四周都“可能”看到。"),
    t("视场角不详按 {low}°–{high}° 计，距离不详按 {near}–{far} 米计。", { low: fovLow, high: fovHigh, near, far }),
    assumptions.pixelDensity ? t("画面须达到每米 {n} 像素才算看到。", { n: assumptions.pixelDensity }) : t("可视距离以档案登记为准。"),
    t("球机和云台能转向：只算可能看到。离线、规划中和室内的摄像机不算。"),
    t("不足 {n} m² 的盲区计入面积，不单独列出。", { n: assumptions.smallestGap }),
    t("合计是平方米相加；比率由合计算出，不是比率的平均。"),
  ];
  const rows = weights.components.map((one) => el("tr", {}, el("th", { scope: "row" }, one.label), el("td", { class: "number" }, weight(one.weight))));
  return el("details", { class: "cover-foundations" }, el("summary", {}, t("这些数字怎么来的")),
    el("ul", {}, said.map((text) => el("li", {}, text))),
    el("p", {}, t("风险分 = 盲区内各项数量 × 分值；不确定的盲区乘以 {factor}。近 {n} 个月的事件计入。分值来源：{source}", { factor: weights.unsureFactor, n: assumptions.incidentMonths, source: weights.source })),
    el("table", {}, el("tbody", {}, rows)));
}
