// Drawing and reshaping on the map: vertices, parts, moving as a whole, steps back, snapping.
import { el } from "../dom.js";
import { area, length } from "../geodesy.js";
import { t } from "../i18n.js";
import { areaText, lengthText } from "../measure.js";
import { geoman } from "./geoman.js";
import { Neighbours } from "./neighbours.js";
import { lines, measure, shifted } from "./space.js";

const L = window.L;
const LOOK = { color: "#d9480f", weight: 2.5, fillColor: "#ff922b", fillOpacity: 0.18, pmIgnore: false };
const SNAP = { snappable: true, snapDistance: 14, snapVertex: true };
const MANY = 300; // vertices: from here on only those near the pointer get handles

/** Return what a geometry measures, as people read it; "" for a point. */
export function sizeText(space, geometry) {
  if (!geometry || geometry.type === "Point") return "";
  const size = space.metric ? measure(geometry) : degreesSize(geometry);
  return geometry.type === "MultiPolygon" ? `${areaText(size.area)} · ${t("周长")} ${lengthText(size.length)}` : lengthText(size.length);
}

function degreesSize(geometry) {
  const all = lines(geometry);
  const closed = geometry.type === "MultiPolygon";
  return {
    area: closed ? all.reduce((sum, { ring, pairs }) => sum + (ring ? -1 : 1) * area(pairs), 0) : 0,
    length: all.reduce((sum, { pairs }) => sum + length(closed ? [...pairs, pairs[0]] : pairs), 0),
  };
}

/** One geometry under the pencil. `changed(geometry)` is called after every step. */
export class Sketch {
  constructor(app, { space, layer, code, geometry, changed, ended }) {
    Object.assign(this, { app, space, layer, changed, ended, geometry, first: geometry });
    this.steps = [];
    this.neighbours = new Neighbours(app, space, layer, code);
    this.drawing = false;
    this.key = (event) => this.onKey(event);
    this.size = el("strong", {});
    this.hint = el("div", { class: "muted measure-more" });
    this.buttons = {};
    this.bar = this.makeBar();
  }

  makeBar() {
    const polygon = this.layer.kind === "polygon";
    const button = (name, label, act, kind = "") => {
      this.buttons[name] = el("button", { type: "button", class: `button small ${kind}`, on: { click: act } }, label);
      return this.buttons[name];
    };
    return el("div", { class: "measure-box sketch-bar", role: "group", "aria-label": t("图形编辑") },
      el("div", { class: "measure-result", role: "status" }, this.size), this.hint,
      el("div", { class: "measure-actions" },
        this.layer.geometry.startsWith("Multi") ? button("part", polygon ? t("加一块") : t("加一段"), () => this.draw()) : null,
        this.layer.kind === "point" ? null : button("move", t("整体移动"), () => this.toggleMove()),
        button("undo", t("退一步"), () => this.undo()),
        button("cancel", t("取消"), () => this.cancel()),
        button("done", t("完成"), () => this.finish(), "primary")));
  }

  /** Begin: the vertices of what is there, or the first point of something new. */
  async start() {
    const { map } = this.app;
    await geoman(this.app);
    document.querySelector(".map-area").append(this.bar);
    document.body.classList.add("is-sketching");
    map.invalidateSize({ pan: false });
    map.doubleClickZoom.disable();
    document.addEventListener("keydown", this.key, true);
    this.neighbours.start();
    if (this.geometry) this.show(this.geometry);
    else this.draw();
    map.getContainer().focus();
  }

  /** Put a geometry on the map with its handles. */
  show(geometry) {
    this.shape?.remove();
    this.shape = null;
    this.geometry = geometry;
    if (geometry) {
      this.shape = this.layerOf(geometry).addTo(this.app.map);
      this.shape.on("pm:edit pm:vertexremoved", () => { if (!this.moving) this.take(this.space.geometry(geometry.type, this.shape.getLatLngs?.() ?? this.shape.getLatLng())); });
      this.shape.on("pm:drag pm:markerdrag", () => this.tell(this.space.geometry(geometry.type, this.shape.getLatLngs?.() ?? this.shape.getLatLng())));
      this.shape.on("pm:dragend", () => this.moved());
      this.handles();
    }
    this.tell(geometry);
  }

  layerOf(geometry) {
    const places = this.space.places(geometry);
    if (geometry.type === "Point") return L.marker(places, { icon: L.divIcon({ className: "edit-pin", iconSize: [26, 26] }), pmIgnore: false, draggable: false, keyboard: false });
    return geometry.type === "MultiPolygon" ? L.polygon(places, LOOK) : L.polyline(places, LOOK);
  }

  handles() {
    const many = this.geometry.type !== "Point" && lines(this.geometry).reduce((sum, { pairs }) => sum + pairs.length, 0) > MANY;
    if (this.moving) return this.shape.pm.enableLayerDrag();
    return this.shape.pm.enable({
      ...SNAP, allowSelfIntersection: true, removeLayerBelowMinVertexCount: false, preventMarkerRemoval: true, draggable: true,
      limitMarkersToCount: many ? 60 : -1,
    });
  }

  /** Take over a new state as one step. */
  take(geometry) {
    if (JSON.stringify(geometry) === JSON.stringify(this.geometry)) return;
    this.steps.push(this.geometry);
    this.geometry = geometry;
    this.changed(geometry);
    this.tell(geometry);
  }

  /** The shape was moved as a whole: every exact coordinate moves by the same metres. */
  moved() {
    if (!this.moving) return;
    const places = this.shape.getLatLngs().flat(3);
    const [now, was] = [this.space.pair(places[0]), lines(this.geometry)[0].pairs[0]];
    const by = [0, 1].map((i) => Math.round((now[i] - was[i]) * 1000) / 1000);
    this.take(shifted(this.geometry, this.space.metric ? by : [now[0] - was[0], now[1] - was[1]]));
    this.show(this.geometry);
  }

  toggleMove() {
    if (!this.geometry || this.drawing) return;
    this.shape.pm.disable();
    this.moving = !this.moving;
    this.buttons.move.setAttribute("aria-pressed", String(this.moving));
    this.show(this.geometry);
  }

  /** Draw something new, or a further part of what is there. */
  draw() {
    const { map } = this.app;
    if (this.moving) this.toggleMove();
    this.shape?.pm.disable();
    this.drawing = true;
    const shape = { point: "Marker", line: "Line", polygon: "Polygon" }[this.layer.kind];
    map.once("pm:create", this.created, this);
    map.once("pm:drawstart", ({ workingLayer }) => {
      if (!workingLayer.getLatLngs) return; // a point has no corners
      this.working = workingLayer;
      workingLayer.on("pm:change pm:vertexadded pm:vertexremoved", ({ latlngs }) => this.tell(this.drawnSoFar(latlngs ?? workingLayer.getLatLngs())));
    });
    map.pm.enableDraw(shape, {
      ...SNAP, allowSelfIntersection: false, continueDrawing: false, tooltips: false, pathOptions: LOOK, templineStyle: { color: LOOK.color, weight: 2.5 },
      hintlineStyle: { color: LOOK.color, weight: 2, dashArray: [5, 5] }, markerStyle: { icon: L.divIcon({ className: "edit-pin", iconSize: [26, 26] }), draggable: false },
    });
    this.tell(this.geometry);
  }

  drawnSoFar(latlngs) {
    const type = this.layer.kind === "polygon" && latlngs.length > 2 ? "MultiPolygon" : "LineString";
    return this.space.geometry(type, type === "MultiPolygon" ? [[latlngs]] : latlngs);
  }

  created({ layer }) {
    layer.remove();
    this.drawing = false;
    this.working = null;
    const drawn = layer.getLatLngs?.() ?? layer.getLatLng();
    const { geometry: type } = this.layer;
    const fresh = this.space.geometry(type, { Point: drawn, LineString: drawn, MultiLineString: [drawn], MultiPolygon: [drawn] }[type]);
    const whole = this.geometry && type.startsWith("Multi") ? { type, coordinates: [...this.geometry.coordinates, ...fresh.coordinates] } : fresh;
    this.take(whole);
    this.show(whole);
  }

  /** Take the last step back: the last corner while drawing, else the last change. */
  undo() {
    const { map } = this.app;
    if (this.drawing && this.working) {
      const tool = map.pm.Draw[map.pm.Draw.getActiveShape()];
      if (this.working.getLatLngs().flat().length > 1) return tool._removeLastVertex();
      if (this.geometry) return this.stopDrawing();
      map.pm.disableDraw();
      map.off("pm:create", this.created, this);
      return this.draw();
    }
    if (!this.steps.length) return undefined;
    const before = this.steps.pop();
    this.changed(before);
    this.show(before);
    return before ? undefined : this.draw();
  }

  stopDrawing() {
    this.app.map.off("pm:create", this.created, this);
    this.app.map.pm.disableDraw();
    this.drawing = false;
    this.working = null;
    if (this.geometry) this.show(this.geometry);
  }

  onKey(event) {
    const { map } = this.app;
    const onMap = event.target === map.getContainer() || event.target === document.body;
    if (event.target.closest("dialog")) return;
    if (event.key === "Escape" && (onMap || this.bar.contains(event.target))) {
      event.stopPropagation();
      if (this.drawing && this.geometry) this.stopDrawing();
      else this.cancel();
    }
    if (event.key === "Backspace" && onMap) this.undo();
    if (event.key === "Enter" && onMap) { event.stopPropagation(); this.atCentre(); }
  }

  /** Enter on the map: the next corner, or the place itself, is the middle of the map. */
  atCentre() {
    const { map } = this.app;
    const latlng = map.getCenter();
    if (this.drawing && this.working) return map.pm.Draw[map.pm.Draw.getActiveShape()]._createVertex({ latlng });
    if (this.layer.kind !== "point") return undefined;
    if (this.drawing) this.stopDrawing();
    const geometry = this.space.geometry("Point", latlng);
    this.take(geometry);
    return this.show(geometry);
  }

  /** End with what is drawn; an unfinished part is closed if it can be. */
  finish() {
    if (this.drawing && this.working && this.working.getLatLngs().flat().length >= (this.layer.kind === "polygon" ? 3 : 2)) {
      this.app.map.pm.Draw[this.app.map.pm.Draw.getActiveShape()]._finishShape();
      if (this.drawing) return this.tell(this.geometry, t("边线相交，请先退一步"));
    }
    return this.stop();
  }

  /** End with what was there at the beginning. */
  cancel() {
    if (this.geometry !== this.first) this.changed(this.first);
    this.geometry = this.first;
    this.stop();
  }

  stop() {
    const { map } = this.app;
    document.removeEventListener("keydown", this.key, true);
    this.neighbours.stop();
    if (this.drawing) { this.drawing = false; map.off("pm:create", this.created, this); map.pm.disableDraw(); }
    this.shape?.pm.disable();
    this.shape?.remove();
    this.bar.remove();
    document.body.classList.remove("is-sketching");
    map.doubleClickZoom.enable();
    map.invalidateSize({ pan: false });
    this.ended();
  }

  tell(geometry, fault = "") {
    this.size.textContent = sizeText(this.space, geometry) || this.layer.label;
    for (const name of ["part", "move"]) if (this.buttons[name]) this.buttons[name].disabled = this.drawing;
    this.hint.textContent = fault || this.advice();
    this.hint.classList.toggle("form-error", Boolean(fault));
  }

  advice() {
    if (this.layer.kind === "point") return this.drawing ? t("点击地图确定位置；键盘：回车取地图中心") : t("拖动标记改变位置；键盘：回车取地图中心");
    if (this.moving) return t("拖动整个图形；边界会原样平移");
    if (this.drawing) return t("点击加点，点回起点或双击结束；靠近边线自动吸附，按住 Alt 不吸附");
    return t("拖动顶点；拖动边中点加点；右键或长按顶点删除");
  }
}
