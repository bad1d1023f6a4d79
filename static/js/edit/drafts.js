// What was typed and is not saved yet, kept in this tab until it is saved or thrown away.

const PREFIX = "draft:";

function key(account, layer, code) {
  return `${PREFIX}${JSON.stringify([account, layer, code ?? ""])}`;
}

/** Keep a draft. A full store is no reason to stop anybody from typing. */
export function keepDraft(account, layer, code, draft) {
  try {
    sessionStorage.setItem(key(account, layer, code), JSON.stringify(draft));
  } catch {
    // The form itself still holds everything.
  }
}

/** Return the draft of a feature ("" for a new one), or null. */
export function draftOf(account, layer, code) {
  try {
    return JSON.parse(sessionStorage.getItem(key(account, layer, code)));
  } catch {
    return null;
  }
}

export function dropDraft(account, layer, code) {
  sessionStorage.removeItem(key(account, layer, code));
}

/** Return the account's drafts as {layer, code}; those of other accounts are thrown away. */
export function drafts(account) {
  const found = [];
  for (const name of Object.keys(sessionStorage).filter((one) => one.startsWith(PREFIX))) {
    const [whose, layer, code] = JSON.parse(name.slice(PREFIX.length));
    if (whose === account) found.push({ layer, code });
    else sessionStorage.removeItem(name);
  }
  return found;
}
