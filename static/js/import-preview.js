// The map of an import: its rows where they would lie; those far away are offered apart.
import { address, getJson } from "./api.js";
import * as attribution from "./attribution.js";
import { el } from "./dom.js";
import { MapState } from "./state.js";
import * as vectorMap from "./vector-map.js";

const L = window.L;
const COLOURS = { insert: "#1b7f3b", update: "#b26a00", unchanged: "#5f6b76", reject: "#b3261e" };
const WIDER = 0.1; // of the district's size: what counts as near it

/** Draw the rows on the page's map, if it has one. */
export async function setUp(config) {
  const box = document.querySelector(".preview-map");
  if (!box) return;
  const map = window[config.map];
  const state = new MapState(config.layers);
  const app = { config, map, state, layers: state.known, panel: { shown: null } };
  const [west, south, east, north] = config.bbox;
  const district = L.latLngBounds([[south, west], [north, east]]);
  map.fitBounds(district, { animate: false });
  attribution.setUp(app);
  vectorMap.setUp(app);
  const note = document.getElementById("preview-note");
  try {
    const rows = await readRows(box);
    if (!rows.length) note.textContent = note.dataset.none;
    const drawn = draw(map, rows, (feature) => tell(config, feature, note));
    const near = drawn.getLayers().map(boundsOf).filter((bounds) => district.pad(WIDER).contains(bounds));
    const around = near.length ? near.reduce((all, one) => all.extend(one), L.latLngBounds([])) : district;
    offerFar(box, map, drawn, around, (feature) => tell(config, feature, note));
    map.fitBounds(around, { padding: [30, 30], maxZoom: 17, animate: false });
    box.dataset.rows = rows.length; // drawn
  } catch {
    note.textContent = note.dataset.failed;
  }
}

/** Return the first rows that have a place; `more` asks for others than the very first. */
async function readRows(box, more = {}) {
  const { features } = await getJson(address(`/api/imports/${box.dataset.import}/rows`, more));
  return features.filter(({ geometry }) => geometry);
}

const boundsOf = (layer) => (layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng(), layer.getLatLng()]));

function draw(map, features, tellOf) {
  const style = ({ properties }) => ({ color: "#fff", weight: 1.5, fillColor: COLOURS[properties.action], fillOpacity: 0.9 });
  const line = ({ properties }) => ({ color: COLOURS[properties.action], weight: 3, fillColor: COLOURS[properties.action], fillOpacity: 0.35 });
  const rows = L.geoJSON({ type: "FeatureCollection", features }, {
    style: line,
    pointToLayer: (feature, at) => L.circleMarker(at, { radius: 6, ...style(feature) }),
    onEachFeature: (feature, layer) => layer.on("click", () => tellOf(feature)),
  }).addTo(map);
  // Points keep their white rim: the style above is for lines and areas.
  rows.eachLayer((layer) => { if (layer instanceof L.CircleMarker) layer.setStyle(style(layer.feature)); });
  return rows;
}

/** Offer to show the rows outside the district, wherever they stand in the file. */
function offerFar(box, map, drawn, around, tellOf) {
  const far = document.getElementById("show-far");
  const near = document.getElementById("show-near");
  if (!far) return;
  far.hidden = false;
  far.addEventListener("click", async () => {
    const rows = await readRows(box, { where: "outside" });
    if (!rows.length) {
      far.textContent = far.dataset.none;
      return;
    }
    const known = new Set(drawn.getLayers().map(({ feature }) => feature.id));
    draw(map, rows.filter(({ id }) => !known.has(id)), tellOf).eachLayer((layer) => drawn.addLayer(layer));
    map.fitBounds(L.geoJSON({ type: "FeatureCollection", features: rows }).getBounds(), { padding: [30, 30], maxZoom: 14, animate: false });
    near.hidden = false;
    box.dataset.far = rows.length; // shown
  });
  near.addEventListener("click", () => {
    map.fitBounds(around, { padding: [30, 30], maxZoom: 17, animate: false });
    delete box.dataset.far;
  });
}

/** Show the values of one row, as text. */
function tell(config, { properties }, note) {
  const { row, code, values } = properties;
  const pairs = [[note.dataset.row, row], ...Object.entries({ code, ...values }).map(([name, value]) => [config.fields[name] ?? name, value])];
  document.getElementById("preview-row").replaceChildren(...pairs.filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => el("div", {}, el("dt", {}, String(name)), el("dd", {}, String(value)))));
}
