// Who may change what, and the ways into the editing tools, which are loaded when first used.
import { el, icon } from "./dom.js";
import { NARROW } from "./sides.js";
import { t } from "./i18n.js";

const session = () => import("./edit/session.js");

/** Offer what the caller may do: on a selected feature, in the list of layers, below it. */
export function setUp(app) {
  app.changed = () => app.state.tell("data");
  app.edit = {
    open: (layer, code, how) => started(app, async () => (await session()).openEditor(app, layer, code, how)),
    create: (layer) => started(app, async () => {
      if (NARROW.matches) app.showSide(false);
      await (await session()).openEditor(app, layer, null);
    }),
  };
  app.panel.tools.push((feature, selection) => featureTools(app, feature, selection));
  below(app);
  remind(app);
}

async function started(app, act) {
  try {
    await act();
  } catch (error) {
    app.tell(error.message);
  }
}

/** Tell whether the caller may do `action` with a feature: its layer's rights, and the areas. */
export function may(app, layer, action, areaCode) {
  if (app.state.moment) return false; // the past is looked at, not changed
  const { areas } = app.config;
  const inside = areas === null || areas.some((prefix) => String(areaCode ?? "").startsWith(prefix));
  return Boolean(layer) && layer.may.includes(action) && (areaCode === undefined || inside);
}

function featureTools(app, feature, selection) {
  const layer = app.layers.get(selection.layer);
  const allowed = (action) => may(app, layer, action, feature.properties.area_code ?? null);
  const button = (label, act, kind = "") => el("button", { type: "button", class: `button small ${kind}`, on: { click: act } }, label);
  const buttons = [];
  if (allowed("update")) {
    buttons.push(button(t("修改"), () => app.edit.open(layer, selection.code)),
      button(layer.kind === "point" ? t("移动") : t("改形状"), () => app.edit.open(layer, selection.code, "shape")));
  }
  if (allowed("delete")) buttons.push(button(t("删除"), () => started(app, async () => (await import("./edit/remove.js")).remove(app, layer, selection.code), "danger"), "danger"));
  return buttons.length ? el("div", { class: "edit-tools", role: "group", "aria-label": t("编辑") }, buttons) : null;
}

/** Put bulk editing and one's own changes below the list of layers, for those who may edit. */
function below(app) {
  const editable = app.config.layers.filter((layer) => layer.may.includes("update"));
  if (!app.config.layers.some((layer) => layer.may.some((action) => action !== "history"))) return;
  const button = (label, name, act) => el("button", { type: "button", class: "button small", on: { click: () => started(app, act) } }, icon(name), label);
  document.getElementById("pane-layers").append(el("section", { class: "layer-group edit-group", "aria-labelledby": "edit-title" },
    el("h2", { id: "edit-title" }, t("编辑")),
    el("div", { class: "edit-actions" },
      editable.length ? button(t("批量修改"), "area", async () => (await import("./edit/bulk.js")).openBulk(app, editable)) : null,
      button(t("我的修改"), "clock", async () => (await import("./edit/mine.js")).openMine(app)))));
}

/** Say that something typed earlier in this tab was never saved. */
async function remind(app) {
  if (!Object.keys(sessionStorage).some((name) => name.startsWith("draft:"))) return;
  const [{ drafts }, { offer }] = await Promise.all([import("./edit/drafts.js"), import("./edit/dialog.js")]);
  const [first] = drafts(app.config.account).filter(({ layer }) => app.layers.has(layer));
  if (!first) return;
  const layer = app.layers.get(first.layer);
  offer(t("{layer} {code} 有未保存的修改", { layer: layer.label, code: first.code }), t("继续编辑"), () => app.edit.open(layer, first.code || null));
}
