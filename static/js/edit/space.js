// Between the exact coordinates of record, in metres, and places on the map.
// A vertex that nobody moves keeps the very numbers that the database gave.
import { inverse, transverseMercator } from "../projection.js";

const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const RING = { Point: 0, LineString: 1, MultiLineString: 2, MultiPolygon: 3 }; // depth of nesting
const MILLIMETRE = 1000;

/** The coordinates of one editing session. Pairs are [x, y]: east first, in metres or degrees. */
export class Space {
  constructor(metric) {
    this.metric = metric;
    this.uri = metric ? metric.uri : CRS84;
    this.project = metric ? transverseMercator(metric) : null;
    this.unproject = metric ? inverse(this.project, metric) : null;
    this.known = new Map(); // "lat,lng" of the map → the exact pair
    this.last = undefined;
  }

  /** Return the place [lat, lng] of a pair, and remember which pair it stands for. */
  place(pair) {
    const [lng, lat] = this.degrees(pair);
    const key = `${lat},${lng}`;
    if (!this.known.has(key)) this.known.set(key, pair);
    return [lat, lng];
  }

  degrees(pair) {
    if (!this.metric) return pair;
    this.last = this.unproject(pair, this.last);
    return this.last;
  }

  /** Return the exact pair of a place: the one it came from, else a new one to the millimetre. */
  pair({ lat, lng }) {
    return this.known.get(`${lat},${lng}`) ?? this.fresh(lng, lat);
  }

  fresh(lng, lat) {
    if (!this.metric) return [Math.round(lng * 1e8) / 1e8, Math.round(lat * 1e8) / 1e8];
    return this.project(lng, lat).map((value) => Math.round(value * MILLIMETRE) / MILLIMETRE);
  }

  /** Return a geometry of the API with pairs in our order, or null. */
  read(geometry) {
    return geometry ? { type: geometry.type, coordinates: this.turned(geometry.coordinates) } : null;
  }

  /** Return a geometry as the API takes it. */
  write(geometry) {
    return this.read(geometry); // turning twice is turning back
  }

  turned(coordinates) {
    if (typeof coordinates[0] !== "number") return coordinates.map((part) => this.turned(part));
    const [first, second] = coordinates;
    return this.metric?.northFirst ? [second, first] : [first, second];
  }

  /** Return the places of a geometry, nested as Leaflet nests them; rings are left open. */
  places({ type, coordinates }) {
    const walk = (part, depth) => {
      if (depth === 0) return this.place(part);
      return (depth === 1 && type === "MultiPolygon" ? part.slice(0, -1) : part).map((inner) => walk(inner, depth - 1));
    };
    return walk(coordinates, RING[type]);
  }

  /** Return the geometry of nested places; rings are closed, and rings of no area are left out. */
  geometry(type, places) {
    const walk = (part, depth) => {
      if (depth === 0) return this.pair(part);
      const inner = part.map((one) => walk(one, depth - 1));
      if (depth > 1) return inner.filter((one) => one.length);
      if (type !== "MultiPolygon") return inner;
      return inner.length < 3 ? [] : [...inner, inner[0]];
    };
    return { type, coordinates: walk(places, RING[type]) };
  }
}

/** Return a geometry moved as a whole by metres (or degrees) east and north. */
export function shifted({ type, coordinates }, [east, north]) {
  const walk = (part) => (typeof part[0] === "number" ? [part[0] + east, part[1] + north] : part.map(walk));
  return { type, coordinates: walk(coordinates) };
}

/** Return every line of a geometry as {label parts, pairs}: rings open, a point as one pair. */
export function lines({ type, coordinates }) {
  if (type === "Point") return [{ part: 0, ring: 0, pairs: [coordinates] }];
  if (type === "LineString") return [{ part: 0, ring: 0, pairs: coordinates }];
  if (type === "MultiLineString") return coordinates.map((pairs, part) => ({ part, ring: 0, pairs }));
  return coordinates.flatMap((polygon, part) => polygon.map((ring, i) => ({ part, ring: i, pairs: ring.slice(0, -1) })));
}

/** Return the geometry of the lines; the inverse of `lines`. */
export function fromLines(type, all) {
  if (type === "Point") return { type, coordinates: all[0].pairs[0] };
  if (type === "LineString") return { type, coordinates: all[0].pairs };
  if (type === "MultiLineString") return { type, coordinates: all.map(({ pairs }) => pairs) };
  const parts = new Map();
  for (const { part, pairs } of all) parts.set(part, [...(parts.get(part) ?? []), [...pairs, pairs[0]]]);
  return { type, coordinates: [...parts.values()] };
}

/** Return length, or area and outline, of a geometry in the units of its pairs. */
export function measure(geometry) {
  const long = (pairs) => pairs.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - pairs[i][0], y - pairs[i][1]), 0);
  if (geometry.type !== "MultiPolygon") return { length: lines(geometry).reduce((sum, { pairs }) => sum + long(pairs), 0), area: 0 };
  const all = lines(geometry);
  const area = all.reduce((sum, { ring, pairs }) => sum + (ring ? -1 : 1) * ringArea(pairs), 0);
  return { length: all.reduce((sum, { pairs }) => sum + long([...pairs, pairs[0]]), 0), area };
}

function ringArea(pairs) {
  const [x0, y0] = pairs[0]; // near the ring, so that large coordinates lose nothing
  const twice = pairs.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = pairs[(i + 1) % pairs.length];
    return sum + (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0);
  }, 0);
  return Math.abs(twice) / 2;
}

/** Return what is wrong with a geometry, as a key of the form's texts, or "". */
export function fault(geometry) {
  if (!geometry) return "missing";
  const all = lines(geometry);
  const least = { Point: 1, LineString: 2, MultiLineString: 2, MultiPolygon: 3 }[geometry.type];
  if (!all.length || all.some(({ pairs }) => pairs.length < least)) return "short";
  if (geometry.type === "MultiPolygon" && all.some(({ pairs }) => crosses(pairs))) return "crossing";
  return "";
}

/** Tell whether two edges of an open ring cross. */
function crosses(pairs) {
  if (pairs.length > 1500) return false; // the server looks closer
  const edges = pairs.map((from, i) => [from, pairs[(i + 1) % pairs.length]]);
  return edges.some(([a, b], i) => edges.slice(i + 2).some(([c, d], j) => {
    if (i === 0 && j + i + 2 === edges.length - 1) return false; // neighbours round the corner
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
  }));
}

function turn([ax, ay], [bx, by], [cx, cy]) {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}
