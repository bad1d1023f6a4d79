// Point layers: the server's clusters as markers one can focus, single features on a canvas.
import { address, getJson } from "./api.js";
import { debounce } from "./dom.js";
import { clusterMarker } from "./cluster-marker.js";
import { gather, spread } from "./declutter.js";
import { t } from "./i18n.js";
import { featureMarker } from "./point-marker.js";

const L = window.L;

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
  map.on("resize", refresh);
  for (const what of ["layers", "time"]) state.addEventListener(what, refresh);
  view.refresh();
}

/** What the server answered for the present view, drawn. */
class PointView {
  constructor(app) {
    this.app = app;
    this.running = null;
  }

  async refresh() {
    const { map, state, layers } = this.app;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const chosen = [...layers.values()].filter((layer) => layer.kind === "point" && state.shows(layer.name));
    const answers = await Promise.all(chosen.map((layer) => this.ask(layer, running.signal)));
    if (running.signal.aborted || !map) return;
    this.draw(answers.filter(Boolean));
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
    for (const answer of answers.filter((item) => !item.clustered)) {
      for (const feature of answer.features) points.addLayer(featureMarker(this.app, answer.layer, feature));
    }
    const groups = gather(map, answers.filter((item) => item.clustered));
    for (const bubble of spread(groups)) bubbles.addLayer(clusterMarker(this.app, bubble));
  }
}
