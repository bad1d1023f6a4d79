// The panel beside the map: its tabs, opening and closing. On a phone it is a sheet.
import { icon } from "./dom.js";
import { t } from "./i18n.js";

export const NARROW = window.matchMedia("(max-width: 760px)");

/** Return the padding that keeps what is shown clear of buttons, legend and sheet on the map. */
export function freeRoom() {
  if (NARROW.matches) return { paddingTopLeft: [60, 20], paddingBottomRight: [60, document.getElementById("detail").offsetHeight + 20] };
  const legend = document.querySelector(".map-legend[open]");
  return { paddingTopLeft: [40, 40], paddingBottomRight: [legend ? legend.offsetWidth + 24 : 70, 60] };
}

/** Set up tabs and the buttons that open and close the panel. */
export function setUp(app) {
  const side = document.getElementById("side");
  const close = document.getElementById("side-close");
  const open = document.getElementById("side-open");
  close.append(icon("chevron"));
  open.append(icon("layers"));
  open.setAttribute("aria-label", t("打开面板"));
  const show = (shown, move) => {
    side.hidden = !shown;
    open.hidden = shown;
    for (const button of [open, close]) button.setAttribute("aria-expanded", String(shown));
    document.body.classList.toggle("side-shown", shown);
    app.map.invalidateSize({ pan: false });
    if (move) (shown ? close : open).focus();
  };
  app.showSide = (shown) => show(shown, false);
  close.addEventListener("click", () => show(false, true));
  open.addEventListener("click", () => show(true, true));
  side.addEventListener("keydown", (event) => { if (event.key === "Escape" && NARROW.matches) show(false, true); });
  tabs(side.querySelectorAll('[role="tab"]'));
  show(!NARROW.matches, false);
}

/** Make tabs of buttons: one is chosen at a time, arrow keys move between them. */
export function tabs(all) {
  const list = [...all];
  const choose = (tab) => {
    for (const each of list) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
    }
    tab.dispatchEvent(new Event("chosen"));
  };
  list.forEach((tab, i) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = list[(i + step + list.length) % list.length];
      choose(next);
      next.focus();
    });
  });
}
