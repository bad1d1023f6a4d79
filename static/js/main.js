// The map page: take over the map that Folium made, and set up one module per tool.
import { pageConfig } from "./dom.js";
import { setLanguage, t } from "./i18n.js";
import { MapState } from "./state.js";
import * as askHere from "./ask-here.js";
import * as attribution from "./attribution.js";
import * as clusters from "./clusters.js";
import * as coordinates from "./coordinates.js";
import * as coverageLinks from "./coverage-links.js";
import * as differences from "./differences.js";
import * as editing from "./editing.js";
import * as layerControl from "./layer-control.js";
import * as legend from "./legend.js";
import * as live from "./live.js";
import * as panel from "./panel.js";
import * as past from "./past.js";
import * as permalink from "./permalink.js";
import * as pick from "./pick.js";
import * as queries from "./queries.js";
import * as search from "./search.js";
import * as sides from "./sides.js";
import * as timeFilter from "./time.js";
import * as toolbar from "./toolbar.js";
import * as vectorMap from "./vector-map.js";

const config = pageConfig();
setLanguage(config);

const map = window[config.map];
const state = new MapState(config.layers);
const app = { config, map, state, layers: state.known };

map.getContainer().setAttribute("aria-label", t("地图：方向键平移，加减键缩放，回车查看中心处"));
const corners = ([west, south, east, north]) => [[south, west], [north, east]];
app.home = corners(config.bbox);
map.fitBounds(corners(config.start), { animate: false }); // one's own areas, before the whole district

sides.setUp(app);
past.follow(app);
permalink.setUp(app);
vectorMap.setUp(app);
clusters.setUp(app);
layerControl.setUp(app);
timeFilter.setUp(app);
past.setUp(app);
differences.setUp(app);
legend.setUp(app);
panel.setUp(app);
askHere.setUp(app);
coverageLinks.setUp(app);
editing.setUp(app);
search.setUp(app);
toolbar.setUp(app);
pick.setUp(app);
queries.setUp(app);
coordinates.setUp(app);
attribution.setUp(app);
live.setUp(app);

document.documentElement.dataset.ready = "map";
performance.mark("map-ready");
