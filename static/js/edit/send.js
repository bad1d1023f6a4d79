// Sending changes. A session that ended meanwhile costs nothing: sign in and send again.
import { Problem } from "../api.js";
import { ask } from "./dialog.js";
import { el } from "../dom.js";
import { t } from "../i18n.js";

/** A change that the server refused, with its problem details. */
export class Refusal extends Problem {
  constructor(status, problem) {
    super(status, [problem.detail ?? problem.title, problem.hint].filter(Boolean).join(" ") || String(status));
    this.problem = problem;
  }
}

/** Return the address of a layer's features, or of one of them, or of something about it. */
export function itemPath(layer, code, more = "") {
  const items = `/api/collections/${encodeURIComponent(layer)}/items`;
  return code === undefined ? items : `${items}/${encodeURIComponent(code)}${more}`;
}

/**
 * Send a request; answers {body, tag, path}. `options`: body (made JSON), type, tag (If-Match),
 * reason, crs (of the body's coordinates). Throws Refusal, or the fetch's own error.
 */
export async function send(app, method, path, options = {}) {
  const response = await attempt(app, method, path, options);
  if (response.status === 401 && await signedInAgain(app)) return send(app, method, path, options);
  if (response.status === 403 && !options.again && await newProof(app)) return send(app, method, path, { ...options, again: true });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, body);
  return { body, tag: response.headers.get("ETag"), location: response.headers.get("Location") };
}

async function attempt(app, method, path, { body, type, tag, reason, crs }) {
  const headers = { Accept: "application/geo+json, application/json" };
  if (method !== "GET") headers["X-Proof"] = app.config.proof;
  if (body !== undefined) headers["Content-Type"] = type ?? "application/json";
  if (tag) headers["If-Match"] = tag;
  if (reason) headers["Gisapp-Reason"] = encodeURIComponent(reason);
  if (crs) headers["Content-Crs"] = `<${crs}>`;
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: method === "GET" ? "no-cache" : "default" });
  } catch (error) {
    throw new Error(t("没有连上服务器，填写的内容都还在，请稍后再试。"));
  }
}

/** Fetch the page's configuration anew; null when nobody is signed in. */
async function freshConfig() {
  const response = await fetch("/", { headers: { Accept: "text/html" }, cache: "no-store" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const held = page.getElementById("config");
  return held ? JSON.parse(held.textContent) : null;
}

/** Take over the proof of a session that began since; tells whether there was a new one. */
async function newProof(app) {
  const fresh = await freshConfig().catch(() => null);
  const changed = Boolean(fresh) && fresh.proof !== app.config.proof;
  if (changed) app.config.proof = fresh.proof;
  return changed;
}

/** Ask to sign in in another tab, until that has happened or the person gives up. */
async function signedInAgain(app) {
  const status = el("p", { class: "form-error", role: "alert" });
  const way = el("p", {}, el("a", { class: "button primary", href: "/sign-in?next=/account", target: "_blank", rel: "noopener" }, t("在新标签页登录")));
  const go = await ask({
    title: t("登录已过期"),
    content: [el("p", {}, t("填写的内容都还在。请先登录，再回到这里继续。")), way, status],
    choices: [["", t("暂不")], ["again", t("已登录，继续")]],
    check: async (choice) => {
      if (choice !== "again") return true;
      const fresh = await freshConfig().catch(() => null);
      if (!fresh) status.textContent = t("还没有登录成功");
      else if (fresh.account !== app.config.account) status.textContent = t("登录的是另一个账号“{name}”，请用“{mine}”登录", { name: fresh.account, mine: app.config.account });
      else app.config.proof = fresh.proof;
      return Boolean(fresh) && fresh.account === app.config.account;
    },
  });
  return go === "again";
}
