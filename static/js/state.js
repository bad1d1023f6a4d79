// What the map shows: which layers, which feature is selected, which time. One per page.

/**
 * Fires `layers`, `selection`, `time` and `moment` when the respective part changes, `data` when this
 * page changed rows, and `changed` with `detail.layers` when rows of these were, by whomever.
 */
export class MapState extends EventTarget {
  constructor(layers) {
    super();
    this.known = new Map(layers.map((layer) => [layer.name, layer]));
    this.layers = new Set(layers.filter((layer) => layer.visible).map((layer) => layer.name));
    this.selection = null; // {layer, code}
    this.time = { from: "", to: "" }; // dates, inclusive
    this.moment = ""; // an instant with its zone as of which the map shows its data, "" for now
  }

  shows(name) {
    return this.layers.has(name);
  }

  setLayer(name, on) {
    if (on === this.layers.has(name)) return;
    if (on) this.layers.add(name);
    else this.layers.delete(name);
    this.tell("layers");
  }

  setLayers(names) {
    this.layers = new Set(names.filter((name) => this.known.has(name)));
    this.tell("layers");
  }

  select(selection) {
    const same = selection?.layer === this.selection?.layer && selection?.code === this.selection?.code;
    this.selection = selection;
    if (!same) this.tell("selection");
  }

  setTime(from, to) {
    this.time = { from, to };
    this.tell("time");
  }

  setMoment(instant) {
    if (instant === this.moment) return;
    this.moment = instant;
    this.tell("moment");
  }

  /** Return the time as the API's `datetime` parameter, "" when it is not limited. */
  get interval() {
    const { from, to } = this.time;
    if (!from && !to) return "";
    return `${from || ".."}/${to || ".."}`;
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }
}
