// Values as people read them: labels for codes, units, and what is not known says so.
import { el } from "./dom.js";
import { moment, number, t } from "./i18n.js";

/** Return the row of one field. What is not known says so; an optional empty note is left out. */
export function fieldRow(field, value) {
  const label = [field.label, field.help ? el("span", { class: "field-help" }, field.help) : null];
  const term = el("dt", { title: field.standard || null }, label);
  const missing = value === null || value === undefined || value === "";
  if (missing && field.name === "note") return [];
  if (missing && field.openEnd) return [term, el("dd", {}, t("至今有效"))];
  if (missing) return [term, el("dd", { class: "unknown" }, t("不详"))];
  return [term, shown(field, value)];
}

function shown(field, value) {
  const unknown = field.type === "choice" && choiceOf(field, value)?.unknown;
  return el("dd", { class: unknown ? "unknown" : "" }, valueParts(field, value));
}

function choiceOf(field, value) {
  return field.choices.find((item) => item.code === String(value));
}

/** Return what shows a value: its text, for a choice after its colour. */
export function valueParts(field, value) {
  if (value === null || value === undefined || value === "") return [t("未填")];
  if (field.type !== "choice") return [plain(field, value)];
  const choice = choiceOf(field, value);
  const dot = choice?.colour ? el("span", { class: "dot", style: { "background-color": choice.colour } }) : null;
  return [dot, choice?.label ?? String(value)].filter((part) => part !== null);
}

/** Return a value as one line of text; what is not known says so. */
export function said(field, value) {
  if (value === null || value === undefined || value === "") return t(field.openEnd ? "至今有效" : "不详");
  return field.choices?.find((item) => item.code === String(value))?.label ?? plain(field, value);
}

/** Return a value as text, with its unit. */
export function plain(field, value) {
  const unit = field.unit ? ` ${field.unit}` : "";
  if (field.type === "integer" || field.type === "number") return number(value, 3) + unit;
  if (field.type === "boolean") return value ? t("是") : t("否");
  if (field.type === "date") return moment(value, false);
  if (field.type === "datetime") return moment(value, true);
  return String(value);
}
