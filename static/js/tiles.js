// Where the vector map gets its tiles: the server's, with the names of places added.
import { address, getJson } from "./api.js";

const TILES = "/api/tiles/WebMercatorQuad/{z}/{y}/{x}";
const LEVEL_DIFFERENCE = 1; // a tile of zoom z is drawn at 512 pixels on maps of zoom z + 1

/** A point as the vector map computes with it. */
class Spot {
  constructor(x, y) { this.x = x; this.y = y; }
  clone() { return new Spot(this.x, this.y); }
  mult(by) { this.x *= by; this.y *= by; return this; }
  add(other) { this.x += other.x; this.y += other.y; return this; }
}

/** Towns and villages as points: a polygon cut into tiles has no one place for its name. */
export class Places {
  static TOWNS_FROM = 10;
  static VILLAGES_FROM = 13;

  constructor() {
    this.known = [];
    this.asked = new Set();
  }

  /** Fetch the names that a zoom needs, each level once; answers whether there are new ones. */
  async load(zoom) {
    const levels = [zoom >= Places.TOWNS_FROM ? "town" : "", zoom >= Places.VILLAGES_FROM ? "village" : ""];
    const fresh = await Promise.all(levels.filter((level) => level && !this.asked.has(level)).map((level) => this.fetchLevel(level)));
    return fresh.some(Boolean);
  }

  /** Forget all names: those of another moment may differ. */
  forget() {
    this.known = [];
    this.asked.clear();
  }

  /** Fetch the levels asked for so far once more. */
  async reload() {
    await Promise.all([...this.asked].map((level) => this.fetchLevel(level)));
  }

  async fetchLevel(level) {
    this.asked.add(level);
    try {
      const found = await getJson(address("/map/places.json", { level }));
      this.known = [...this.known.filter((place) => place.level !== level), ...found.map(project)];
      return found.length > 0;
    } catch {
      this.asked.delete(level); // asked again at the next change of zoom
      return false;
    }
  }

  /** Return the boxes of the names drawn at a zoom, in pixels of the map's container. */
  boxes(map) {
    const zoom = map.getZoom();
    const level = zoom < Places.TOWNS_FROM ? "" : zoom < 14 ? "town" : zoom <= 17 ? "village" : "";
    const origin = map.getPixelBounds().min;
    const across = 256 * 2 ** zoom;
    return this.known.filter((place) => place.level === level).map((place) => ({
      x: place.x * across - origin.x, y: place.y * across - origin.y, w: 14 * place.name.length + 6, h: 19,
    }));
  }

  /** Return the places inside a tile as its features. */
  inside({ z, x, y }, size) {
    const across = 2 ** z;
    return this.known
      .map((place) => ({ place, px: (place.x * across - x) * size, py: (place.y * across - y) * size }))
      .filter(({ px, py }) => px >= 0 && px < size && py >= 0 && py < size)
      .map(({ place, px, py }) => ({
        props: { name: place.name, level: place.level },
        geomType: 1,
        geom: [[new Spot(px, py)]],
        numVertices: 1,
        bbox: { minX: px, minY: py, maxX: px, maxY: py },
      }));
  }
}

function project(place) {
  const sin = Math.sin((place.lat * Math.PI) / 180);
  return {
    ...place,
    x: place.lon / 360 + 0.5,
    y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI),
  };
}

/** Fetches the tiles of the layers that are shown, and no layer below its least zoom. */
export class TileSource {
  constructor({ layers, state }, places) {
    this.layers = [...layers.values()].filter((layer) => layer.kind !== "point");
    this.state = state;
    this.places = places;
    this.fetchers = new Map();
  }

  /** Return the names of the layers to fetch: the base map's own always, others when shown. */
  wanted() {
    return new Set(this.layers.filter((layer) => layer.group === "context" || this.state.shows(layer.name)).map((layer) => layer.name));
  }

  async get(tile, size) {
    const wanted = this.wanted();
    const drawn = this.layers.filter((layer) => wanted.has(layer.name) && layer.minZoom <= tile.z + LEVEL_DIFFERENCE);
    const base = drawn.filter((layer) => layer.group === "context").map((layer) => layer.name).sort();
    const own = drawn.filter((layer) => layer.group !== "context").map((layer) => [layer.name]);
    const found = await Promise.all([base, ...own].filter((names) => names.length).map((names) => this.fetch(names, tile, size)));
    const all = new Map(found.flatMap((part) => [...part]));
    all.set("places", this.places.inside(tile, size));
    return all;
  }

  fetch(names, tile, size) {
    const { moment } = this.state;
    const key = `collections=${names.join(",")}${moment ? `&as-of=${encodeURIComponent(moment)}` : ""}`;
    if (!this.fetchers.has(key)) this.fetchers.set(key, new window.protomapsL.ZxySource(`${TILES}?${key}`, false));
    return this.fetchers.get(key).get(tile, size);
  }
}
