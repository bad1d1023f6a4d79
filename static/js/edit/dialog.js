// Small dialogs: a question with its answers, and the bar that offers to take something back.
import { el } from "../dom.js";
import { t } from "../i18n.js";

/**
 * Ask; answers the chosen code, "" when the dialog is left by Esc. `choices` are [code, label]
 * pairs, the last one is the proposed one; `check(code)` may keep the dialog open.
 */
export function ask({ title, content = [], choices, danger = "", check = async () => true }) {
  return new Promise((resolve) => {
    const finish = (code) => { box.close(); box.remove(); resolve(code); };
    const buttons = choices.map(([code, label], i) => el("button", {
      type: "button", class: code === danger && danger ? "button danger" : i === choices.length - 1 ? "button primary" : "button",
      on: { click: async () => { if (await check(code)) finish(code); } },
    }, label));
    const box = el("dialog", { class: "dialog", "aria-labelledby": "ask-title" },
      el("div", { class: "dialog-form" }, el("h2", { id: "ask-title" }, title), content, el("div", { class: "dialog-actions" }, buttons)));
    box.addEventListener("cancel", (event) => { event.preventDefault(); finish(""); });
    box.addEventListener("keydown", (event) => event.stopPropagation());
    document.body.append(box);
    box.showModal();
    (box.querySelector("input, textarea") ?? buttons[buttons.length - 1]).focus();
  });
}

let shown = null;

/** Show a bar below the map that says what was done and offers to take it back. */
export function offer(text, label, act) {
  shown?.remove();
  const undo = act ? el("button", { type: "button", class: "button small", on: { click: async () => { undo.disabled = true; await act(); bar.remove(); } } }, label) : null;
  const bar = el("div", { class: "undo-bar" }, el("span", { role: "status" }, text), undo,
    el("button", { type: "button", class: "button small", on: { click: () => bar.remove() } }, t("关闭")));
  shown = bar;
  document.querySelector(".map-area").append(bar);
  setTimeout(() => { if (!bar.contains(document.activeElement)) bar.remove(); }, 30000);
}
