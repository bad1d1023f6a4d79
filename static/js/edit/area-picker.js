// Choosing an area on the map by clicks, or by Enter at its middle: a box, or a polygon.
import { t } from "../i18n.js";

const L = window.L;
const LOOK = { color: "#7b1fa2", weight: 2, dashArray: "5 4", fillOpacity: 0.1, interactive: false };

/** Let a person choose a "box" or a "polygon"; answers its corners as LatLngs, or null. */
export function pickArea(app, kind) {
  return new Promise((resolve) => {
    const { map } = app;
    const box = map.getContainer();
    const points = [];
    const drawn = L.layerGroup().addTo(map);
    const corners = (list) => (kind === "box" && list.length === 2 ? boxOf(list) : list);
    const draw = (pointer) => {
      drawn.clearLayers();
      const shape = corners(pointer ? [...points, pointer] : points);
      drawn.addLayer(shape.length > 2 ? L.polygon(shape, LOOK) : L.polyline(shape, LOOK));
    };
    const end = (result) => {
      map.off("click", add).off("mousemove", move).off("dblclick", finish);
      box.removeEventListener("keydown", key);
      box.classList.remove("is-measuring");
      map.doubleClickZoom.enable();
      drawn.remove();
      app.tell("");
      resolve(result);
    };
    const take = (latlng) => {
      points.push(latlng);
      draw();
      if (kind === "box" && points.length === 2) end(boxOf(points));
    };
    const add = ({ latlng }) => take(latlng);
    const move = ({ latlng }) => { if (points.length) draw(latlng); };
    const finish = () => { if (points.length > 2) end(points); };
    const key = (event) => {
      if (event.target !== box) return;
      if (event.key === "Enter" && event.ctrlKey) finish();
      else if (event.key === "Enter") take(map.getCenter());
      if (event.key === "Escape") { event.stopPropagation(); end(null); }
    };
    map.on("click", add).on("mousemove", move).on("dblclick", finish);
    map.doubleClickZoom.disable();
    box.addEventListener("keydown", key);
    box.classList.add("is-measuring");
    box.focus();
    app.tell(kind === "box" ? t("点击两个对角") : t("逐点点击，双击结束"));
  });
}

function boxOf([one, other]) {
  const bounds = L.latLngBounds(one, other);
  return [bounds.getNorthWest(), bounds.getNorthEast(), bounds.getSouthEast(), bounds.getSouthWest()];
}

/** Tell whether some point of a GeoJSON geometry lies inside a ring of LatLngs. */
export function touches(ring, { coordinates }) {
  const walk = (part) => (typeof part[0] === "number" ? inside(ring, part) : part.some(walk));
  return walk(coordinates);
}

function inside(ring, [x, y]) {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [a, b] = [ring[i], ring[j]];
    if ((a.lat > y) !== (b.lat > y) && x < ((b.lng - a.lng) * (y - a.lat)) / (b.lat - a.lat) + a.lng) within = !within;
  }
  return within;
}
