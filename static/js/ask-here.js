// From a selected feature to the queries one would ask of it: what is in it, what is near it.
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { NARROW } from "./sides.js";

const NEAR = 300; // m
const GROUNDS = ["areas", "grid_cells"]; // layers whose features hold others
const WORK = ["operational", "support"]; // groups of layers whose points have a neighbourhood

/** Offer the questions at every selected feature that has an answer to them. */
export function setUp(app) {
  app.panel.tools.push((feature, { layer, code }) => {
    if (app.state.moment) return null; // answers are of today
    const asked = question(app, layer, code);
    if (!asked) return null;
    const [label, name, given] = asked;
    const ask = () => {
      if (NARROW.matches) app.panel.close(); // the answer needs the room
      app.askQuery(name, given);
    };
    return el("p", { class: "detail-links" }, el("button", { type: "button", class: "button small", "data-asks": name, on: { click: ask } }, label));
  });
}

function question(app, layer, code) {
  if (GROUNDS.includes(layer)) return [t("里面有什么"), "contents", { code }];
  const known = app.layers.get(layer);
  if (known?.kind !== "point" || !WORK.includes(known.group)) return null;
  return [t("附近 {n} m 内的设施", { n: NEAR }), "within", { layer: "facilities", distance: String(NEAR), of_layer: layer, of_code: code }];
}
