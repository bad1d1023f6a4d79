// Building page elements. Text always becomes text nodes: no data is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. `props` are attributes, except `on` (event name → listener) and `style`
 * (CSS property → value, set through the object model, which the security policy allows).
 */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Make an SVG element; the same rules as `el`. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, act] of Object.entries(value)) node.addEventListener(type, act);
    else if (name === "style") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const ICONS = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  layers: "M12 4l9 5-9 5-9-5zM3 13l9 5 9-5",
  home: "M4 11l8-7 8 7M6 10v9h12v-9",
  locate: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v4M12 18v4M2 12h4M18 12h4",
  ruler: "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2",
  area: "M5 7l9-3 5 7-3 8-10-1zM5 7v11",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  print: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  link: "M10 14a4 4 0 005.7 0l3-3a4 4 0 00-5.7-5.7l-1 1M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.7 5.7l1-1",
  chevron: "M15 5l-7 7 7 7",
  pick: "M12 3c-4 0-6.500 2.800-6.500 6.300C5.500 14 12 21 12 21s6.500-7 6.500-11.700C18.500 5.800 16 3 12 3zM12 7.500a2 2 0 100 4 2 2 0 000-4z",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5",
  clock: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4l3 2",
};

/** Make one of our line icons, hidden from screen readers. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }));
}

/** Read the configuration that the server put into the page. */
export function pageConfig() {
  return JSON.parse(document.getElementById("config").textContent);
}

/** Call `act` after `wait` milliseconds without a further call. */
export function debounce(act, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}
