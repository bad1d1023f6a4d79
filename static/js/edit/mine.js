// One's own last changes, and taking them back.
import { getJson } from "../api.js";
import { el } from "../dom.js";
import { moment, number, t } from "../i18n.js";
import { send } from "./send.js";

/** Open the list of one's own changes. */
export async function openMine(app) {
  if (!(await app.panel.leave())) return;
  await new Mine(app).open();
}

class Mine {
  constructor(app) {
    this.app = app;
    this.error = el("p", { class: "form-error", role: "alert" });
    this.list = el("ul", { class: "change-list" });
  }

  async open() {
    this.app.panel.open(t("我的修改"), [this.error, this.list]);
    await this.load();
  }

  async load() {
    try {
      const { changes } = await getJson("/api/changes?mine=true");
      this.list.replaceChildren(...(changes.length ? changes.map((change) => this.row(change)) : [el("li", { class: "muted" }, t("还没有修改"))]));
    } catch (error) {
      this.error.textContent = error.message;
    }
  }

  row(change) {
    const undo = change.undoable ? el("button", { type: "button", class: "button small", on: { click: () => this.undo(change, undo) } }, t("撤销修改")) : null;
    return el("li", {}, el("span", { class: "what" }, this.words(change)), undo,
      el("span", { class: "muted" }, [moment(change.when, true), change.undone ? t("已被撤销") : "", change.reason].filter(Boolean).join(" · ")), this.features(change));
  }

  words({ kind, counts }) {
    const kinds = { edit: t("修改"), restore: t("恢复"), bulk: t("批量修改"), undo: t("撤销修改"), import: t("导入") };
    const layers = Object.entries(counts ?? {}).map(([name, n]) => t("{layer} {n} 条", { layer: this.app.layers.get(name)?.label ?? name, n: number(n) }));
    return [kinds[kind] ?? kind, layers.join(t("、"))].filter(Boolean).join(" · ");
  }

  /** The features of a change, fetched when they are first asked for. */
  features(change) {
    const list = el("div", { class: "links" });
    const fold = el("details", { class: "rows" }, el("summary", {}, t("查看记录")), list);
    fold.addEventListener("toggle", async () => {
      if (list.hasChildNodes()) return;
      try {
        const { features, more } = await getJson(`/api/changes/${change.id}`);
        list.replaceChildren(...features.map(({ layer, code }) => el("button", { type: "button", class: "row-link", on: { click: () => this.show(layer, code) } }, code)), more ? "…" : "");
      } catch (error) {
        list.textContent = error.message;
      }
    });
    return fold;
  }

  show(layer, code) {
    const { app } = this;
    app.state.setLayer(layer, true);
    app.goToSelection = true;
    app.state.select(null);
    app.state.select({ layer, code });
  }

  async undo(change, button) {
    button.disabled = true;
    this.error.textContent = "";
    try {
      await send(this.app, "POST", `/api/changes/${change.id}/undo`);
      this.app.changed();
      this.app.tell(t("已撤销"));
      await this.load();
    } catch (error) {
      const { conflicts = [] } = error.problem ?? {};
      this.error.textContent = [error.message, conflicts.join("、")].filter(Boolean).join(" ");
      button.disabled = false;
    }
  }
}
