// Search by name, code or address: a combobox after the ARIA pattern.
import { address, getJson } from "./api.js";
import { debounce, el } from "./dom.js";
import { t } from "./i18n.js";

const LIMIT = 12;

/** Set up the search box in the header. */
export function setUp(app) {
  const search = new Search(app);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.box.focus();
    }
  });
}

class Search {
  constructor(app) {
    this.app = app;
    this.box = document.getElementById("search-box");
    this.list = document.getElementById("search-list");
    this.status = document.getElementById("search-status");
    this.results = [];
    this.active = -1;
    const ask = debounce(() => this.ask(), 200);
    this.box.addEventListener("input", ask);
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focus", () => { if (this.results.length) this.open(true); });
    this.box.addEventListener("blur", () => setTimeout(() => this.open(false), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  async ask() {
    const text = this.box.value.trim();
    this.running?.abort();
    if (!text) return this.show([], "");
    this.running = new AbortController();
    try {
      const { results } = await getJson(address("/api/search", { q: text, limit: LIMIT }), this.running.signal);
      return this.show(results, results.length ? t("{n} 条结果", { n: results.length }) : t("没有找到"));
    } catch (error) {
      return error.name === "AbortError" ? undefined : this.show([], error.message);
    }
  }

  show(results, status) {
    this.results = results;
    this.active = -1;
    this.status.textContent = status;
    const items = results.map((result, i) => el("li", { role: "option", id: `search-${i}`, "aria-selected": "false", on: { click: () => this.go(i) } },
      el("span", { class: "result-title" }, result.title || result.code),
      el("span", { class: "result-layer" }, this.app.layers.get(result.layer)?.label ?? result.layer),
      result.subtitle ? el("span", { class: "result-sub" }, result.subtitle) : null));
    if (!results.length && status) items.push(el("li", { class: "empty", role: "option", "aria-disabled": "true", "aria-selected": "false" }, status));
    this.list.replaceChildren(...items);
    this.box.removeAttribute("aria-activedescendant");
    this.open(items.length > 0);
  }

  open(shown) {
    this.list.hidden = !shown;
    this.box.setAttribute("aria-expanded", String(shown));
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.results.length) {
      event.preventDefault();
      this.open(true);
      this.mark((this.active + step + this.results.length) % this.results.length);
    } else if (event.key === "Enter" && this.results.length) {
      event.preventDefault();
      this.go(Math.max(this.active, 0));
    } else if (event.key === "Escape") {
      if (this.list.hidden) this.box.value = "";
      this.open(false);
    }
  }

  mark(i) {
    this.active = i;
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === i)));
    this.box.setAttribute("aria-activedescendant", `search-${i}`);
    this.list.children[i].scrollIntoView({ block: "nearest" });
  }

  go(i) {
    const { map, state } = this.app;
    const result = this.results[i];
    this.open(false);
    this.box.value = result.title || result.code;
    state.setLayer(result.layer, true);
    const [west, south, east, north] = result.bbox ?? [result.lon, result.lat, result.lon, result.lat];
    map.fitBounds([[south, west], [north, east]], { maxZoom: 17, animate: false });
    this.app.goToSelection = true;
    state.select({ layer: result.layer, code: String(result.code) });
  }
}
