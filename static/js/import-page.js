// One import: asks again while it is worked on, and shows its first rows where they would lie.
import { getJson } from "./api.js";
import * as attribution from "./attribution.js";
import { el, pageConfig } from "./dom.js";
import { setLanguage } from "./i18n.js";
import { MapState } from "./state.js";
import * as vectorMap from "./vector-map.js";

const L = window.L;
const AGAIN = 1500; // milliseconds
const COLOURS = { insert: "#1b7f3b", update: "#b26a00", unchanged: "#5f6b76", reject: "#b3261e" };
const config = pageConfig();
setLanguage(config);

if (config.busy) setTimeout(() => location.reload(), AGAIN);
const box = document.querySelector(".preview-map");
if (box) showRows();
document.documentElement.dataset.ready = "import";

async function showRows() {
  const map = window[config.map];
  const state = new MapState(config.layers);
  const app = { config, map, state, layers: state.known, panel: { shown: null } };
  const [west, south, east, north] = config.bbox;
  map.fitBounds([[south, west], [north, east]], { animate: false });
  attribution.setUp(app);
  vectorMap.setUp(app);
  const note = document.getElementById("preview-note");
  try {
    const { features } = await getJson(`/api/imports/${box.dataset.import}/rows`);
    const placed = features.filter(({ geometry }) => geometry);
    if (!placed.length) note.textContent = note.dataset.none;
    else drawRows(map, placed, note);
    box.dataset.rows = placed.length; // drawn
  } catch {
    note.textContent = note.dataset.failed;
  }
}

function drawRows(map, features, note) {
  const style = ({ properties }) => ({ color: "#fff", weight: 1.5, fillColor: COLOURS[properties.action], fillOpacity: 0.9 });
  const line = ({ properties }) => ({ color: COLOURS[properties.action], weight: 3, fillColor: COLOURS[properties.action], fillOpacity: 0.35 });
  const rows = L.geoJSON({ type: "FeatureCollection", features }, {
    style: line,
    pointToLayer: (feature, at) => L.circleMarker(at, { radius: 6, ...style(feature) }),
    onEachFeature: (feature, layer) => layer.on("click", () => tell(feature, note)),
  }).addTo(map);
  // Points keep their white rim: the style above is for lines and areas.
  rows.eachLayer((layer) => { if (layer instanceof L.CircleMarker) layer.setStyle(style(layer.feature)); });
  map.fitBounds(rows.getBounds(), { padding: [30, 30], maxZoom: 17, animate: false });
}

/** Show the values of one row, as text. */
function tell({ properties }, note) {
  const { row, code, values } = properties;
  const pairs = [[note.dataset.row, row], ...Object.entries({ code, ...values }).map(([name, value]) => [config.fields[name] ?? name, value])];
  document.getElementById("preview-row").replaceChildren(...pairs.filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => el("div", {}, el("dt", {}, String(name)), el("dd", {}, String(value)))));
}
