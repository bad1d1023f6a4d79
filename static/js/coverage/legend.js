// The legend on the map: what the fills mean in words, and which parts are shown.
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { NARROW } from "../sides.js";
import { sample } from "./style.js";

/** Put the legend on the map. */
export function showLegend(app) {
  const toggle = (part, label) => {
    const box = el("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => app.cover.show(part, box.checked));
    return el("label", { class: "check" }, box, label);
  };
  const line = (kind, label) => el("li", {}, sample(kind), el("span", {}, label));
  document.querySelector(".map-area").append(el("details", { class: "map-legend cover-legend", open: !NARROW.matches },
    el("summary", {}, t("图例")),
    el("div", { class: "map-legend-body" },
      toggle("views", t("摄像机视野")),
      el("ul", {}, line("sure", t("确定看到：朝向、视场角、距离都已知")), line("possible", t("可能看到：朝向或参数不详，能看到的最大范围"))),
      toggle("gaps", t("盲区")),
      el("ul", {}, line("certain", t("确定盲区：没有摄像机能看到")), line("unsure", t("不确定：可能看到，也可能看不到"))),
      el("ul", {}, line("stale", t("待重算的网格：数字不是最新"))),
      el("p", { class: "muted small" }, t("建筑物遮挡已计入；高度、树木、夜间光线未计。")))));
}
