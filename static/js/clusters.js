// Point layers: the server's clusters as markers one can focus, single features on a canvas.
import { address, getJson } from "./api.js";
import { debounce } from "./dom.js";
import { clusterMarker } from "./cluster-marker.js";
import { families, gather, spread } from "./declutter.js";
import { t } from "./i18n.js";
import { featureMarker, singleMarker } from "./point-marker.js";

const L = window.L;
const CROWD = 120; // more single features than this in view, from afar, are drawn as clusters
const CROWDED_TO = 15; // zoom

/** Show the chosen point layers and follow map, layers and time. */
export function setUp(app) {
  const { map, state } = app;
  map.createPane("points").style.zIndex = "450";
  map.createPane("bubbles").style.zIndex = "620";
  app.pointRenderer = L.canvas({ pane: "points", padding: 0.1 });
  app.points = L.layerGroup().addTo(map);
  app.bubbles = L.layerGroup().addTo(map);
  const view = new PointView(app);
  const refresh = debounce(() => view.refresh(), 60);
  map.on("moveend", refresh);
  map.on("resize names", refresh);
  for (const what of ["layers", "time", "data", "moment"]) state.addEventListener(what, refresh);
  state.addEventListener("changed", ({ detail }) => view.renew(detail.layers));
  view.refresh();
}

/** What the server answered for the present view, drawn. */
class PointView {
  constructor(app) {
    this.app = app;
    this.running = null;
    this.asking = false;
    this.kept = new Map(); // layer → answer, of the view that is drawn
  }

  /** Ask anew for those of some layers that are drawn. */
  renew(names) {
    const changed = drawnPoints(this.app).filter((layer) => names.includes(layer.name));
    if (changed.length) this.refresh(new Set(changed));
  }

  /** Ask for the view, or only for the layers that `changed` in it; draw it if it differs. */
  async refresh(changed = null) {
    const { map } = this.app;
    const former = changed && !this.asking ? this.kept : null; // a view not yet here is asked for whole
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.asking = true;
    const chosen = drawnPoints(this.app);
    const answers = await Promise.all(chosen.map(async (layer) => {
      const known = former?.get(layer);
      return known && !changed.has(layer) ? known : (await this.ask(layer, running.signal)) ?? known;
    }));
    if (running.signal.aborted || !map) return;
    this.asking = false;
    const found = answers.filter(Boolean);
    this.kept = new Map(found.map((answer) => [answer.layer, answer]));
    if (former && found.every((answer) => alike(answer, former.get(answer.layer)))) return;
    const refocus = former && holdFocus(map);
    this.draw(found);
    refocus?.();
    document.documentElement.dataset.points = String(Number(document.documentElement.dataset.points ?? 0) + 1);
  }

  async ask(layer, signal) {
    const { map, state } = this.app;
    const bounds = map.getBounds().pad(0.05);
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const query = {
      bbox: box.map((value) => value.toFixed(6)).join(","),
      zoom: map.getZoom(),
      datetime: layer.time ? state.interval : "",
    };
    try {
      return { layer, ...(await getJson(address(`/api/collections/${layer.name}/clusters`, query), signal)) };
    } catch (error) {
      if (error.name !== "AbortError") this.app.tell?.(t("{layer}：{why}", { layer: layer.label, why: error.message }));
      return null;
    }
  }

  draw(answers) {
    const { points, bubbles, map } = this.app;
    points.clearLayers();
    bubbles.clearLayers();
    const settled = answers.map((answer) => (crowded(map, answer) ? asClusters(answer) : answer));
    // The list of layers begins with the topmost: it is drawn last.
    for (const answer of settled.filter((item) => !item.clustered).reverse()) {
      for (const feature of answer.features) points.addLayer(featureMarker(this.app, answer.layer, feature));
    }
    const groups = families(settled.map((answer) => answer.layer));
    const found = gather(map, settled.filter((item) => item.clustered), groups);
    for (const single of found.singles) points.addLayer(singleMarker(this.app, single));
    for (const bubble of spread(found.bubbles, this.app.nameBoxes?.() ?? [])) bubbles.addLayer(clusterMarker(this.app, bubble));
  }
}

function alike(one, other) {
  return one === other || JSON.stringify(one.features) === JSON.stringify(other?.features);
}

/** Return what gives the keyboard back to the cluster where it was, or to the nearest; or null. */
function holdFocus(map) {
  const pane = map.getPane("bubbles");
  if (!pane.contains(document.activeElement)) return null;
  const { x, y } = document.activeElement.getBoundingClientRect();
  const distance = (node) => { const box = node.getBoundingClientRect(); return Math.hypot(box.x - x, box.y - y); };
  return () => [...pane.querySelectorAll(".bubble")].sort((a, b) => distance(a) - distance(b))[0]?.focus({ preventScroll: true });
}

/** Return the chosen point layers that are drawn at the present zoom: the ringed ones always. */
export function drawnPoints({ map, state, layers }) {
  const chosen = [...layers.values()].filter((layer) => layer.kind === "point" && state.shows(layer.name));
  const always = families(chosen).find((family) => family.ring)?.layers ?? [];
  return chosen.filter((layer) => always.includes(layer) || layer.minZoom <= map.getZoom());
}

/** Tell whether single features are too many for the eye, and can be joined by their grade. */
function crowded(map, { layer, clustered, features }) {
  return !clustered && map.getZoom() <= CROWDED_TO && features.length > CROWD && (!layer.grade || layer.by === layer.grade);
}

/** Return an answer's single features as clusters of one, to be joined where they overlap. */
function asClusters(answer) {
  const { layer } = answer;
  const features = answer.features.map(({ geometry, properties }) => {
    const [lon, lat] = geometry.coordinates;
    const value = layer.grade ? properties[layer.by] ?? layer.grades.find((entry) => entry.unknown)?.code : undefined;
    return { geometry, properties: { count: 1, grades: value ? { [value]: 1 } : {}, bbox: [lon, lat, lon, lat] } };
  });
  return { ...answer, clustered: true, features };
}
