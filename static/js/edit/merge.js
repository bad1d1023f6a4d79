// Three versions of one feature side by side: what was, mine, and what is there now.

/** Tell whether two values are the same to people: nothing is nothing, however it is written. */
export function same(one, other) {
  const [a, b] = [one, other].map((value) => (value === "" || value === undefined ? null : value));
  if (a !== null && b !== null && typeof a === "object") return JSON.stringify(a) === JSON.stringify(b);
  return a === b;
}

/**
 * Return one row for each name whose three values are not all the same, with the side to take:
 * the one that changed it; "" where both did, differently, and a person has to choose.
 */
export function compare(names, base, mine, theirs) {
  return names.filter((name) => !(same(base[name], mine[name]) && same(base[name], theirs[name])))
    .map((name) => ({ name, base: base[name], mine: mine[name], theirs: theirs[name], side: side(base[name], mine[name], theirs[name]) }));
}

function side(base, mine, theirs) {
  if (same(mine, theirs) || same(mine, base)) return "theirs";
  return same(theirs, base) ? "mine" : "";
}

/** Return the values that come of the sides taken in `rows`: theirs, but for what is mine. */
export function merge(theirs, rows) {
  const taken = rows.filter((row) => row.side === "mine").map((row) => [row.name, row.mine]);
  return { ...theirs, ...Object.fromEntries(taken) };
}

/** Return the members of `values` among `names` that differ from `base`, for a merge patch. */
export function changes(names, base, values) {
  return Object.fromEntries(names.filter((name) => !same(base[name], values[name])).map((name) => [name, values[name] ?? null]));
}
