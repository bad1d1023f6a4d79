// Printing: choose paper and title, let the map settle in the page's shape, and print.
import { el } from "./dom.js";
import { moment, t } from "./i18n.js";
import { legendParts } from "./legend.js";

const MM = 96 / 25.4; // CSS pixels
const MARGIN = 10;
const PAPERS = { A4: [297, 210], A3: [420, 297] };

/** Open the dialogue for printing. */
export function openPrint(app) {
  const dialog = document.getElementById("print-dialog") ?? makeDialog(app);
  dialog.showModal();
}

function makeDialog(app) {
  const title = el("input", { id: "print-title-box", type: "text", maxlength: "60", autocomplete: "off" });
  title.value = [app.config.district, t("基层治理地图")].filter(Boolean).join(" ");
  const paper = el("select", { id: "print-paper" }, Object.keys(PAPERS).map((name) => el("option", { value: name }, t("{paper} 横向", { paper: name }))));
  const form = el("form", { method: "dialog", class: "dialog-form" },
    el("h2", { id: "print-heading" }, t("打印地图")),
    el("div", { class: "field" }, el("label", { for: "print-title-box" }, t("标题")), title),
    el("div", { class: "field" }, el("label", { for: "print-paper" }, t("纸张")), paper),
    el("div", { class: "dialog-actions" },
      el("button", { type: "submit", class: "button", value: "cancel" }, t("取消")),
      el("button", { type: "submit", class: "button primary", value: "print" }, t("打印"))));
  const dialog = el("dialog", { id: "print-dialog", class: "dialog", "aria-labelledby": "print-heading" }, form);
  dialog.addEventListener("close", () => { if (dialog.returnValue === "print") print(app, title.value, paper.value); });
  document.body.append(dialog);
  return dialog;
}

async function print(app, title, paper) {
  const restore = layOut(app, title, paper);
  await settled(app.map);
  addEventListener("afterprint", restore, { once: true });
  window.print();
}

/** Give the map the shape of the paper. Answers a function that takes it back. */
export function layOut(app, title, paper) {
  const { map } = app;
  const [wide, high] = PAPERS[paper];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@page { size: ${paper} landscape; margin: ${MARGIN}mm }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const root = document.documentElement.style;
  root.setProperty("--paper-width", `${Math.floor((wide - 2 * MARGIN) * MM)}px`);
  root.setProperty("--paper-height", `${Math.floor((high - 2 * MARGIN) * MM) - 2}px`);
  document.body.classList.add("printing");
  describe(app, title);
  const bounds = map.getBounds();
  map.invalidateSize({ animate: false });
  map.fitBounds(inhabited(bounds, window.L.latLngBounds(app.home)), { animate: false });
  return () => {
    document.body.classList.remove("printing");
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds, { animate: false });
  };
}

/** Return what `bounds` show of the district, all of them where they show none: empty ground needs no paper. */
function inhabited(bounds, home) {
  if (!bounds.intersects(home)) return bounds;
  const south = Math.max(bounds.getSouth(), home.getSouth()), north = Math.min(bounds.getNorth(), home.getNorth());
  const west = Math.max(bounds.getWest(), home.getWest()), east = Math.min(bounds.getEast(), home.getEast());
  return window.L.latLngBounds([[south, west], [north, east]]);
}

function describe(app, title) {
  document.getElementById("print-title").textContent = title;
  const time = app.state.interval ? `　${t("时间")} ${app.state.time.from || "…"} – ${app.state.time.to || "…"}` : "";
  const past = app.state.moment ? `　${t("历史时刻 {time}", { time: moment(app.state.moment, true) })}` : "";
  document.getElementById("print-meta").textContent = `${t("制图日期")} ${moment(new Date().toISOString(), true)}${time}${past}`;
  document.getElementById("print-legend").replaceChildren(el("h2", {}, t("图例")), ...legendParts(app));
}

/** Wait until tiles and markers of the new shape are drawn, at most a few seconds. */
function settled(map) {
  return new Promise((resolve) => {
    const quiet = { timer: 0 };
    const wait = () => { clearTimeout(quiet.timer); quiet.timer = setTimeout(resolve, 700); };
    map.eachLayer((layer) => { if (layer instanceof window.L.GridLayer) layer.on("tileload loading", wait); });
    setTimeout(resolve, 5000);
    wait();
  });
}
