// The address holds the view: #map=zoom/lat/lon&layers=a,b&select=layer/code&from=…&to=…&as-of=….
// Links to the map may name a layer to show beside those that are on, `also=a`, and leave the rest out.
import { writePlace } from "./between.js";
import { debounce } from "./dom.js";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Read a view from an address fragment; what is missing or malformed is null. */
export function readView(hash) {
  const pairs = new URLSearchParams(hash.replace(/^#/, ""));
  const [zoom, lat, lon] = (pairs.get("map") ?? "").split("/").map(Number);
  const place = pairs.has("map") && [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  const select = pairs.get("select") ?? "";
  const cut = select.indexOf("/");
  return {
    place: place ? { zoom, lat, lon } : null,
    layers: pairs.has("layers") ? pairs.get("layers").split(",").filter(Boolean) : null,
    also: pairs.get("also") ?? "",
    selection: cut > 0 ? { layer: select.slice(0, cut), code: select.slice(cut + 1) } : null,
    from: DATE.test(pairs.get("from")) ? pairs.get("from") : "",
    to: DATE.test(pairs.get("to")) ? pairs.get("to") : "",
    moment: INSTANT.test(pairs.get("as-of")) ? pairs.get("as-of") : "",
  };
}

/** Write a view as an address fragment. */
export function writeView(map, state) {
  const parts = [
    writePlace(map),
    `layers=${[...state.layers].join(",")}`,
  ];
  if (state.selection) parts.push(`select=${encodeURIComponent(state.selection.layer)}/${encodeURIComponent(state.selection.code)}`);
  if (state.time.from) parts.push(`from=${state.time.from}`);
  if (state.time.to) parts.push(`to=${state.time.to}`);
  if (state.moment) parts.push(`as-of=${encodeURIComponent(state.moment)}`);
  return `#${parts.join("&")}`;
}

/** Keep address and map in step, both ways. */
export function setUp(app) {
  const { map, state } = app;
  let written = "";
  const apply = () => {
    const view = readView(location.hash);
    if (view.place) map.setView([view.place.lat, view.place.lon], view.place.zoom, { animate: false });
    if (view.layers) state.setLayers(view.layers);
    // What a link leads to is seen among streets and cells, not alone.
    else for (const name of [view.also, view.selection?.layer]) if (state.known.has(name)) state.setLayer(name, true);
    state.setTime(view.from, view.to);
    state.setMoment(app.config.historySince ? view.moment : "");
    app.goToSelection = !view.place; // an address without a place leads to its feature
    state.select(view.selection);
  };
  const write = () => {
    written = writeView(map, state);
    if (written !== location.hash) history.replaceState(null, "", written);
  };
  if (location.hash.length > 1) apply();
  // Browsers limit how often an address may change: a drag waits for its end, a choice does not.
  map.on("moveend", debounce(write, 150));
  for (const what of ["layers", "selection", "time", "moment"]) state.addEventListener(what, write);
  addEventListener("hashchange", () => { if (location.hash !== written) apply(); });
  write();
}
