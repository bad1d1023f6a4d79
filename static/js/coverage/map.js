// Coverage on the map: tiles of cells, gaps and views, cameras as points, what is selected.
import { address, getJson } from "../api.js";
import { debounce } from "../dom.js";
import { t } from "../i18n.js";
import { HatchCanvas, overlay, paintRules } from "./style.js";

const L = window.L;
const TILES = "/api/coverage/tiles/WebMercatorQuad/{z}/{y}/{x}";
const DATA_ZOOM = 17;
const CAMERAS_FROM = 14;
const MOST_CAMERAS = 1000;
const LEAST_SHOWN = 120; // pixels
const STATUS = { online: "#0f4c81", offline: "#6b7681", planned: "#7b1fa2", unknown: "#6b7681" };

/** What the map shows of coverage. */
export class CoverageMap {
  constructor(app) {
    this.app = app;
    this.parts = { views: true, gaps: true, cells: true };
    this.hidden = { cells: new Set(), cameras: new Set() }; // of what a what-if shows otherwise
    const { map } = app;
    map.createPane("coverage").style.zIndex = "210";
    map.getPane("coverage").classList.add("cover-pane");
    map.createPane("chosen").style.zIndex = "420";
    map.createPane("cameras").style.zIndex = "440";
    this.chosen = L.layerGroup().addTo(map);
    this.cameras = L.layerGroup().addTo(map);
    this.canvas = { chosen: new HatchCanvas({ pane: "chosen" }), cameras: L.canvas({ pane: "cameras", tolerance: 6 }) };
    this.turn = 0;
    this.stay = false; // whether what is shown well enough is left where it is
    this.tiles();
    map.on("click", ({ latlng }) => this.click(latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) this.click(map.getCenter());
    });
    map.on("moveend", debounce(() => this.loadCameras(), 150));
    this.loadCameras();
  }

  /** Put the tiles of the target on the map. */
  tiles() {
    const { map, config, target } = this.app;
    this.layer?.remove();
    this.layer = window.protomapsL.leafletLayer({
      url: `${TILES}?target=${target}`, pane: "coverage", maxDataZoom: DATA_ZOOM, maxZoom: map.getMaxZoom(),
      attribution: "", lang: config.language, paintRules: paintRules(this.app), labelRules: [], keepBuffer: 1,
    });
    this.layer.addTo(map);
  }

  shows(part, props) {
    if (!this.parts[part]) return false;
    if (part === "views") return !this.hidden.cameras.has(props.code);
    return part !== "gaps" || !this.hidden.cells.has(props.cell);
  }

  show(part, on) {
    this.parts[part] = on;
    this.redraw();
  }

  /** Leave out gaps of cells and views of cameras that are drawn otherwise. */
  hide(cells, cameras) {
    const same = (set, list) => set.size === list.length && list.every((one) => set.has(one));
    if (same(this.hidden.cells, cells) && same(this.hidden.cameras, cameras)) return;
    this.hidden = { cells: new Set(cells), cameras: new Set(cameras) };
    this.redraw();
  }

  redraw() {
    this.layer.clearLayout();
    this.layer.rerenderTiles();
  }

  /** Fetch everything anew: figures have changed. */
  renew() {
    this.layer.views.get("").tileCache.cache.clear();
    this.redraw();
    this.loadCameras();
  }

  async loadCameras() {
    const { map } = this.app;
    const turn = ++this.turn;
    if (map.getZoom() < CAMERAS_FROM) { this.cameras.clearLayers(); return; }
    const bounds = map.getBounds().pad(0.1);
    const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((one) => one.toFixed(6)).join(",");
    try {
      const { features } = await getJson(address("/api/collections/cameras/items", { bbox, limit: MOST_CAMERAS }));
      if (turn === this.turn) this.drawCameras(features);
    } catch (error) {
      this.app.tell(t("暂时读不到摄像机：{why}", { why: error.message }));
    }
  }

  drawCameras(features) {
    this.cameras.clearLayers();
    for (const feature of features) {
      if (this.hidden.cameras.has(feature.id)) continue;
      const [lng, lat] = feature.geometry.coordinates;
      const working = feature.properties.status === "online";
      const mark = L.circleMarker([lat, lng], {
        renderer: this.canvas.cameras, pane: "cameras", radius: 5, weight: 2,
        color: working ? "#ffffff" : STATUS[feature.properties.status] ?? STATUS.unknown,
        fillColor: working ? STATUS.online : "#ffffff", fillOpacity: 1,
      });
      mark.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        this.app.whatIf.takes(feature) || this.app.figures.openCamera(feature.id);
      });
      this.cameras.addLayer(mark);
    }
    document.documentElement.dataset.cameras = String(features.length);
  }

  /** Open the cell at a place, or let the what-if take the place. */
  async click(latlng) {
    const { map, whatIf, figures } = this.app;
    const place = latlng.wrap();
    if (whatIf.takesPlace(place)) return;
    const asked = address("/api/identify", { lon: place.lng.toFixed(7), lat: place.lat.toFixed(7), zoom: map.getZoom(), layers: "grid_cells" });
    try {
      const { results: [cell] } = await getJson(asked);
      if (cell) figures.openCell(cell.code);
      else this.app.tell(t("这里没有网格"));
    } catch (error) {
      this.app.tell(error.message);
    }
  }

  /** Draw shapes (`[GeoJSON geometry, kind]`) as what is selected, and go there when asked. */
  select(shapes, go = false) {
    this.chosen.clearLayers();
    for (const [geometry, kind] of shapes) {
      if (!geometry) continue;
      this.chosen.addLayer(L.geoJSON(geometry, { style: overlay(kind), renderer: this.canvas.chosen, pane: "chosen", interactive: false,
        pointToLayer: (point, place) => L.circleMarker(place, { radius: 9, color: "#111820", weight: 3, fill: false, pane: "chosen", renderer: this.canvas.chosen, interactive: false }) }));
    }
    if (go) this.goTo(shapes.map(([geometry]) => geometry).filter(Boolean));
  }

  /** Tell whether bounds are in sight, and large enough to see something in them. */
  isShown(bounds) {
    const { map } = this.app;
    const [one, two] = [bounds.getSouthWest(), bounds.getNorthEast()].map((place) => map.latLngToContainerPoint(place));
    return map.getBounds().contains(bounds) && Math.max(two.x - one.x, one.y - two.y) >= LEAST_SHOWN;
  }

  goTo(geometries) {
    const bounds = L.geoJSON({ type: "GeometryCollection", geometries }).getBounds();
    if (bounds.isValid() && !(this.stay && this.isShown(bounds))) this.app.map.fitBounds(bounds, { maxZoom: 18, padding: [40, 40], animate: false });
  }
}
