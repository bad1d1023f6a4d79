// Lengths and areas on the ellipsoid, by a projection centred on what is measured.
import { transverseMercator } from "./projection.js";

const CGCS2000 = { a: 6378137, rf: 298.257222101 };
const RADIUS = 6371000;

function centred(points) {
  const lon0 = points.reduce((sum, [lon]) => sum + lon, 0) / points.length;
  const lat0 = points.reduce((sum, [, lat]) => sum + lat, 0) / points.length;
  return transverseMercator({ ...CGCS2000, lon0, lat0, k0: 1, x0: 0, y0: 0 });
}

/** Return the length in metres between two points [lon, lat]; better than 1:10⁶ up to 300 km. */
export function distance(from, to) {
  const project = centred([from, to]);
  const [x1, y1] = project(...from);
  const [x2, y2] = project(...to);
  // The scale off the meridian, averaged by Simpson's rule; it is 1 in the middle.
  const scale = (x) => 1 + x ** 2 / (2 * RADIUS ** 2);
  const mean = (scale(x1) + 4 * scale((x1 + x2) / 2) + scale(x2)) / 6;
  return Math.hypot(x2 - x1, y2 - y1) / mean;
}

/** Return the length in metres of a line of points [lon, lat]. */
export function length(points) {
  return points.slice(1).reduce((sum, point, i) => sum + distance(points[i], point), 0);
}

/** Return the area in square metres of a ring of points [lon, lat], open or closed. */
export function area(points) {
  if (points.length < 3) return 0;
  const project = centred(points);
  const flat = points.map((point) => project(...point));
  let twice = 0;
  flat.forEach(([x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length];
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}
