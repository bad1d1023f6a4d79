// Where the pointer is: WGS-84 degrees, and metres in the deployment's own system.
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { transverseMercator } from "./projection.js";

/** Follow the pointer, or the middle of the map while it is moved by keyboard or finger. */
export function setUp({ map, config }) {
  const degrees = el("span", { class: "degrees" });
  const metres = el("span", { class: "metres" });
  document.getElementById("coordinates").append(degrees, metres);
  const project = config.metric ? transverseMercator(config.metric) : null;
  const show = ({ lat, lng }) => {
    degrees.textContent = `WGS-84 ${lng.toFixed(6)}°, ${lat.toFixed(6)}°`;
    metres.textContent = project ? metricText(config.metric, project(lng, lat)) : "";
  };
  map.on("mousemove", (event) => show(event.latlng.wrap()));
  map.on("move", () => show(map.getCenter().wrap()));
  show(map.getCenter());
}

/** Return metres as they are written here: x is north and y is east in Chinese practice. */
export function metricText({ name, srid, lon0 }, [east, north]) {
  const system = name.startsWith("CGCS2000") ? t("CGCS2000（中央经线 {lon}°）", { lon: lon0 }) : `EPSG:${srid}`;
  return t("{system} 北 {north} 东 {east} m", { system, north: north.toFixed(1), east: east.toFixed(1) });
}
