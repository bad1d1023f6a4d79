// What a border may snap to: the features in view, with the exact coordinates of record.
import { address, getJson } from "../api.js";
import { debounce } from "../dom.js";
import { itemPath } from "./send.js";

const L = window.L;
const LOOK = { color: "#5b4a8a", weight: 1.2, opacity: 0.7, dashArray: "2 3", fill: false, interactive: false, pmIgnore: true, snapIgnore: false };
const FROM_ZOOM = 14;
const MOST = 300; // features of one layer

/** Thin lines of the neighbours, kept in step with the map until `stop`. */
export class Neighbours {
  constructor(app, space, layer, code) {
    this.app = app;
    this.space = space;
    this.code = code;
    this.layer = layer;
    this.group = L.layerGroup();
    this.follow = debounce(() => this.load(), 150);
  }

  start() {
    this.group.addTo(this.app.map);
    this.app.map.on("moveend", this.follow);
    return this.load();
  }

  stop() {
    this.app.map.off("moveend", this.follow);
    this.running?.abort();
    this.group.clearLayers().remove();
  }

  /** Return the layers whose borders count: the edited one, and the shown layers of work. */
  layers() {
    if (this.layer.kind === "point") return []; // a place lies inside an area, not on its border
    return this.app.config.layers.filter((layer) => layer.kind !== "point"
      && (layer.name === this.layer.name || (layer.group !== "context" && this.app.state.shows(layer.name))));
  }

  async load() {
    const { map } = this.app;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    if (map.getZoom() < FROM_ZOOM) return void this.group.clearLayers();
    const bounds = map.getBounds();
    const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((value) => value.toFixed(6)).join(",");
    const found = await Promise.all(this.layers().map((layer) =>
      getJson(address(itemPath(layer.name), { bbox, crs: this.space.uri, limit: MOST }), running.signal)
        .then((page) => page.features.filter((feature) => !(layer.name === this.layer.name && String(feature.id) === this.code)))
        .catch(() => [])));
    if (running.signal.aborted) return;
    this.group.clearLayers();
    for (const feature of found.flat()) this.add(feature);
  }

  add({ geometry }) {
    if (!geometry) return;
    const places = this.space.places(this.space.read(geometry));
    this.group.addLayer(geometry.type.endsWith("Polygon") ? L.polygon(places, LOOK) : L.polyline(places, LOOK));
  }
}
