// The form of an import's plan: shows what belongs together, and keeps what was entered.

/** Return whether something in the form is under way. */
export function setUp() {
  const form = document.getElementById("plan");
  if (!form) return { isInUse: () => false };
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  // Another layer, a remedy or a link would take what was entered: the browser asks first.
  window.addEventListener("beforeunload", (event) => { if (isChanged(form) && !sent) event.preventDefault(); });
  showColumns(form);
  followCrs(form);
  tickWords(form);
  return { isInUse: () => isChanged(form) || form.contains(document.activeElement) };
}

/** Tell whether the form says something else than the server knows, also of before this script ran. */
function isChanged(form) {
  return "entered" in form.dataset || [...form.elements].some((part) => {
    if (part.type === "checkbox" || part.type === "radio") return part.name !== "" && part.checked !== part.defaultChecked;
    if (part.tagName === "SELECT") return part.selectedIndex !== Math.max(0, [...part.options].findIndex((option) => option.defaultSelected));
    return part.tagName === "INPUT" && part.type !== "hidden" && part.value !== part.defaultValue;
  });
}

/** Show the columns that the chosen kind of places needs. */
function showColumns(form) {
  const show = () => {
    const kind = form.querySelector("[name=kind]:checked")?.value ?? "";
    for (const part of form.querySelectorAll("[data-kinds]")) part.hidden = !part.dataset.kinds.split(" ").includes(kind);
  };
  for (const radio of form.querySelectorAll("[name=kind]")) radio.addEventListener("change", show);
  show();
}

/** A proposed CRS comes with the order of its axes; writing another chooses it. */
function followCrs(form) {
  for (const radio of form.querySelectorAll("[name=crs][data-swap]")) {
    radio.addEventListener("change", () => { form.elements.swap_axes.checked = radio.dataset.swap === "yes"; });
  }
  form.elements.crs_other.addEventListener("input", () => { form.querySelector("[name=crs][value=other]").checked = true; });
}

/** Choosing a value ticks its row; one box ticks all rows that have one. */
function tickWords(form) {
  const all = document.getElementById("take-all");
  if (!all) return;
  const rows = [...form.querySelectorAll(".words tbody tr")].map((row) => ({ box: row.querySelector("[name=take]"), choice: row.querySelector("select") }));
  for (const { box, choice } of rows) choice.addEventListener("change", () => { box.checked = true; });
  all.addEventListener("change", () => {
    for (const { box, choice } of rows) box.checked = all.checked && choice.value !== "";
  });
  all.closest("[hidden]").hidden = false;
}
