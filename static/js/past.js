// The moment that the map shows: choosing one, saying plainly that it is not now, and going back.
import { setMoment } from "./api.js";
import { el, icon } from "./dom.js";
import { moment, t } from "./i18n.js";

const ZONE = "+08:00"; // of the deployment
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;
const STEPS = [[1, "一天前"], [7, "一周前"], [30, "一个月前"]];

/** Return the instant that a date and time box of the deployment's zone says, "" for none. */
export function instantOf(text) {
  return LOCAL.test(text) ? `${text}${text.length === 16 ? ":00" : ""}${ZONE}` : "";
}

/** Return an instant as a date and time box of the deployment's zone writes it. */
export function boxText(instant) {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "" : new Date(date.getTime() + 8 * 3600e3).toISOString().slice(0, 16);
}

/** Make a labelled box for a moment between the first that is known and now. */
export function momentBox(app, id, label) {
  const input = el("input", { type: "datetime-local", id, min: boxText(app.config.historySince), max: boxText(Date.now()) });
  return { input, node: el("div", { class: "field" }, el("label", { for: id }, label), input) };
}

/** Let the API answer as of the chosen moment from the start; must come before anything asks. */
export function follow({ state, config }) {
  const tell = () => setMoment(config.historySince ? state.moment : "");
  state.addEventListener("moment", tell);
  tell();
}

/** Put the choice of a moment into the tab, and the banner on the map. */
export function setUp(app) {
  const { state, config } = app;
  if (!config.historySince) return;
  const box = momentBox(app, "past-moment", t("日期与时间"));
  const say = el("p", { class: "form-error", role: "alert" });
  const choose = (instant) => {
    const early = Date.parse(instant) < Date.parse(config.historySince);
    say.textContent = !instant ? t("请填写日期与时间") : early ? t("历史自 {time} 起保留", { time: moment(config.historySince, true) })
      : Date.parse(instant) > Date.now() ? t("时刻在将来") : "";
    if (!say.textContent) state.setMoment(instant);
  };
  const back = el("button", { type: "button", class: "button", on: { click: () => state.setMoment("") } }, t("回到现在"));
  const form = el("form", { class: "query-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); choose(instantOf(box.input.value)); } } },
    box.node,
    el("div", { class: "detail-actions" }, STEPS.map(([days, label]) =>
      el("button", { type: "button", class: "button small", on: { click: () => choose(instantOf(boxText(Date.now() - days * 86400e3))) } }, t(label)))),
    say,
    el("div", { class: "detail-actions" }, el("button", { type: "submit", class: "button primary" }, t("查看当时的地图")), back));
  document.getElementById("pane-past").append(el("section", { class: "layer-group", "aria-labelledby": "past-title" },
    el("h2", { id: "past-title" }, t("历史时刻")),
    el("p", { class: "muted" }, t("整张地图按当时的数据显示；历史自 {time} 起保留", { time: moment(config.historySince, true) })), form));
  const banner = document.getElementById("past-banner");
  const show = () => {
    box.input.value = state.moment ? boxText(state.moment) : "";
    back.hidden = banner.hidden = !state.moment;
    document.body.classList.toggle("in-past", Boolean(state.moment));
    banner.replaceChildren(...(state.moment ? [
      icon("clock"), el("strong", {}, t("历史时刻 {time}", { time: moment(state.moment, true) })),
      el("span", {}, t("地图显示的是当时的数据，不是现在")),
      el("button", { type: "button", class: "button small", on: { click: () => state.setMoment("") } }, t("回到现在"))] : []));
  };
  state.addEventListener("moment", show);
  show();
}
