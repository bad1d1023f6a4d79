// Figures of coverage as people read them. What is not known is a dash, never a nought.
import { el } from "../dom.js";
import { number, t } from "../i18n.js";

const FINEST = 0.05; // per cent: what is less is not nothing, and what lacks less is not all

/** Return a share in per cent. */
export function share(value) {
  if (value === null || value === undefined) return "—";
  if (value > 0 && value < FINEST) return "< 0.1 %";
  if (value < 100 && value > 100 - FINEST) return "> 99.9 %";
  return `${number(value, 1)} %`;
}

/** Return the points of one unit, however few: a square metre has a millionth. */
export function weight(value) {
  return number(value, 12);
}

/** Return square metres, whole ones. */
export function ground(value) {
  return value === null || value === undefined ? "—" : `${number(value, 0)} m²`;
}

/** Return a change with its sign. */
export function change(value, say) {
  if (value === null || value === undefined || Number.isNaN(value)) return "—";
  if (Math.abs(value) < 0.05) return "±0";
  return `${value > 0 ? "+" : "−"}${say(Math.abs(value))}`;
}

/** Tell whether all of an area is the caller's own to see. */
export function isWhole({ config }, area) {
  return config.areas === null || config.areas.some((prefix) => (area ?? "").startsWith(prefix));
}

/** Return an area's name; of one of which only a part is the caller's, that it is a part. */
export function areaName(app, { name, area }) {
  const said = name ?? (area || t("全部"));
  return isWhole(app, area) ? said : t("{area}（本账号可见部分）", { area: said });
}

/** Return the points of a score. */
export function points(value) {
  return value === null || value === undefined ? "—" : number(value, 1);
}

/** Return a bar: surely seen, possibly seen, and the rest; told in words beside it. */
export function bar({ sure_share: sure, possible_share: possible }) {
  if (sure === null || sure === undefined) return el("div", { class: "cover-bar is-unknown" });
  const part = (kind, width) => el("span", { class: `cover-part ${kind}`, style: { width: `${width}%` } });
  return el("div", { class: "cover-bar", "aria-hidden": "true" }, part("sure", sure), part("unsure", possible - sure), part("certain", 100 - possible));
}

/** Return the two shares in one line of words. */
export function pair({ sure_share: sure, possible_share: possible }) {
  return t("确定 {sure}，可能 {possible}", { sure: share(sure), possible: share(possible) });
}

/** Return a line of label and value. */
export function fact(label, value) {
  return [el("dt", {}, label), el("dd", {}, value)];
}
