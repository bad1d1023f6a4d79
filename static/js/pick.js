// Taking a place from the map for a form: by a click, or by Enter at the middle of the map.

/** Give the app `pick(act)`: the next place chosen on the map is handed to `act`. */
export function setUp(app) {
  const { map } = app;
  const box = map.getContainer();
  let waiting = null;
  const done = (latlng) => {
    const act = waiting;
    waiting = null;
    box.classList.remove("is-measuring");
    app.tell("");
    // The click that picks must not be taken for a question about this place as well.
    setTimeout(() => { app.tool = null; });
    if (act && latlng) act(latlng.wrap());
  };
  app.pick = (act) => {
    waiting = act;
    app.tool = "pick";
    box.classList.add("is-measuring");
    box.focus();
  };
  map.on("click", ({ latlng }) => { if (waiting) done(latlng); });
  box.addEventListener("keydown", (event) => {
    if (!waiting) return;
    if (event.key === "Enter") done(map.getCenter());
    if (event.key === "Escape") done(null);
  });
}
