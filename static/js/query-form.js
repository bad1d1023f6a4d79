// The form of one spatial query, built from its declared parameters.
import { address, getJson } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./i18n.js";
import { NARROW } from "./sides.js";

/**
 * Build the form of `query`, or of anything with parameters; `ask` gets them. `given` are values
 * to begin with, `button` says what the form does.
 */
export function queryForm(app, query, given, ask, button = t("查询")) {
  const boxes = new Map();
  const form = el("form", { class: "query-form", novalidate: true }, query.parameters.map((parameter) => field(app, parameter, given, boxes)),
    el("button", { type: "submit", class: "button primary" }, button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(Object.fromEntries([...boxes].map(([name, box]) => [name, box.value.trim()])));
  });
  return form;
}

function field(app, parameter, given, boxes) {
  const id = `query-${parameter.name}`;
  const value = given[parameter.name] ?? parameter.default ?? "";
  const box = control(parameter, id);
  if (parameter.choices_by) followLayer(parameter, box, boxes.get(parameter.layer_from));
  if (value !== "") box.value = String(value); // else the first choice, or nothing
  boxes.set(parameter.name, box);
  const unit = parameter.unit ? ` ${parameter.unit}` : "";
  const help = parameter.help ? el("span", { class: "field-help", id: `${id}-help` }, parameter.help) : null;
  if (help) box.setAttribute("aria-describedby", help.id);
  const pick = [picker(app, parameter, box, boxes), drawer(app, parameter, box)].filter(Boolean);
  if (!value) prefill(app, parameter, box, boxes);
  return el("div", { class: "field" }, el("label", { for: id }, parameter.title + unit + (parameter.required ? " *" : "")),
    pick.length ? el("div", { class: "pick-row" }, box, pick) : box, help);
}

/** Offer the kinds of the layer that is chosen; without any there is nothing to choose. */
function followLayer(parameter, box, chooser) {
  const offer = () => {
    const choices = parameter.choices_by.find(({ layer }) => layer === chooser.value)?.choices ?? [];
    box.replaceChildren(el("option", { value: "" }, t("（不限）")), ...choices.map((choice) => el("option", { value: choice.code }, choice.title)));
    box.disabled = !choices.length;
  };
  chooser.addEventListener("change", offer);
  offer();
}

function control(parameter, id) {
  if (parameter.choices_by) return el("select", { id });
  const choices = parameter.type === "boolean" ? [{ code: "true", title: t("是") }, { code: "false", title: t("否") }] : parameter.choices;
  if (choices) {
    const open = parameter.default === undefined && !parameter.required ? [el("option", { value: "" }, t("（不限）"))] : [];
    return el("select", { id }, open, choices.map((choice) => el("option", { value: choice.code }, choice.title)));
  }
  if (parameter.type === "number" || parameter.type === "integer") {
    return el("input", { id, type: "number", step: parameter.type === "integer" ? 1 : "any", min: parameter.minimum, max: parameter.maximum });
  }
  return el("input", { id, type: "text", autocomplete: "off", spellcheck: "false" });
}

/** Return the layers in which a code may be, by the form as it stands. */
function codeLayers(parameter, boxes) {
  const from = parameter.layer_from ? boxes.get(parameter.layer_from)?.value : "";
  return from ? [from] : parameter.layers ?? [];
}

/** Begin with the feature that is selected on the map, where it fits. */
function prefill(app, parameter, box, boxes) {
  const { selection } = app.state;
  if (parameter.type !== "code" || !selection) return;
  const chooser = parameter.layer_from ? boxes.get(parameter.layer_from) : null;
  const allowed = chooser ? [...chooser.options].map((option) => option.value) : parameter.layers ?? [];
  if (!allowed.includes(selection.layer)) return;
  box.value = selection.code;
  if (chooser) chooser.value = selection.layer;
}

/** Return the button that takes a place or a feature from the map, for parameters of that kind. */
function picker(app, parameter, box, boxes) {
  if (!["point", "place", "code"].includes(parameter.type)) return null;
  const label = parameter.type === "code" ? t("在地图上点选要素") : t("在地图上点选位置");
  return pickButton(app, parameter, label, "pick", () => {
    app.tell(t("点击地图选择；按 Enter 取地图中心，Esc 取消"));
    app.pick(async (latlng) => {
      if (parameter.type === "code") await takeFeature(app, parameter, latlng, box, boxes);
      else box.value = `${latlng.lng.toFixed(7)},${latlng.lat.toFixed(7)}`;
      app.showSide(true);
      box.focus();
    });
  });
}

/** Return the button that has a line drawn on the map, for parameters that may be one. */
function drawer(app, parameter, box) {
  if (parameter.type !== "place") return null;
  return pickButton(app, parameter, t("在地图上画一条线"), "ruler", () => app.drawLine((line) => {
    box.value = `LINESTRING(${line.map(({ lng, lat }) => `${lng.toFixed(7)} ${lat.toFixed(7)}`).join(", ")})`;
    app.showSide(true);
    box.focus();
  }));
}

/** Return a button that has something taken from the map; on a phone the form makes room for it. */
function pickButton(app, parameter, label, look, act) {
  return el("button", { type: "button", class: "icon-button pick", title: label, "aria-label": `${label}：${parameter.title}`, on: { click: () => {
    if (NARROW.matches) app.showSide(false);
    act();
  } } }, icon(look));
}

async function takeFeature(app, parameter, latlng, box, boxes) {
  const asked = codeLayers(parameter, boxes);
  const layers = asked.length ? asked : parameter.layers;
  const place = { lon: latlng.lng.toFixed(7), lat: latlng.lat.toFixed(7), zoom: app.map.getZoom(), layers: layers?.join(",") };
  try {
    const { results: [found] } = await getJson(address("/api/identify", place));
    if (!found) { app.tell(t("此处没有可选的要素")); return; }
    box.value = found.code;
    if (parameter.layer_from) boxes.get(parameter.layer_from).value = found.layer;
    app.tell(found.title);
  } catch (error) {
    app.tell(error.message);
  }
}
