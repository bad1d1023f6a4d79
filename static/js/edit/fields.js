// One form control for each type of field. A control knows its value as the API writes it.
import { el } from "../dom.js";
import { number, t } from "../i18n.js";
import { boxText, instantOf } from "../past.js";
import { typedNumber } from "./checks.js";

const LONG = 200; // longer texts get a box of several lines
const FEW = 6; // so many choices stand side by side

/**
 * Make the control of a field: {node, input, read, write, raw}. `read` gives the value or null,
 * `raw` what was typed; `changed` is called at every change.
 */
export function control(field, changed, prefix = "field") {
  const id = `${prefix}-${field.name}`;
  const made = KINDS[field.type](field, id);
  made.node.addEventListener("input", changed);
  made.node.addEventListener("change", changed);
  return made;
}

const KINDS = { text, integer: figure, number: figure, boolean: choices, choice: choices, date: day, datetime: moment };

function text(field, id) {
  const long = field.maxLength > LONG;
  const input = el(long ? "textarea" : "input", { id, type: long ? null : "text", rows: long ? 3 : null, maxlength: field.maxLength, autocomplete: "off" });
  const counter = el("span", { class: "counter", "aria-hidden": "true" });
  const count = () => { counter.textContent = input.value.length > field.maxLength * 0.5 ? `${[...input.value].length}/${field.maxLength}` : ""; };
  input.addEventListener("input", count);
  const write = (value) => { input.value = value ?? ""; count(); };
  return { node: el("div", { class: "with-counter" }, input, counter), input, read: () => input.value || null, raw: () => input.value, write };
}

function figure(field, id) {
  const input = el("input", { id, type: "text", inputmode: field.type === "integer" ? "numeric" : "decimal", autocomplete: "off" });
  const limits = [field.minimum, field.maximum].map((limit) => (limit === undefined ? "" : number(limit)));
  const range = limits[0] !== "" && limits[1] !== "" ? `${limits[0]}–${limits[1]}` : limits[0] !== "" ? `≥ ${limits[0]}` : limits[1] !== "" ? `≤ ${limits[1]}` : "";
  const after = [field.unit, range].filter(Boolean).join("  ");
  return {
    node: el("div", { class: "with-unit" }, input, after ? el("span", { class: "unit" }, after) : null),
    input, read: () => typedNumber(input.value), raw: () => input.value, write: (value) => { input.value = value ?? ""; },
  };
}

function day(field, id) {
  const input = el("input", { id, type: "date", max: "9999-12-31" });
  return { node: el("div", {}, input), input, read: () => input.value || null, raw: () => (input.validity.badInput ? "?" : input.value), write: (value) => { input.value = value ?? ""; } };
}

/** Date and time in the deployment's zone; a moment that is not touched keeps its very text. */
function moment(field, id) {
  const input = el("input", { id, type: "datetime-local", max: "9999-12-31T23:59", step: "any" });
  let kept = null;
  const read = () => {
    if (!input.value) return null;
    return kept && boxText(kept) === input.value ? kept : instantOf(input.value) || null;
  };
  const write = (value) => { kept = value ?? null; input.value = value ? boxText(value) : ""; };
  return { node: el("div", {}, input), input, read, raw: () => (input.validity.badInput ? "?" : input.value), write };
}

/** Few choices as buttons side by side, many as a list; "not filled in" where that is allowed. */
function choices(field, id) {
  const all = field.type === "boolean"
    ? [{ code: "true", label: t("是") }, { code: "false", label: t("否") }] : field.choices;
  const meaning = field.type === "boolean" ? (code) => code === "true" : (code) => code;
  return all.length <= FEW ? radios(field, id, all, meaning) : list(field, id, all, meaning);
}

function radios(field, id, all, meaning) {
  const offered = field.required ? all : [...all, { code: "", label: field.type === "boolean" ? t("不详") : t("未填") }];
  const inputs = offered.map((choice, i) => el("input", { type: "radio", name: id, id: i ? `${id}-${i}` : id, value: choice.code }));
  const node = el("div", { class: "chips" }, offered.map((choice, i) => el("label", { class: "chip-choice", for: inputs[i].id }, inputs[i], dot(choice), choice.label)));
  const chosen = () => inputs.find((input) => input.checked)?.value ?? "";
  const write = (value) => { for (const input of inputs) input.checked = input.value === (value === null || value === undefined ? "" : String(value)); };
  return { node, input: inputs[0], group: true, read: () => (chosen() === "" ? null : meaning(chosen())), raw: chosen, write };
}

function list(field, id, all, meaning) {
  const input = el("select", { id }, el("option", { value: "" }, field.required ? t("请选择") : t("未填")), all.map((choice) => el("option", { value: choice.code }, choice.label)));
  const spot = el("span", { class: "dot" });
  const colour = () => {
    const found = all.find((choice) => choice.code === input.value)?.colour ?? "";
    spot.style.setProperty("background-color", found || "transparent");
  };
  input.addEventListener("change", colour);
  const write = (value) => { input.value = value ?? ""; colour(); };
  const coloured = all.some((choice) => choice.colour);
  return { node: el("div", { class: "with-unit" }, coloured ? spot : null, input), input, read: () => (input.value === "" ? null : meaning(input.value)), raw: () => input.value, write };
}

function dot(choice) {
  return choice.colour ? el("span", { class: "dot", style: { "background-color": choice.colour } }) : null;
}
