// The coverage page: what cameras see, what not, what if, and where more would help.
import * as attribution from "../attribution.js";
import { debounce, el, icon, pageConfig } from "../dom.js";
import { setLanguage, t } from "../i18n.js";
import * as live from "../live.js";
import { tabs } from "../sides.js";
import { MapState } from "../state.js";
import * as vectorMap from "../vector-map.js";
import { Address } from "./address.js";
import { Figures } from "./figures.js";
import { showLegend } from "./legend.js";
import { CoverageMap } from "./map.js";
import { Proposals } from "./proposals.js";
import { WhatIf } from "./what-if.js";

const config = pageConfig();
setLanguage(config);

const map = window[config.map];
const state = new MapState(config.layers);
const SHOWN = ["coverage", "cameras", "grid_cells", "buildings", "water", "roads"]; // what figures and map are made of
const app = { config, map, state, layers: state.known, target: "public", panel: { shown: null } };
app.chosen = () => document.querySelector('[role="tab"][aria-selected="true"]').id.replace("tab-", "");
app.choose = (name) => document.getElementById(`tab-${name}`).click();

map.getContainer().setAttribute("aria-label", t("地图：方向键平移，加减键缩放，回车查看中心处"));
const [west, south, east, north] = config.bbox;
map.fitBounds([[south, west], [north, east]], { animate: false });
app.address = new Address(app);
if (["roads", "whole"].includes(app.address.get("target"))) app.target = app.address.get("target");

let hiding = 0;
app.tell = (text) => {
  const hint = document.getElementById("hint");
  clearTimeout(hiding);
  hint.textContent = text;
  hint.hidden = !text;
  if (text) hiding = setTimeout(() => { hint.hidden = true; }, 6000);
};

const tool = (name, label, act) => el("button", { type: "button", class: "map-button", title: label, "aria-label": label, on: { click: act } }, icon(name));
document.getElementById("toolbar").append(el("div", { class: "tool-group" },
  tool("plus", t("放大"), () => map.zoomIn()), tool("minus", t("缩小"), () => map.zoomOut()),
  tool("home", t("全区"), () => map.fitBounds([[south, west], [north, east]]))));

attribution.setUp(app);
vectorMap.setUp(app);
app.cover = new CoverageMap(app);
app.whatIf = new WhatIf(app);
app.figures = new Figures(app);
app.proposals = new Proposals(app);
showLegend(app);
tabs(document.querySelectorAll('[role="tab"]'));
app.figures.load().then(() => app.figures.openAsked());
const renew = debounce(() => { app.cover.renew(); app.figures.refresh(); }, 100);
state.addEventListener("changed", ({ detail }) => { if (detail.layers.some((name) => SHOWN.includes(name))) renew(); });
live.setUp(app);
document.documentElement.dataset.ready = "coverage";
