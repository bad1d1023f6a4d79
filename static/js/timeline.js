// What became of the selected feature: when, who, why, and what from what to what.
import { address, getJson } from "./api.js";
import { el } from "./dom.js";
import { KINDS, whatChanged } from "./differences.js";
import { moment, t } from "./i18n.js";

const REASONS = { edit: "编辑", bulk: "批量编辑", import: "导入", undo: "撤销", restore: "恢复", job: "后台任务", system: "系统" };

/** Return the list of a feature's events, newest first; each leads the map to its moment. */
export async function timeline(app, { layer, code }, declared) {
  const { events, truncated } = await getJson(address(`/api/collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(code)}/history`));
  const list = el("ol", { class: "timeline" }, events.map((event) => entry(app, event, declared)));
  return truncated ? [list, el("p", { class: "muted" }, t("更早的版本未列出"))] : [list];
}

function entry(app, event, declared) {
  const kind = KINDS[event.event];
  const { change } = event;
  const who = change ? [change.name, t(REASONS[change.kind] ?? change.kind), change.undone ? t("已撤销") : ""].filter(Boolean).join(" · ") : t("不详");
  const before = Object.fromEntries(event.differences.map((one) => [one.name, one.before]));
  const after = Object.fromEntries(event.differences.map((one) => [one.name, one.after]));
  const facts = whatChanged({ before, after, moved_m: event.moved_m }, declared);
  const look = event.event === "removed" ? null
    : el("button", { type: "button", class: "button small", on: { click: () => app.state.setMoment(event.at) } }, t("查看当时"));
  return el("li", { class: `event event-${event.event}` },
    el("p", { class: "event-head" }, el("strong", { style: { color: kind.colour } }, event.event === "removed" ? t("删除或移出辖区") : t(kind.label)), ` ${moment(event.at, true)}`),
    el("p", { class: "muted small-text" }, who),
    change?.reason ? el("p", { class: "small-text" }, t("原因：{why}", { why: change.reason })) : null,
    facts.length ? el("ul", { class: "event-facts" }, facts.map((fact) => el("li", {}, fact))) : null, look);
}
