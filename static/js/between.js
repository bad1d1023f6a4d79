// The way between the map and the coverage page: position, layers and times go along, both ways.

/** Return the view's part of an address: `map=zoom/lat/lon`, as fine as the zoom needs. */
export function writePlace(map) {
  const center = map.getCenter();
  const digits = Math.max(3, Math.ceil((map.getZoom() * Math.LN2 + Math.log(256 / 360)) / Math.LN10));
  return `map=${map.getZoom()}/${center.lat.toFixed(digits)}/${center.lng.toFixed(digits)}`;
}

/** Return the address's fragment with the view of `map` and, if given, a selection `layer/code`. */
export function carried(map, selection = null) {
  const kept = location.hash.replace(/^#/, "").split("&").filter((part) => part && !/^(map|select)=/.test(part));
  const select = selection ? [`select=${encodeURIComponent(selection.layer)}/${encodeURIComponent(selection.code)}`] : [];
  return `#${[writePlace(map), ...kept, ...select].join("&")}`;
}

/** Let `link` lead to what `address()` says at the moment when it is used. */
export function following(link, address) {
  const renew = () => { link.href = address(); };
  renew();
  for (const what of ["pointerdown", "focus", "click"]) link.addEventListener(what, renew);
  return link;
}
