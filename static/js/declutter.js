// Clusters that would cover one another are joined, or moved aside a little; names stay free.

const FARTHEST = 40; // pixels that a marker may be moved from its place
const ROUNDS = 40;
const CARD_REACH = 70; // chips nearer than this share a card

/** Return the size of a bubble's marker in pixels: a ring, or a chip for a layer by itself. */
export function sizeOf({ count, family }) {
  if (family.ring) {
    const size = 28 + Math.min(22, Math.log10(Math.max(count, 1)) * 6.5);
    return { w: size, h: size };
  }
  return { w: 34 + String(count).length * 7, h: 22 };
}

/** Group layers that are graded by the same code table; those of one group are shown together. */
export function families(layers) {
  const found = new Map();
  for (const layer of layers) {
    const codes = layer.grades.map((entry) => entry.code).join(" ");
    const key = codes ? `grades ${codes}` : layer.name;
    found.set(key, [...(found.get(key) ?? []), layer]);
  }
  const groups = [...found].map(([key, members]) => ({ key, layers: members, ring: false }));
  // The largest group of graded layers gets the rings.
  const graded = groups.filter((group) => group.layers[0].grades.length);
  const first = graded.sort((one, other) => other.layers.length - one.layers.length)[0] ?? groups[0];
  if (first) first.ring = true;
  return groups;
}

/**
 * Join clusters of one family where they overlap. Answers {singles, bubbles}: those that stand
 * for one feature, and the others. Each is {family, layers, counts (by layer), grades, count, x, y, bounds}.
 */
export function gather(map, answers, groups) {
  const gapOf = (family) => (family.ring ? 16 : 44) * (map.getZoom() <= 14 ? 1 : 0.5);
  const found = groups.map((family) => {
    const gap = gapOf(family);
    const members = answers.filter((answer) => family.layers.includes(answer.layer));
    return joined(members.flatMap((answer) => answer.features.map((feature) => bubble(map, family, answer.layer, feature))), gap);
  });
  const flat = found.flat();
  const several = flat.filter((item) => item.count > 1);
  return {
    singles: flat.filter((item) => item.count === 1),
    bubbles: [...several.filter((item) => item.family.ring), ...cards(several.filter((item) => !item.family.ring))],
  };
}

/** Put chips of different families that lie side by side onto one card. */
function cards(chips) {
  const made = [];
  for (const chip of chips) {
    const near = made.find((card) => card.parts.every((part) => part.family !== chip.family) && Math.hypot(card.x - chip.x, card.y - chip.y) < CARD_REACH);
    if (near) addToCard(near, chip);
    else made.push({ ...chip, parts: [chip] });
  }
  return made;
}

function addToCard(card, chip) {
  card.parts.push(chip);
  card.w += chip.w - 4;
  card.count += chip.count;
  card.bounds = window.L.latLngBounds(card.bounds.getSouthWest(), card.bounds.getNorthEast()).extend(chip.bounds);
}

function joined(bubbles, gap) {
  bubbles.sort((one, other) => other.count - one.count);
  const kept = [];
  for (const item of bubbles) {
    const near = kept.find((other) => overlap(item, other, gap));
    if (near) absorb(near, item);
    else kept.push(item);
  }
  return kept;
}

function bubble(map, family, layer, { geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  const { x, y } = map.latLngToContainerPoint([lat, lon]);
  const [west, south, east, north] = properties.bbox;
  const made = {
    family, x, y, latlng: [lat, lon], layers: [layer], count: properties.count, counts: new Map([[layer.name, properties.count]]),
    grades: new Map(Object.entries(properties.grades ?? {})), bounds: window.L.latLngBounds([south, west], [north, east]),
  };
  return Object.assign(made, sizeOf(made));
}

function overlap(one, other, gap) {
  return Math.abs(one.x - other.x) < (one.w + other.w) / 2 + gap && Math.abs(one.y - other.y) < (one.h + other.h) / 2 + gap;
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
  Object.assign(into, sizeOf(into));
}

/**
 * Push bubbles off one another and off fixed boxes ({x, y, w, h}), in a few rounds.
 * No bubble moves farther than a little way from where it belongs.
 */
export function spread(bubbles, boxes = []) {
  const homes = bubbles.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (let i = 0; i < bubbles.length; i++) {
      for (const box of boxes) moved = part(bubbles[i], box, 1, 0) || moved;
      for (let j = i + 1; j < bubbles.length; j++) moved = part(bubbles[i], bubbles[j], 0.5, 0.5) || moved;
    }
    bubbles.forEach((item, i) => keepNear(item, homes[i]));
    if (!moved) break;
  }
  return clearNames(bubbles, boxes, homes);
}

/** Find free places for the bubbles that still cover a name, as near to home as there are. */
function clearNames(bubbles, boxes, homes) {
  const hits = (item, others) => others.some((other) => overlap(item, other, 1));
  bubbles.forEach((item, i) => {
    if (!hits(item, boxes)) return;
    const spots = [];
    for (let away = 8; away <= FARTHEST; away += 8) {
      for (let turn = 0; turn < 12; turn++) spots.push({ x: homes[i].x + away * Math.cos((turn * Math.PI) / 6), y: homes[i].y + away * Math.sin((turn * Math.PI) / 6) });
    }
    const free = spots.find((spot) => !hits({ ...item, ...spot }, boxes) && !bubbles.some((other) => other !== item && overlap({ ...item, ...spot }, other, 1)));
    if (free) Object.assign(item, free);
  });
  return bubbles;
}

/** Move two boxes apart the shorter way; `here` and `there` say who gives way how much. */
function part(one, other, here, there) {
  const dx = other.x - one.x;
  const dy = other.y - one.y;
  const overX = (one.w + other.w) / 2 + 2 - Math.abs(dx);
  const overY = (one.h + other.h) / 2 + 2 - Math.abs(dy);
  if (overX <= 0.5 || overY <= 0.5) return false;
  if (overX < overY) {
    const way = dx < 0 ? -1 : 1;
    one.x -= way * overX * here;
    other.x += way * overX * there;
  } else {
    const way = dy < 0 ? -1 : 1;
    one.y -= way * overY * here;
    other.y += way * overY * there;
  }
  return true;
}

function keepNear(item, home) {
  const away = Math.hypot(item.x - home.x, item.y - home.y);
  if (away <= FARTHEST) return;
  item.x = home.x + ((item.x - home.x) * FARTHEST) / away;
  item.y = home.y + ((item.y - home.y) * FARTHEST) / away;
}
