// The form of a layer, built from its declaration: labels, marks, help, controls, errors.
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { fieldFault } from "./checks.js";
import { control } from "./fields.js";

/** A form over declared fields. What nobody touches keeps the value it came with, bit for bit. */
export class Form {
  constructor(fields, values, changed, prefix = "field") {
    this.fields = fields;
    this.given = values;
    this.touched = new Set();
    this.parts = new Map(fields.map((field) => [field.name, this.part(field, changed, prefix)]));
    this.node = el("div", { class: "edit-fields" }, [...this.parts.values()].map(({ node }) => node));
    for (const field of fields) this.parts.get(field.name).control.write(values[field.name] ?? null);
  }

  part(field, changed, prefix) {
    const made = control(field, () => { this.touched.add(field.name); this.tell(field.name, ""); changed(); }, prefix);
    const name = `${prefix}-${field.name}`;
    const error = el("p", { class: "form-error", id: `${name}-error`, role: "alert" });
    const help = [field.help, field.standard].filter(Boolean).join(" · ");
    const told = help ? el("p", { class: "field-help", id: `${name}-help` }, help) : null;
    const described = [told?.id, error.id].filter(Boolean).join(" ");
    const mark = field.required ? el("span", { class: "required", "aria-hidden": "true" }, "*") : null;
    const label = el(made.group ? "span" : "label", { id: `${name}-label`, for: made.group ? null : made.input.id, class: "field-label" }, field.label, mark);
    const target = made.group ? made.node : made.input;
    if (made.group) { target.setAttribute("role", "radiogroup"); target.setAttribute("aria-labelledby", label.id); }
    target.setAttribute("aria-describedby", described);
    if (field.required) target.setAttribute("aria-required", "true");
    made.node.addEventListener("focusout", () => { if (this.touched.has(field.name)) this.checkOne(field); });
    return { node: el("div", { class: "field", "data-field": field.name }, label, told, made.node, error), control: made, error, target };
  }

  /** Return the value of every field. */
  values() {
    return Object.fromEntries(this.fields.map(({ name }) => [name, this.value(name)]));
  }

  value(name) {
    return this.touched.has(name) ? this.parts.get(name).control.read() : this.given[name] ?? null;
  }

  /** Put values into the controls, as if they had been typed. */
  fill(values) {
    for (const { name } of this.fields) {
      if (!(name in values)) continue;
      this.parts.get(name).control.write(values[name]);
      this.touched.add(name);
    }
  }

  checkOne(field) {
    const { control: { raw } } = this.parts.get(field.name);
    const fault = fieldFault(field, this.value(field.name), this.touched.has(field.name) ? raw() : "");
    this.tell(field.name, fault);
    return fault;
  }

  /** Check every field, say what is wrong beside it, and return how many are. */
  check() {
    return this.fields.filter((field) => this.checkOne(field)).length;
  }

  /** Say what is wrong with a field, "" for nothing. Tells whether there is such a field. */
  tell(name, fault) {
    const part = this.parts.get(name);
    if (!part) return false;
    part.error.textContent = fault;
    if (fault) part.target.setAttribute("aria-invalid", "true");
    else part.target.removeAttribute("aria-invalid");
    return true;
  }

  /** Bring the first field that is wrong into view. */
  focusFault() {
    const wrong = [...this.parts.values()].find(({ error }) => error.textContent);
    if (!wrong) return;
    wrong.node.scrollIntoView({ block: "center" });
    wrong.control.input.focus();
  }

  focus() {
    this.parts.values().next().value?.control.input.focus();
  }
}

/** Make the box for the reason of a change: {node, read}. */
export function reasonBox(changed = () => {}, given = "") {
  const input = el("input", { id: "edit-reason", type: "text", maxlength: 500, autocomplete: "off" });
  input.value = given;
  input.addEventListener("input", changed);
  const node = el("div", { class: "field reason" }, el("label", { for: input.id, class: "field-label" }, t("修改原因")), input,
    el("p", { class: "field-help" }, t("可不填；写入历史，便于日后查证")));
  return { node, read: () => input.value.trim() };
}
