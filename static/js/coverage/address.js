// The coverage page's address: ?area=…&target=…&cell=…|camera=…#map=zoom/lat/lon, to be kept and shared.
import { carried, following, writePlace } from "../between.js";
import { debounce, el } from "../dom.js";
import { readView } from "../permalink.js";

/** What the address says, and keeping it in step with the page. */
export class Address {
  constructor(app) {
    this.app = app;
    this.asked = new URLSearchParams(location.search);
    this.place = readView(location.hash).place;
    if (this.place) app.map.setView([this.place.lat, this.place.lon], this.place.zoom, { animate: false });
    app.map.on("moveend", debounce(() => this.write(), 150));
    for (const link of document.querySelectorAll('.site-header a[href="/"]')) following(link, () => `/${carried(app.map)}`);
  }

  get(name) {
    return this.asked.get(name) ?? "";
  }

  /** Note what is asked for; empty values are left out. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value) this.asked.set(name, value);
      else this.asked.delete(name);
    }
    this.write();
  }

  write() {
    const kept = location.hash.replace(/^#/, "").split("&").filter((part) => part && !part.startsWith("map="));
    const asked = String(this.asked);
    const written = `/coverage${asked ? `?${asked}` : ""}#${[writePlace(this.app.map), ...kept].join("&")}`;
    if (written !== location.pathname + location.search + location.hash) history.replaceState(null, "", written);
    const other = document.querySelector(".site-header a.language");
    other.search = String(new URLSearchParams([...this.asked].filter(([name]) => name !== "lang").concat([["lang", other.hreflang === "en" ? "en" : "zh"]])));
  }

  /** Return a link to a feature on the map page, at the place that is shown here. */
  toMap(layer, code, label, props = {}) {
    return following(el("a", props, label), () => `/${carried(this.app.map, { layer, code })}`);
  }
}
