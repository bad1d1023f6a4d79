// Measuring lengths and areas by clicks, or by Enter at the middle of the map; drawing lines for forms.
import { el, icon } from "./dom.js";
import { area, length } from "./geodesy.js";
import { number, t } from "./i18n.js";

const L = window.L;
const LOOK = { color: "#b3261e", weight: 2.5, fillColor: "#b3261e", fillOpacity: 0.1, interactive: false };

/** Return a length as people read it. */
export function lengthText(metres) {
  return metres < 1000 ? `${number(metres, 1)} m` : `${number(metres / 1000, 3)} km`;
}

/** Return an area as people read it here: m², mu and km². */
export function areaText(square) {
  const main = square < 100000 ? `${number(square, 1)} m²` : `${number(square / 1e6, 4)} km²`;
  return `${main}（${number(square / (2000 / 3), 2)} ${t("亩")}）`;
}

/** The measuring tool: one line or one ring at a time. */
export class Measure {
  constructor(app) {
    this.app = app;
    this.kind = "";
    this.take = null; // who gets the line that is being drawn
    this.points = [];
    this.drawn = L.layerGroup();
    this.box = document.getElementById("measure-box");
    const { map } = app;
    map.on("click", ({ latlng }) => this.add(latlng));
    map.on("dblclick", () => { if (this.take) this.finish(); });
    map.on("mousemove", ({ latlng }) => { if (this.kind && this.points.length) this.draw(latlng); });
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) this.add(map.getCenter());
    });
    document.addEventListener("keydown", (event) => {
      if (!this.kind) return;
      if (event.key === "Escape") this.stop();
      if (event.key === "Backspace" && !event.target.closest("input, textarea")) this.undo();
    });
  }

  toggle(kind) {
    if (this.kind === kind) return this.stop();
    this.stop();
    this.kind = kind;
    this.app.tool = "measure";
    this.drawn.addTo(this.app.map);
    this.app.map.doubleClickZoom.disable();
    document.getElementById(`tool-measure-${kind}`).setAttribute("aria-pressed", "true");
    this.app.map.getContainer().classList.add("is-measuring");
    return this.draw();
  }

  /** Have a line drawn: `take` gets its points when it is finished, and nothing when it is given up. */
  line(take) {
    this.stop();
    this.toggle("length");
    this.take = take;
    this.draw();
    this.app.map.getContainer().focus();
  }

  finish() {
    const { take, points } = this;
    const line = points.filter((point, i) => !i || !point.equals(points[i - 1])); // a double click adds its place twice
    if (line.length < 2) return;
    this.stop();
    take(line.map((point) => point.wrap()));
  }

  stop() {
    if (this.kind) document.getElementById(`tool-measure-${this.kind}`).removeAttribute("aria-pressed");
    this.kind = "";
    this.take = null;
    // The click that ends a line must not be taken for a question about its place as well.
    setTimeout(() => { if (!this.kind) this.app.tool = null; });
    this.points = [];
    this.drawn.clearLayers().remove();
    this.box.hidden = true;
    this.app.map.doubleClickZoom.enable();
    this.app.map.getContainer().classList.remove("is-measuring");
  }

  add(latlng) {
    if (!this.kind) return;
    this.points.push(latlng);
    this.draw();
  }

  undo() {
    this.points.pop();
    this.draw();
  }

  draw(pointer) {
    const line = pointer ? [...this.points, pointer] : this.points;
    this.drawn.clearLayers();
    if (this.kind === "area" && line.length > 2) this.drawn.addLayer(L.polygon(line, LOOK));
    else if (line.length > 1) this.drawn.addLayer(L.polyline(line, LOOK));
    for (const point of this.points) this.drawn.addLayer(L.circleMarker(point, { ...LOOK, radius: 4, fillColor: "#fff", fillOpacity: 1 }));
    this.tell(line.map(({ lng, lat }) => [lng, lat]));
  }

  tell(points) {
    const closed = this.kind === "area" && points.length > 2;
    const result = closed ? areaText(area(points)) : lengthText(length(points));
    const more = closed ? `${t("周长")} ${lengthText(length([...points, points[0]]))}` : this.take ? t("点击地图加点，双击或按“完成”结束，Esc 取消") : t("点击地图加点，Esc 结束");
    const button = (label, act, name) => el("button", { type: "button", class: "button small", on: { click: act } }, name ? icon(name) : label);
    this.box.replaceChildren(
      el("div", { class: "measure-result", role: "status" }, el("span", { class: "muted" }, this.kind === "area" ? t("面积") : t("距离")), " ", el("strong", {}, result)),
      el("div", { class: "muted measure-more" }, more),
      el("div", { class: "measure-actions" }, button(t("退一步"), () => this.undo()),
        this.take ? button(t("完成"), () => this.finish()) : null, button(this.take ? t("取消") : t("结束"), () => this.stop())));
    this.box.hidden = false;
  }
}
