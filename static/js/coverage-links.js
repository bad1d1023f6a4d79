// From the map to the coverage page: a camera's view, a cell's gaps, or the same place.
import { address } from "./api.js";
import { carried, following } from "./between.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";

const ABOUT = { cameras: ["camera", () => t("覆盖：看到哪里")], grid_cells: ["cell", () => t("覆盖：盲区在哪里")] };

/** Offer the links: at a selected feature, below the layers, in the page's head. */
export function setUp(app) {
  const here = (asked = {}) => `${address("/coverage", asked)}${carried(app.map)}`;
  app.panel.tools.push((feature, { layer, code }) => {
    if (!(layer in ABOUT) || app.state.moment) return null; // figures are of today
    const [name, label] = ABOUT[layer];
    return el("p", { class: "detail-links" }, following(el("a", { class: "button small", "data-coverage": name }, label()), () => here({ [name]: code })));
  });
  document.getElementById("pane-layers").append(el("p", { class: "layer-export" },
    following(el("a", { class: "button", "data-coverage": "map" }, t("监控覆盖：视野与盲区")), here)));
  for (const link of document.querySelectorAll('.site-nav a[href="/coverage"]')) following(link, here);
}
