// The legend on the map: what the fills mean in words, and which parts are shown.
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { NARROW } from "../sides.js";
import { CLASSES, GAPS_FROM, sample } from "./style.js";

const VIEWS_FROM = 15; // as GAPS_FROM

/** Put the legend on the map. */
export function showLegend(app) {
  const toggle = (part, label) => {
    const box = el("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => app.cover.show(part, box.checked));
    return el("label", { class: "check" }, box, label);
  };
  const line = (kind, label) => el("li", {}, sample(kind), el("span", {}, label));
  const hint = el("p", { class: "zoom-hint cover-hint", role: "status" });
  const far = el("div", {}, el("p", { class: "small" }, t("网格：可能看到的部分占应看的")), el("ul", {}, CLASSES.map(({ label }) => line(label, label))));
  const near = el("div", {}, toggle("views", t("摄像机视野")),
    el("ul", {}, line("sure", t("确定看到：朝向、视场角、距离都已知")), line("possible", t("可能看到：朝向或参数不详，能看到的最大范围"))),
    toggle("gaps", t("盲区")),
    el("ul", {}, line("certain", t("确定盲区：没有摄像机能看到")), line("unsure", t("不确定：可能看到，也可能看不到"))));
  const tell = () => {
    const zoom = app.map.getZoom();
    hint.textContent = zoom < GAPS_FROM ? t("放大后才画出盲区和视野：没有画出不等于没有") : zoom < VIEWS_FROM ? t("放大后才画出视野") : "";
    hint.hidden = !hint.textContent;
    far.hidden = zoom >= GAPS_FROM;
    near.hidden = !far.hidden;
  };
  app.map.on("zoomend", tell);
  tell();
  document.querySelector(".map-area").append(el("details", { class: "map-legend cover-legend", open: !NARROW.matches },
    el("summary", {}, t("图例")),
    el("div", { class: "map-legend-body" }, hint, far, near,
      el("ul", {}, line("stale", t("待重算或无法计算的网格"))),
      el("p", { class: "muted small" }, t("建筑物遮挡已计入；高度、树木、夜间光线未计。")))));
}
