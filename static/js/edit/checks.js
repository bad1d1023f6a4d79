// The rules of a declared field, as the server checks them; texts are for the person who types.
import { number, t } from "../i18n.js";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Return what is wrong with the value of a field, or "". `raw` is what was typed. */
export function fieldFault(field, value, raw = "") {
  if (value === null || value === undefined || value === "") {
    if (raw !== "") return t("看不懂这个值");
    return field.required ? t("必填") : "";
  }
  if (field.type === "text") return textFault(field, String(value));
  if (field.type === "integer" || field.type === "number") return numberFault(field, value);
  if (field.type === "date" && !DATE.test(value)) return t("看不懂这个值");
  if (field.type === "choice" && !field.choices.some((choice) => choice.code === String(value))) return t("请从列表中选择");
  return "";
}

function textFault(field, text) {
  if (!text.trim() && field.required) return t("必填");
  const length = [...text].length;
  return length > field.maxLength ? t("最多 {n} 字", { n: field.maxLength }) : "";
}

function numberFault(field, value) {
  if (!Number.isFinite(value)) return t("请输入数字");
  if (field.type === "integer" && !Number.isInteger(value)) return t("请输入整数");
  const { minimum = -Infinity, maximum = Infinity } = field;
  if (value >= minimum && value <= maximum) return "";
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) return t("请输入 {low} 至 {high}", { low: number(minimum), high: number(maximum) });
  return Number.isFinite(minimum) ? t("不小于 {n}", { n: number(minimum) }) : t("不大于 {n}", { n: number(maximum) });
}

/** Return the number that people typed, with full-width digits and separators; null if none. */
export function typedNumber(text) {
  const plain = text.trim().replace(/[０-９．－]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/(\d)[,，](?=\d{3}(\D|$))/g, "$1");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}
