// A camera under one's hands on the map: a marker to drag, and a handle to turn it by.
import { t } from "../i18n.js";

const L = window.L;
const METRES = 111320; // to a degree of latitude
const STEP = 1; // metre that an arrow key moves, ten with the shift key
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** Return the place so many metres east and north of another. */
export function shifted({ lat, lng }, east, north) {
  return L.latLng(lat + north / METRES, lng + east / (METRES * Math.cos((lat * Math.PI) / 180)));
}

/** Return the direction from one place to another, whole degrees clockwise from north. */
export function bearing(from, to) {
  const east = (to.lng - from.lng) * Math.cos((from.lat * Math.PI) / 180);
  return (Math.round((Math.atan2(east, to.lat - from.lat) * 180) / Math.PI) + 360) % 360;
}

/**
 * Put a camera on the map. `camera` has place, azimuth (or null), reach (m) and turns (whether it has
 * a direction); `moved` and `turned` are called with a new place or direction, while it is dragged
 * and, with `true`, at the end.
 */
export class Handles {
  constructor(map, camera, label, { moved, turned }) {
    this.map = map;
    this.camera = camera;
    this.marker = L.marker(camera.place, { draggable: true, keyboard: true, title: label, alt: label, zIndexOffset: 1000,
      icon: L.divIcon({ className: "what-if-camera", iconSize: [22, 22] }) }).addTo(map);
    this.marker.on("drag", () => { this.camera.place = this.marker.getLatLng(); this.place(); moved(this.camera.place, false); });
    this.marker.on("dragend", () => moved(this.camera.place, true));
    const keyed = (event) => {
      const step = ARROWS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const metres = STEP * (event.shiftKey ? 10 : 1);
      this.camera.place = shifted(this.camera.place, step[0] * metres, step[1] * metres);
      this.marker.setLatLng(this.camera.place);
      this.place();
      moved(this.camera.place, true);
    };
    this.marker.getElement().addEventListener("keydown", keyed);
    this.line = L.polyline([], { color: "#0b3c66", weight: 2, dashArray: "3 4", interactive: false }).addTo(map);
    this.handle = L.marker(camera.place, { draggable: true, keyboard: false, title: t("拖动以转向"), zIndexOffset: 1001,
      icon: L.divIcon({ className: "what-if-handle", iconSize: [18, 18] }) }).addTo(map);
    this.handle.on("drag", () => { this.camera.azimuth = bearing(this.camera.place, this.handle.getLatLng()); this.draw(false); turned(this.camera.azimuth, false); });
    this.handle.on("dragend", () => { this.place(); turned(this.camera.azimuth, true); });
    this.place();
  }

  /** Put handle and line where the camera looks. */
  place() {
    const { place, azimuth, reach, turns } = this.camera;
    const angle = ((azimuth ?? 0) * Math.PI) / 180;
    this.tip = shifted(place, Math.sin(angle) * reach, Math.cos(angle) * reach);
    this.handle.setLatLng(this.tip);
    this.handle.getElement().hidden = !turns;
    this.handle.getElement().classList.toggle("is-unknown", azimuth === null);
    this.draw(true);
  }

  draw(fixed) {
    const { place, turns } = this.camera;
    this.line.setLatLngs(turns ? [place, fixed ? this.tip : this.handle.getLatLng()] : []);
  }

  remove() {
    for (const one of [this.marker, this.handle, this.line]) one.remove();
  }
}

/** Ask again and again, one request at a time: the newest question follows the answer. */
export class LatestOnly {
  constructor(ask, show, fail) {
    Object.assign(this, { ask, show, fail, busy: false, waiting: null, turn: 0 });
  }

  /** Ask `question`, or keep it until the answer that is under way has come. */
  async send(question) {
    if (this.busy) { this.waiting = question; return; }
    this.busy = true;
    const turn = this.turn;
    try {
      const answer = await this.ask(question);
      if (turn === this.turn) this.show(answer);
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
    this.busy = false;
    const next = this.waiting;
    this.waiting = null;
    if (next) this.send(next);
  }

  /** Forget what is asked and what waits. */
  forget() {
    this.turn += 1;
    this.waiting = null;
  }
}
