// What an answer amounts to, line by line; a line opens the rows that it counts.
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { plain } from "./values.js";

/** Return the value of an answer's column as people read it. */
export function value(column, raw) {
  const choice = column.choices?.find((item) => item.code === String(raw));
  if (choice) return choice.title;
  return plain(column, column.type === "number" ? Number(raw.toFixed(column.decimals ?? 3)) : raw);
}

/** Return the table of an answer's sums. `choose` is given the rows of a line, or null for all. */
export function summary(answer, choose) {
  if (!answer.summary?.length) return "";
  const columns = answer.summaryColumns;
  const shared = columns.filter(({ name, type }) => ["choice", "text"].includes(type) && answer.columns.some((column) => column.name === name));
  const body = el("tbody");
  const open = (button, sums) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of body.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(on && other === button));
    choose(on ? rowsOf(answer, shared, sums) : null);
  };
  body.append(...answer.summary.map((sums) => line(columns, sums, shared.length ? open : null)));
  return el("div", { class: "table-wrap summary" }, el("table", {},
    el("thead", {}, el("tr", {}, columns.map((column) => el("th", { scope: "col" }, column.title)))), body));
}

function line(columns, sums, open) {
  const texts = columns.map((column) => (sums[column.name] === null ? "" : value(column, sums[column.name])));
  const first = texts.findIndex(Boolean);
  const parts = texts.map((text, i) => (open && i === first ? opener(text, (button) => open(button, sums)) : text));
  return el("tr", {}, parts.map((part) => el("td", {}, part)));
}

function opener(text, open) {
  return el("button", { type: "button", class: "link-button", "aria-pressed": "false", title: t("只列这些"),
    on: { click: (event) => open(event.currentTarget) } }, text);
}

function rowsOf(answer, shared, sums) {
  return answer.features.filter(({ properties }) => shared.every(({ name }) => (properties[name] ?? null) === (sums[name] ?? null)));
}
