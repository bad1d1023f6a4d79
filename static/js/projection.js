// Transverse Mercator (Gauss-Krüger) on the ellipsoid, forward, by Krüger's series to n⁴:
// within 3,000 km of the central meridian exact to a micrometre (Karney 2011, arXiv:1002.1417).

const DEGREE = Math.PI / 180;

/** Return the projection for parameters {a, rf, lat0, lon0, k0, x0, y0}: (lon, lat) → [x, y] m. */
export function transverseMercator({ a, rf, lat0, lon0, k0, x0, y0 }) {
  const f = 1 / rf;
  const n = f / (2 - f);
  const e = Math.sqrt(f * (2 - f));
  const radius = (a / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const alpha = [
    n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4,
    (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4,
    (61 / 240) * n ** 3 - (103 / 140) * n ** 4,
    (49561 / 161280) * n ** 4,
  ];
  const plane = (lon, lat) => {
    const sin = Math.sin(lat * DEGREE);
    const tau = Math.sinh(Math.atanh(sin) - e * Math.atanh(e * sin)); // tangent of conformal latitude
    const away = (lon - lon0) * DEGREE;
    const xi0 = Math.atan2(tau, Math.cos(away));
    const eta0 = Math.asinh(Math.sin(away) / Math.hypot(tau, Math.cos(away)));
    let xi = xi0;
    let eta = eta0;
    alpha.forEach((weight, i) => {
      const m = 2 * (i + 1);
      xi += weight * Math.sin(m * xi0) * Math.cosh(m * eta0);
      eta += weight * Math.cos(m * xi0) * Math.sinh(m * eta0);
    });
    return [k0 * radius * eta, k0 * radius * xi];
  };
  const [, origin] = plane(lon0, lat0);
  return (lon, lat) => {
    const [x, y] = plane(lon, lat);
    return [x + x0, y - origin + y0];
  };
}

/** Return the inverse of `project`: ([x, y], near) → [lon, lat]; `near` is a place to begin at. */
export function inverse(project, { lon0, lat0 }) {
  const step = 1e-5; // degrees, about a metre
  return ([x, y], near = [lon0, lat0 + 30]) => {
    let [lon, lat] = near;
    for (let i = 0; i < 20; i++) {
      const [px, py] = project(lon, lat);
      const [dx, dy] = [x - px, y - py];
      if (Math.abs(dx) + Math.abs(dy) < 2e-8) break;
      const [ex, ey] = project(lon + step, lat).map((value, j) => (value - (j ? py : px)) / step);
      const [nx, ny] = project(lon, lat + step).map((value, j) => (value - (j ? py : px)) / step);
      const all = ex * ny - ey * nx;
      lon += (dx * ny - dy * nx) / all;
      lat += (dy * ex - dx * ey) / all;
    }
    return [lon, lat];
  };
}
