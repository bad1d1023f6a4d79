// Clusters that would cover one another are joined, or moved aside a little.

const LEAST_GAP = 6; // pixels between two markers

/** Return the diameter of a marker for `count` features, in pixels. */
export function diameter(count) {
  return 26 + Math.min(24, Math.log10(Math.max(count, 1)) * 7);
}

/**
 * Join clusters of layers that are graded alike (the same code table), where they overlap.
 * Answers bubbles: {key, layers, counts (by layer), grades, count, x, y, latlng, bounds}.
 */
export function gather(map, answers) {
  const families = new Map();
  for (const answer of answers) {
    const key = family(answer.layer);
    families.set(key, [...(families.get(key) ?? []), answer]);
  }
  return [...families].flatMap(([key, members]) => joined(map, key, members));
}

function family(layer) {
  const codes = layer.grades.map((entry) => entry.code).join(" ");
  return codes ? `grades ${codes}` : layer.name;
}

function joined(map, key, answers) {
  const bubbles = answers.flatMap((answer) => answer.features.map((feature) => bubble(map, key, answer.layer, feature)));
  bubbles.sort((one, other) => other.count - one.count);
  const kept = [];
  for (const item of bubbles) {
    const near = kept.find((other) => overlap(item, other));
    if (near) absorb(near, item);
    else kept.push(item);
  }
  for (const item of kept) item.latlng = map.containerPointToLatLng([item.x, item.y]);
  return kept;
}

function bubble(map, key, layer, { geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  const { x, y } = map.latLngToContainerPoint([lat, lon]);
  const [west, south, east, north] = properties.bbox;
  return {
    key, x, y, layers: [layer], count: properties.count, counts: new Map([[layer.name, properties.count]]),
    grades: new Map(Object.entries(properties.grades ?? {})), bounds: window.L.latLngBounds([south, west], [north, east]),
  };
}

function overlap(one, other) {
  const reach = (diameter(one.count) + diameter(other.count)) / 2 + LEAST_GAP;
  return Math.hypot(one.x - other.x, one.y - other.y) < reach;
}

function absorb(into, item) {
  const all = into.count + item.count;
  into.x = (into.x * into.count + item.x * item.count) / all;
  into.y = (into.y * into.count + item.y * item.count) / all;
  into.count = all;
  for (const layer of item.layers) if (!into.layers.includes(layer)) into.layers.push(layer);
  for (const [name, count] of item.counts) into.counts.set(name, (into.counts.get(name) ?? 0) + count);
  for (const [grade, count] of item.grades) into.grades.set(grade, (into.grades.get(grade) ?? 0) + count);
  into.bounds = window.L.latLngBounds(into.bounds.getSouthWest(), into.bounds.getNorthEast()).extend(item.bounds);
}

/** Push bubbles of different families apart until none covers another, in a few rounds. */
export function spread(bubbles) {
  for (let round = 0; round < 12; round++) {
    let moved = false;
    for (let i = 0; i < bubbles.length; i++) {
      for (let j = i + 1; j < bubbles.length; j++) moved = part(bubbles[i], bubbles[j]) || moved;
    }
    if (!moved) break;
  }
  return bubbles;
}

function part(one, other) {
  const dx = other.x - one.x;
  const dy = other.y - one.y;
  const apart = Math.hypot(dx, dy);
  const reach = (diameter(one.count) + diameter(other.count)) / 2 + 2;
  if (apart >= reach) return false;
  // Markers in one place part sideways, the same way each time.
  const [ux, uy] = apart > 0.5 ? [dx / apart, dy / apart] : [one.key < other.key ? 1 : -1, 0];
  const push = (reach - apart) / 2 + 0.5;
  one.x -= ux * push;
  one.y -= uy * push;
  other.x += ux * push;
  other.y += uy * push;
  return true;
}
