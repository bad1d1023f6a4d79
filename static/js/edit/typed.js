// Coordinates typed by hand: one corner a line, in degrees or in metres of the deployment's system.
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { fromLines, lines } from "./space.js";

const NUMBERS = /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;
const LEAST = { Point: 1, LineString: 2, MultiLineString: 2, MultiPolygon: 3 };

/** Make the section of typed coordinates; `take(geometry)` gets what was typed when it is whole. */
export function typedSection(space, type, take) {
  const section = new Typed(space, type, take);
  return { node: section.node, show: (geometry) => section.show(geometry) };
}

class Typed {
  constructor(space, type, take) {
    Object.assign(this, { space, type, take });
    const systems = [["degrees", t("WGS-84 经度 纬度（度）")], ...(space.metric ? [["metres", t("平面坐标 北 东（米）")]] : [])];
    this.system = el("select", { id: "typed-system" }, systems.map(([code, label]) => el("option", { value: code }, label)));
    this.system.value = space.metric && type !== "Point" ? "metres" : "degrees";
    this.system.addEventListener("change", () => this.show(this.geometry));
    this.boxes = el("div", { class: "typed-boxes" });
    this.error = el("p", { class: "form-error", role: "alert" });
    this.node = el("details", { class: "typed" }, el("summary", {}, t("输入坐标")),
      el("div", { class: "field" }, el("label", { for: this.system.id, class: "field-label" }, t("坐标系")), this.system),
      this.boxes, this.error,
      el("button", { type: "button", class: "button small", on: { click: () => this.use() } }, t("用这些坐标")));
  }

  show(geometry) {
    this.geometry = geometry;
    this.exact = new Map(); // line of text → the exact pair that it stands for
    const all = geometry ? lines(geometry) : [{ part: 0, ring: 0, pairs: [] }];
    this.rings = all.map((line, i) => ({ ...line, box: this.box(line, i, all.length) }));
    this.boxes.replaceChildren(...this.rings.map(({ box, label }, i) => el("div", { class: "field" }, el("label", { for: box.id, class: "field-label" }, label ?? this.label(all[i], all.length)), box)));
    this.error.textContent = "";
  }

  label({ part, ring }, count) {
    if (count === 1) return this.type === "Point" ? t("坐标") : t("各点坐标，每行一点");
    return ring ? t("第 {n} 部分，内环 {i}", { n: part + 1, i: ring }) : t("第 {n} 部分", { n: part + 1 });
  }

  box({ pairs }, i) {
    const box = el("textarea", { id: `typed-${i}`, rows: this.type === "Point" ? 1 : Math.min(10, Math.max(4, pairs.length)), spellcheck: "false", class: "coordinates-box" });
    box.value = pairs.map((pair) => this.line(pair)).join("\n");
    return box;
  }

  line(pair) {
    const text = this.system.value === "metres" ? `${pair[1]} ${pair[0]}` : this.space.degrees(pair).map((value) => value.toFixed(8)).join(" ");
    this.exact.set(text, pair);
    return text;
  }

  use() {
    try {
      const all = this.rings.map(({ part, ring, box }) => ({ part, ring, pairs: this.pairs(box.value) }));
      this.error.textContent = "";
      this.take(fromLines(this.type, all));
    } catch (error) {
      this.error.textContent = error.message;
    }
  }

  pairs(text) {
    const found = text.split("\n").map((line) => line.trim()).filter(Boolean).map((line, i) => this.pair(line, i + 1));
    if (found.length < LEAST[this.type]) throw new Error(t("至少需要 {n} 个点", { n: LEAST[this.type] }));
    if (this.type === "Point" && found.length > 1) throw new Error(t("只能有 1 个点"));
    return found;
  }

  pair(line, place) {
    if (this.exact.has(line)) return this.exact.get(line);
    const numbers = (line.match(NUMBERS) ?? []).map(Number);
    const wrong = new Error(t("第 {n} 行不是一对坐标", { n: place }));
    if (numbers.length !== 2 || !numbers.every(Number.isFinite)) throw wrong;
    if (this.system.value === "metres") return [numbers[1], numbers[0]];
    if (Math.abs(numbers[0]) > 180 || Math.abs(numbers[1]) > 85) throw wrong;
    return this.space.fresh(...numbers);
  }
}
