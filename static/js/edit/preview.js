// A geometry shown on the map that nobody can take hold of.
import { t } from "../i18n.js";

const LOOK = { color: "#d9480f", weight: 2.5, fillColor: "#ff922b", fillOpacity: 0.12, interactive: false, snapIgnore: true, pmIgnore: true };

/** Return a geometry as a quiet outline. */
export function preview(space, geometry, look = {}) {
  const { L } = window;
  const style = { ...LOOK, ...look };
  const places = space.places(geometry);
  if (geometry.type === "Point") return L.circleMarker(places, { radius: 11, ...style });
  return geometry.type === "MultiPolygon" ? L.polygon(places, style) : L.polyline(places, style);
}

/** Say in words what sort of geometry it is, for a cell of a table. */
export function describeGeometry(geometry, size) {
  if (!geometry) return t("无");
  const parts = geometry.type.startsWith("Multi") ? geometry.coordinates.length : 1;
  const many = parts > 1 ? t("{n} 部分", { n: parts }) : "";
  return [many, size].filter(Boolean).join(" · ");
}
