// Lines and polygons: one canvas layer over vector tiles, for the base map and for the layers
// above it, so that the labels of all of them keep clear of one another.
import { LAND, OUTSIDE, baseLabels, basePaint, borderPaint } from "./cartography.js";
import { overlayLabels, overlayPaint } from "./overlay-style.js";
import { Places, TileSource } from "./tiles.js";

const L = window.L;
const DATA_ZOOM = 17; // tiles above this zoom are drawn larger instead

/** Put the vector map on the map and keep it in step with the chosen layers. */
export function setUp(app) {
  const { map, state, config } = app;
  const places = new Places();
  const source = new TileSource(app, places);
  map.createPane("vector").style.zIndex = "200";
  const layer = window.protomapsL.leafletLayer({
    url: "/unused/{z}/{x}/{y}",
    pane: "vector",
    maxDataZoom: DATA_ZOOM,
    maxZoom: map.getMaxZoom(),
    attribution: "",
    lang: config.language,
    backgroundColor: config.background ? undefined : config.hasAreas ? OUTSIDE : LAND,
    paintRules: [...basePaint(state), ...overlayPaint(app), ...borderPaint(state)],
    labelRules: [...baseLabels(state), ...overlayLabels(app)],
    keepBuffer: 1,
  });
  const cache = layer.views.get("").tileCache;
  cache.source = source;
  layer.addTo(map);
  app.vectorLayer = layer;
  app.nameBoxes = () => (state.shows("areas") ? places.boxes(map) : []);

  const redraw = () => {
    layer.clearLayout();
    layer.rerenderTiles();
  };
  let drawn = source.wanted();
  state.addEventListener("layers", () => {
    const wanted = source.wanted();
    // Layers that were not fetched before are missing in the kept tiles.
    if ([...wanted].some((name) => !drawn.has(name))) cache.cache.clear();
    drawn = new Set([...wanted, ...(cache.cache.size ? drawn : [])]);
    redraw();
  });
  state.addEventListener("data", () => renew());
  const renew = () => {
    cache.cache.clear();
    redraw();
    map.fire("names");
  };
  state.addEventListener("changed", async ({ detail }) => {
    if (detail.layers.includes("areas")) await places.reload();
    if (detail.layers.some((name) => source.wanted().has(name))) renew();
  });
  const loadNames = async () => { if (await places.load(map.getZoom())) renew(); };
  state.addEventListener("moment", () => {
    places.forget();
    renew();
    loadNames();
  });
  map.on("zoomend", loadNames);
  loadNames();
  L.DomUtil.addClass(map.getPane("vector"), "vector-pane");
}
