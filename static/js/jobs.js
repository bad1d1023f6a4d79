// Background jobs: the list, or the one that the page names; kept current by asking again.
import { address, getJson, sendJson } from "./api.js";
import { el, pageConfig } from "./dom.js";
import { moment, number, setLanguage, t } from "./i18n.js";
import { queryForm } from "./query-form.js";

const BUSY_MS = 1500;
const QUIET_MS = 8000;
const LIMIT = 20;
const config = pageConfig();
setLanguage(config);

/** The shown jobs. */
class Jobs {
  constructor() {
    this.list = document.getElementById("jobs");
    this.status = document.getElementById("status");
    this.older = document.getElementById("older");
    this.shown = new Map(); // number → what its card was made of, and the card
    this.limit = LIMIT;
    this.timer = 0;
    this.older?.addEventListener("click", () => { this.limit = Math.min(200, this.limit + 2 * LIMIT); this.load(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.load(); });
  }

  async load() {
    clearTimeout(this.timer);
    let open = false;
    try {
      const jobs = await this.fetch();
      open = jobs.some((job) => job.canCancel || job.cancelAsked && job.state === "running");
      this.show(jobs);
      this.tell(jobs.length ? "" : t("还没有任务。"));
    } catch (error) {
      this.tell(t("暂时读不到任务：{why}", { why: error.message }));
    }
    if (!document.hidden) this.timer = setTimeout(() => this.load(), open ? BUSY_MS : QUIET_MS);
  }

  async fetch() {
    if (config.job) return [await getJson(address(`/api/jobs/${config.job}`, { lang: config.language }))];
    const { jobs } = await getJson(address("/api/jobs", { limit: this.limit, lang: config.language }));
    this.older.hidden = jobs.length < this.limit || this.limit >= 200;
    return jobs;
  }

  /** Change the cards that changed; the others, and the focus, stay. */
  show(jobs) {
    const cards = jobs.map((job) => {
      const text = JSON.stringify(job);
      const known = this.shown.get(job.id);
      if (known?.text === text) return known.card;
      const focused = known?.card.contains(document.activeElement) ? document.activeElement.dataset.act : null;
      const card = this.card(job);
      known?.card.replaceWith(card);
      this.shown.set(job.id, { text, card });
      if (focused) (card.querySelector(`[data-act="${focused}"]`) ?? card.querySelector("a, button"))?.focus();
      return card;
    });
    if (cards.some((card, place) => this.list.children[place] !== card) || cards.length !== this.list.children.length) this.list.replaceChildren(...cards);
  }

  card(job) {
    const title = config.job ? job.title : el("a", { href: `/jobs/${job.id}` }, job.title);
    return el("li", { class: "job", "data-state": job.state },
      el("h2", { class: "job-title" }, title),
      el("span", { class: "job-state" }, job.cancelAsked && job.state === "running" ? t("正在取消") : job.stateTitle),
      el("p", { class: "job-meta" }, meta(job)),
      progress(job),
      job.error ? el("p", { class: "job-error" }, job.error) : null,
      job.facts.length ? el("dl", { class: "job-facts" }, job.facts.map(({ title: name, value }) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))) : null,
      this.actions(job));
  }

  actions(job) {
    const made = [
      job.canCancel ? this.button(job, "cancel", t("取消")) : null,
      job.canRetry ? this.button(job, "retry", t("重试")) : null,
      job.file ? el("a", { class: "button small", href: `/api/jobs/${job.id}/result`, download: job.file }, t("下载结果")) : null,
    ].filter(Boolean);
    return made.length ? el("div", { class: "job-actions" }, made) : null;
  }

  button(job, act, label) {
    const button = el("button", { type: "button", class: "button small", "data-act": act, "aria-label": `${label}：${job.title} ${job.id}` }, label);
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await sendJson(config, "POST", `/api/jobs/${job.id}/${act}`);
      } catch (error) {
        button.disabled = false;
        this.tell(error.message);
        return;
      }
      await this.load();
    });
    return button;
  }

  tell(text) {
    if (this.status.textContent !== text) this.status.textContent = text;
  }
}

function meta(job) {
  const parts = [`${t("提交：")}${job.askedBy} ${moment(job.askedAt, true)}`];
  if (job.startedAt) parts.push(`${t("开始：")}${moment(job.startedAt, true)}`);
  if (job.endedAt) parts.push(`${t("结束：")}${moment(job.endedAt, true)}`);
  if (job.attempts > 1) parts.push(t("第 {n} 次执行", { n: job.attempts }));
  return parts.join(" · ");
}

function progress(job) {
  const { done, total, text } = job.progress;
  if (job.state !== "running") return null;
  const bar = total ? el("progress", { max: total, value: done, "aria-label": t("进度") }) : el("progress", { "aria-label": t("进度") });
  return el("div", { class: "job-progress" }, bar, el("span", {}, [text, total ? `${number(done)} / ${number(total)}` : ""].filter(Boolean).join(" ")));
}

/** Offer the jobs that can be started from a plain form. */
async function offer(jobs) {
  const box = document.getElementById("start");
  if (!box) return;
  const { kinds } = await getJson(address("/api/jobs/kinds", { lang: config.language }));
  const plain = kinds.filter((kind) => !kind.open);
  if (!plain.length) return;
  const select = document.getElementById("kind");
  const app = { state: { selection: null } };
  const choose = () => {
    const kind = plain.find(({ name }) => name === select.value);
    document.getElementById("about").textContent = kind.description;
    const start = async (parameters) => {
      try {
        const job = await sendJson(config, "POST", "/api/jobs", { name: kind.name, parameters });
        jobs.tell("");
        await jobs.load();
        jobs.shown.get(job.id)?.card.querySelector("a")?.focus();
      } catch (error) {
        jobs.tell(error.message);
      }
    };
    document.getElementById("form").replaceChildren(queryForm(app, kind, {}, start, t("启动")));
  };
  select.append(...plain.map((kind) => el("option", { value: kind.name }, kind.title)));
  select.addEventListener("change", choose);
  choose();
  box.hidden = false;
}

const jobs = new Jobs();
jobs.load();
offer(jobs).catch((error) => jobs.tell(error.message));
