// Whose data the map shows. Sources are data: their words are shown as text, never as markup.
import { el } from "./dom.js";
import { t } from "./i18n.js";

/** Show the attributions of all sources, and the scale bar. */
export function setUp({ map, config }) {
  const said = [...config.attributions, ...(config.background ? [config.backgroundAttribution] : [])].filter(Boolean);
  const box = document.getElementById("attribution");
  box.append(...said.map((text) => el("span", {}, text)), el("a", { href: "/help#sources" }, t("来源与许可")));
  const scale = window.L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  document.getElementById("scale").append(scale.getContainer());
}
