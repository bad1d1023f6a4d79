// Texts, numbers and dates in the language of the page. The Chinese text is the key.

let texts = {};
let language = "zh-CN";

/** Take over the language and the English texts from the page's configuration. */
export function setLanguage(config) {
  texts = config.texts;
  language = config.language === "en" ? "en" : "zh-CN";
  for (const link of document.querySelectorAll("a[data-keep-hash]")) {
    // The permalink of the map stays with the reader when the language changes.
    link.addEventListener("click", () => { link.href = link.getAttribute("href").split("#")[0] + location.hash; });
  }
}

/** Return `text` in the page's language with its {name} places filled in. */
export function t(text, values = {}) {
  const said = Object.prototype.hasOwnProperty.call(texts, text) ? texts[text] : text;
  return said.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** Return a number as people write it, with at most `digits` decimals. */
export function number(value, digits = 2) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** Return a count short enough for a cluster marker. */
export function shortCount(value) {
  if (value < 10000) return String(value);
  if (language === "en") return `${Math.round(value / 1000)}k`;
  return `${number(value / 10000, value < 100000 ? 1 : 0)}万`;
}

const ZONE = "Asia/Shanghai"; // of the deployment, wherever the browser is

/** Return a date or time stamp of the API in the page's language; an odd one as it is. */
export function moment(value, withTime) {
  const date = new Date(withTime ? value : `${value}T00:00:00`);
  if (Number.isNaN(date.getTime())) return String(value);
  const options = { year: "numeric", month: "2-digit", day: "2-digit" };
  if (withTime) Object.assign(options, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE });
  return new Intl.DateTimeFormat(language, options).format(date);
}
