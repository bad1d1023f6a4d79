// The buttons on the map. Arrow keys move between them.
import { icon, el } from "./dom.js";
import { t } from "./i18n.js";
import { canFullscreen, toggleFullscreen } from "./fullscreen.js";
import { locate } from "./locate.js";
import { Measure } from "./measure.js";
import { openPrint } from "./print.js";

/** Fill the toolbar and set up what its buttons do. */
export function setUp(app) {
  const { map } = app;
  const bar = document.getElementById("toolbar");
  const hint = document.getElementById("hint");
  let hiding = 0;
  app.tell = (text) => {
    clearTimeout(hiding);
    hint.textContent = text;
    hint.hidden = !text;
    if (text) hiding = setTimeout(() => { hint.hidden = true; }, 6000);
  };
  const measure = new Measure(app);
  app.drawLine = (take) => measure.line(take);
  const groups = [
    [["plus", t("放大"), () => map.zoomIn(), "zoom-in"], ["minus", t("缩小"), () => map.zoomOut(), "zoom-out"], ["home", t("全区"), () => map.fitBounds(app.home), "home"]],
    [["locate", t("我的位置"), () => locate(app), "locate"], ["ruler", t("测距"), () => measure.toggle("length"), "measure-length"], ["area", t("测面积"), () => measure.toggle("area"), "measure-area"]],
    [["full", t("全屏"), toggleFullscreen, "fullscreen"], ["print", t("打印"), () => openPrint(app), "print"], ["link", t("复制链接"), () => copyLink(app), "link"]],
  ];
  for (const group of groups) {
    bar.append(el("div", { class: "tool-group" }, group.filter(([name]) => name !== "full" || canFullscreen()).map(([name, label, act, id]) =>
      el("button", { type: "button", class: "map-button", id: `tool-${id}`, title: label, "aria-label": label, on: { click: act } }, icon(name)))));
  }
  arrows(bar);
  const bounds = () => {
    document.getElementById("tool-zoom-in").setAttribute("aria-disabled", String(map.getZoom() >= map.getMaxZoom()));
    document.getElementById("tool-zoom-out").setAttribute("aria-disabled", String(map.getZoom() <= map.getMinZoom()));
  };
  map.on("zoomend", bounds);
  bounds();
}

/** Make one tab stop of a toolbar: arrow keys, Home and End move inside it. */
function arrows(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  buttons.forEach((button, i) => { button.tabIndex = i ? -1 : 0; });
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
    next.focus();
  });
}

async function copyLink(app) {
  try {
    await navigator.clipboard.writeText(location.href);
    app.tell(t("链接已复制"));
  } catch {
    app.tell(t("请从地址栏复制链接"));
  }
}
