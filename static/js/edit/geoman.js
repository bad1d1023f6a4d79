// Leaflet-Geoman, loaded when drawing begins and not before. Only layers that ask for it get it.

const VENDOR = new URL("../../vendor/leaflet-geoman/", import.meta.url);
let loading = null;

function load(tag, props) {
  return new Promise((resolve, reject) => {
    const node = Object.assign(document.createElement(tag), props, { onload: resolve, onerror: () => reject(new Error(props.src ?? props.href)) });
    document.head.append(node);
  });
}

/** Load Geoman once and give the map its drawing tools. */
export async function geoman(app) {
  if (!loading) {
    loading = Promise.all([
      load("link", { rel: "stylesheet", href: new URL("leaflet-geoman.css", VENDOR).href }),
      load("script", { src: new URL("leaflet-geoman.js", VENDOR).href }),
    ]);
    loading.catch(() => { loading = null; });
  }
  await loading;
  const { L } = window;
  L.PM.setOptIn(true);
  if (!app.map.pm) {
    app.map.options.pmIgnore = false;
    L.PM.reInitLayer(app.map);
    app.map.on("layeradd", ({ layer }) => nameless(layer));
    app.map.pm.setLang(app.config.language === "en" ? "en" : "zh");
  }
}

/** Keep handles, which only a pointer can drag, out of the keyboard's and screen reader's way. */
function nameless({ _pmTempLayer: handle, _icon: node }) {
  if (!handle || !node) return;
  node.removeAttribute("tabindex");
  node.removeAttribute("role");
  node.setAttribute("aria-hidden", "true");
}
