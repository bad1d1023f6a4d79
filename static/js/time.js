// The time: a span of days that limits the layers which happen in time.
import { el } from "./dom.js";
import { t } from "./i18n.js";

/** Put the span of days under the list of layers. */
export function setUp({ state }) {
  const from = dateBox("time-from", t("从"));
  const to = dateBox("time-to", t("到"));
  const clear = el("button", { type: "button", class: "button small" }, t("不限时间"));
  const say = el("p", { class: "form-error", role: "status" });
  const box = el("section", { class: "layer-group time-filter", "aria-labelledby": "time-title" },
    el("h2", { id: "time-title" }, t("时间")),
    el("p", { class: "muted" }, t("按发生、检查或巡查时间筛选点位")),
    el("div", { class: "time-row" }, from.node, to.node), clear, say);
  document.getElementById("pane-layers").append(box);
  const take = () => {
    const wrong = from.input.value && to.input.value && from.input.value > to.input.value;
    say.textContent = wrong ? t("开始日期晚于结束日期") : "";
    if (!wrong) state.setTime(from.input.value, to.input.value);
  };
  const show = () => {
    from.input.value = state.time.from;
    to.input.value = state.time.to;
    clear.hidden = !state.interval;
  };
  for (const { input } of [from, to]) input.addEventListener("change", take);
  clear.addEventListener("click", () => state.setTime("", ""));
  state.addEventListener("time", show);
  show();
}

function dateBox(id, label) {
  const input = el("input", { type: "date", id, min: "1949-10-01", max: "2100-12-31" });
  return { input, node: el("div", { class: "field" }, el("label", { for: id }, label), input) };
}
