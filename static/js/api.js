// Asking our own server. Errors are shown with the message of the problem document.

/** An answer of the API that is not a success; `message` is fit to be shown. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Fetch JSON. Throws Problem, or the fetch's own error; an aborted fetch throws AbortError. */
export async function getJson(address, signal) {
  const response = await fetch(address, { signal, headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Problem(response.status, await problemText(response));
  return response.json();
}

/** Send a change as JSON with the page's proof, and return the answer's JSON. Throws Problem. */
export async function sendJson(config, method, address, body = {}) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-Proof": config.proof };
  const response = await fetch(address, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Problem(response.status, await problemText(response));
  return response.json();
}

async function problemText(response) {
  try {
    const problem = await response.json();
    return [problem.title, problem.detail].filter(Boolean).join(" ") || response.statusText;
  } catch {
    return response.statusText || String(response.status);
  }
}

// What answers as of a moment: features, clusters, search, clicks, queries, names of places.
const DATED = /^\/(map\/places\.json$|api\/(collections\/[^/]+\/(items\/[^/]+|clusters|export)$|search$|identify$|queries\/))/;
let shown = "";

/** From now on ask as of an instant; "" is now. */
export function setMoment(instant) {
  shown = instant;
}

/** Return an address with its query; empty values are left out. The moment shown is added. */
export function address(path, query = {}) {
  const dated = shown && DATED.test(path) ? { "as-of": shown } : {};
  const pairs = Object.entries({ ...query, ...dated }).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
}

let declared = null;

/** Fetch every layer's fields, once. */
export function declarations(config) {
  const where = address("/map/declarations.json", { lang: config.language, v: config.version });
  if (!declared) declared = getJson(where).catch((error) => { declared = null; throw error; });
  return declared;
}
