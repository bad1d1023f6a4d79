// News of changes by others: a stream of events while the page is seen, or else asking. What is
// drawn follows `changed` of the state by itself; this module looks after the open panel and the dot.
import { address, getJson } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";

const ASK_EVERY = 1500; // milliseconds, as all below
const STREAM_AGAIN = 20000; // after a stream was refused
const SILENCE = 40000; // a stream beats every 15 s: after this it is dead
const LATE = 2000; // an event may have waited so long for this page
const SAID = {
  live: () => t("实时更新中"),
  polling: () => t("定时更新中"),
  offline: () => t("连接中断，正在重试"),
  ended: () => t("已退出登录，地图不再更新"),
};

/** Follow changes for as long as the page is seen. */
export function setUp(app) {
  const live = new Live(app);
  document.addEventListener("visibilitychange", () => (document.hidden ? live.pause() : live.stream()));
  app.state.addEventListener("changed", ({ detail }) => tellPanel(app, detail.layers));
  if (!document.hidden) live.stream();
}

class Live {
  constructor(app) {
    this.app = app;
    this.dot = document.getElementById("live");
    this.source = null;
    this.timer = 0;
    this.streamFrom = 0; // not before this moment
    this.failures = 0;
    // Everything before this moment is known: the page was asked for then. Two clocks: one goes
    // backwards when it is set, the other stops while the machine sleeps.
    this.known = { steady: 0, clock: performance.timeOrigin };
  }

  heard(before = 0) {
    this.known = { steady: performance.now() - before, clock: Date.now() - before };
  }

  /** Return for how many seconds nothing was heard. */
  age() {
    return (Math.max(performance.now() - this.known.steady, Date.now() - this.known.clock, 0) / 1000).toFixed(3);
  }

  pause() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
  }

  later(act, wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, wait);
  }

  stream() {
    this.pause();
    const source = new EventSource(address("/live", { age: this.age() }));
    this.source = source;
    const fail = () => { if (this.source === source) this.fail(); };
    const listen = (act) => ({ data }) => {
      this.heard(LATE);
      this.later(fail, SILENCE);
      act(data);
    };
    source.onopen = () => {
      this.show("live");
      this.streamFrom = 0;
      this.later(fail, SILENCE);
    };
    source.addEventListener("beat", listen(() => {}));
    source.addEventListener("changed", listen((data) => this.tell(JSON.parse(data).layers)));
    source.onerror = fail;
  }

  /** A stream that worked is opened anew soon, one that was refused not before a while. */
  fail() {
    const opened = this.streamFrom === 0 && this.dot.dataset.state === "live";
    this.streamFrom = opened ? 0 : performance.now() + STREAM_AGAIN * (0.8 + 0.4 * Math.random());
    this.pause();
    this.ask();
  }

  async ask() {
    const started = performance.now();
    try {
      const { layers } = await getJson(address("/live/state", { age: this.age() }));
      if (document.hidden) return;
      this.heard(performance.now() - started);
      this.failures = 0;
      if (performance.now() >= this.streamFrom) this.stream();
      else {
        this.show("polling");
        this.later(() => this.ask(), ASK_EVERY);
      }
      this.tell(layers);
    } catch (error) {
      if (document.hidden) return;
      if (error.status === 401 || error.status === 403) this.show("ended");
      else {
        this.show("offline");
        this.failures += 1;
        this.later(() => this.ask(), Math.min(1000 * this.failures, 10000));
      }
    }
  }

  tell(layers) {
    if (layers.length) this.app.state.dispatchEvent(new CustomEvent("changed", { detail: { layers } }));
  }

  show(state) {
    if (this.dot.dataset.state === state) return;
    this.dot.dataset.state = state;
    this.dot.title = SAID[state]();
    this.dot.firstElementChild.textContent = this.dot.title;
  }
}

/** Say in the panel that the feature it shows was changed; it is replaced only when asked. */
async function tellPanel(app, layers) {
  const { selection } = app.state;
  const { shown } = app.panel;
  if (!selection || shown?.id !== selection.code || !layers.includes(selection.layer)) return;
  let text = "";
  try {
    const path = `/api/collections/${encodeURIComponent(selection.layer)}/items/${encodeURIComponent(selection.code)}`;
    const { properties } = await getJson(address(path));
    const same = ["row_version", "change_id"].every((name) => properties[name] === shown.properties[name]);
    text = same ? "" : t("已被修改，点此刷新");
  } catch (error) {
    text = error.status === 404 ? t("已被删除，点此刷新") : "";
  }
  if (!text || app.panel.shown !== shown || app.state.selection !== selection) return;
  const button = el("button", { type: "button", class: "detail-changed", on: { click: () => app.panel.showSelection() } }, text);
  const body = document.querySelector("#detail .detail-body");
  body.querySelector(".detail-changed-line")?.remove();
  body.prepend(el("p", { class: "detail-changed-line", role: "status" }, button));
}
