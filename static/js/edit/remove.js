// Deleting a feature, and taking it back.
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { ask, offer } from "./dialog.js";
import { reasonBox } from "./form.js";
import { itemPath, send } from "./send.js";

/** Ask, delete, and offer to take it back. */
export async function remove(app, layer, code) {
  const seen = await send(app, "GET", itemPath(layer.name, code));
  const reason = reasonBox();
  const answer = await ask({
    title: t("删除 {code}？", { code }), danger: "delete",
    content: [el("p", {}, t("历史中保留，可以恢复。")), reason.node],
    choices: [["", t("取消")], ["delete", t("删除")]],
  });
  if (answer !== "delete") return;
  try {
    await send(app, "DELETE", itemPath(layer.name, code), { tag: seen.tag, reason: reason.read() });
  } catch (error) {
    if (error.status === 412) app.panel.showSelection();
    app.tell(error.status === 412 ? t("此记录刚被他人修改，请看过后再删除") : error.message);
    return;
  }
  app.state.select(null);
  app.changed(layer.name);
  offer(t("已删除 {code}", { code }), t("撤销删除"), layer.may.includes("create") ? () => restore(app, layer, code) : null);
}

/** Bring the last deleted version back and show it. */
export async function restore(app, layer, code) {
  try {
    await send(app, "POST", itemPath(layer.name, code, "/restore"));
    app.changed(layer.name);
    app.goToSelection = true;
    app.state.select({ layer: layer.name, code });
  } catch (error) {
    app.tell(error.message);
  }
}
