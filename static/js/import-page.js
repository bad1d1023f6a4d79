// One import: follows it while it is worked on, keeps what was entered, shows its rows on a map.
import { getJson } from "./api.js";
import { el, pageConfig } from "./dom.js";
import { setLanguage, number, t } from "./i18n.js";
import * as plan from "./import-plan.js";
import * as preview from "./import-preview.js";

const ASK_EVERY = 1500; // milliseconds
const BUSY = ["checking", "applying", "undoing"];
const config = pageConfig();
const status = document.getElementById("import-status");
setLanguage(config);

const form = plan.setUp();
if (config.busy) setTimeout(ask, ASK_EVERY);
preview.setUp(config);
document.documentElement.dataset.ready = "import";

/** Ask how the import stands; what came of it is shown once, unless something is being entered. */
async function ask() {
  try {
    const held = await getJson(`/api/imports/${config.import}`);
    if (BUSY.includes(held.state)) show(held);
    else if (form.isInUse()) return offer(held);
    else return location.reload(); // which keeps the place where the reader is
  } catch (error) {
    if ([401, 403, 404].includes(error.status)) return location.reload();
  }
  return setTimeout(ask, ASK_EVERY);
}

function show({ stateTitle, job }) {
  const { text = "", done = 0, total = 0 } = job?.progress ?? {};
  const told = [text, total ? `${number(done)} / ${number(total)}` : ""].filter(Boolean).join(" ");
  say(stateTitle, el("span", { class: "muted" }, told));
}

/** Say that the result is there without taking away what is being entered. */
function offer({ stateTitle }) {
  say(stateTitle, el("a", { class: "button", href: `/imports/${config.import}` }, t("显示结果")),
    el("span", { class: "muted" }, t("（表单里没有提交的修改会丢失）")));
}

/** Replace the status, once it says something else: it is read aloud. */
function say(state, ...more) {
  const line = el("p", { class: "import-state" }, el("strong", {}, state), ...more.flatMap((part) => [" ", part]));
  if (line.textContent !== status.textContent) status.replaceChildren(line);
}
