// Full screen, where the browser has it.

/** Tell whether this browser shows a page on the full screen. */
export function canFullscreen() {
  return Boolean(document.documentElement.requestFullscreen);
}

/** Enter or leave full screen. */
export function toggleFullscreen() {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  return done.catch(() => {}); // refused by the browser: nothing changes
}
