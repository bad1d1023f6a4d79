// The table of one layer: rows from the API, filtered by declared fields, page by page.
import { address, declarations, getJson } from "./api.js";
import { debounce, el, pageConfig } from "./dom.js";
import { offerExport, openExport } from "./exporting.js";
import { number, setLanguage, t } from "./i18n.js";
import { fieldRow, plain } from "./values.js";

const LIMIT = 50;
const config = pageConfig();
setLanguage(config);

/** The rows of one layer under its filters. */
class Table {
  constructor(declared) {
    this.declared = declared;
    this.path = `/api/collections/${config.layer}/items`;
    this.head = document.querySelector("#rows thead");
    this.body = document.querySelector("#rows tbody");
    this.status = document.getElementById("table-status");
    this.first = document.getElementById("first");
    this.next = document.getElementById("next");
    this.first.addEventListener("click", () => this.load());
    this.next.addEventListener("click", () => this.load(this.following));
    this.columns = declared.fields.filter((field) => field.name !== "note");
    this.filters();
    offerExport(() => this.export());
    this.head.append(el("tr", {}, el("th", { scope: "col" }, t("代码")), this.columns.map((field) =>
      el("th", { scope: "col" }, field.label, field.unit ? el("span", { class: "muted" }, ` ${field.unit}`) : null))));
  }

  filters() {
    const form = document.getElementById("filters");
    const asked = new URLSearchParams(location.search);
    const boxes = this.declared.fields.filter((field) => field.type === "choice").map((field) => {
      const select = el("select", { id: `filter-${field.name}`, name: field.name }, el("option", { value: "" }, t("全部")),
        field.choices.map((choice) => el("option", { value: choice.code }, choice.label)));
      select.value = asked.get(field.name) ?? "";
      return el("div", { class: "field" }, el("label", { for: select.id }, field.label), select);
    });
    if (this.declared.time) boxes.push(...this.dates());
    form.append(...boxes);
    form.addEventListener("change", debounce(() => this.load(), 50));
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  dates() {
    return [["from", t("从")], ["to", t("到")]].map(([name, label]) => {
      const input = el("input", { type: "date", id: `filter-${name}` });
      this[name] = input;
      return el("div", { class: "field" }, el("label", { for: input.id }, label), input);
    });
  }

  query() {
    const chosen = Object.fromEntries([...document.querySelectorAll("#filters select")].map((select) => [select.name, select.value]));
    const [from, to] = [this.from?.value, this.to?.value];
    const datetime = from || to ? `${from || ".."}/${to || ".."}` : "";
    return { ...chosen, datetime, limit: LIMIT, count: true };
  }

  export() {
    const { limit, count, ...given } = this.query();
    const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
    openExport(config, [{ title: config.title, path: `/api/collections/${config.layer}`, given: () => kept }]);
  }

  async load(link) {
    this.status.textContent = t("正在读取…");
    try {
      const page = await getJson(link ?? address(this.path, this.query()));
      this.show(page, Boolean(link));
    } catch (error) {
      this.status.textContent = error.message;
      this.body.replaceChildren();
    }
  }

  show(page, later) {
    this.body.replaceChildren(...page.features.map((feature) => this.row(feature)));
    const following = (page.links ?? []).find((one) => one.rel === "next")?.href ?? "";
    // Only the path is followed: rows never lead to another host.
    this.following = following ? new URL(following, location.href).pathname + new URL(following, location.href).search : "";
    this.next.disabled = !this.following;
    this.first.disabled = !later;
    const matched = page.numberMatched === undefined ? "" : t("共 {n} 条，", { n: number(page.numberMatched) });
    this.status.textContent = page.features.length ? t("{matched}本页 {n} 条", { matched, n: page.features.length }) : t("没有符合条件的记录");
  }

  row(feature) {
    const code = String(feature.id);
    const link = `/#select=${config.layer}/${encodeURIComponent(code)}`;
    // At the head of the line: the end of a wide one is out of sight.
    return el("tr", {}, el("th", { scope: "row" }, el("a", { href: link, "aria-label": t("在地图上看 {code}", { code }) }, code)),
      this.columns.map((field) => this.cell(field, feature.properties[field.name])));
  }

  cell(field, value) {
    const [, shown] = fieldRow(field, value);
    const numeric = field.type === "integer" || field.type === "number";
    const known = value !== null && value !== undefined && value !== "";
    if (numeric && known) return el("td", { class: "number" }, plain({ ...field, unit: "" }, value));
    const cell = el("td", { class: shown?.className ?? "unknown" });
    if (shown) cell.append(...shown.childNodes);
    return cell;
  }
}

declarations(config).then((declared) => new Table(declared[config.layer]).load());
