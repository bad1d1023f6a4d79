// Where the reader is, if the browser may tell. It is not sent anywhere.
import { t } from "./i18n.js";

const L = window.L;
const LOOK = { color: "#0b57d0", fillColor: "#0b57d0", fillOpacity: 0.15, weight: 1, interactive: false };

/** Ask the browser for the position and show it with its accuracy. */
export function locate(app) {
  if (!navigator.geolocation || !window.isSecureContext) {
    app.tell(t("浏览器不提供定位（需要 HTTPS 或本机访问）"));
    return;
  }
  app.tell(t("正在定位…"));
  navigator.geolocation.getCurrentPosition(({ coords }) => show(app, coords), () => app.tell(t("无法定位：未获许可或没有信号")),
    { enableHighAccuracy: true, timeout: 15000 });
}

function show(app, { latitude, longitude, accuracy }) {
  const place = [latitude, longitude];
  app.here?.remove();
  app.here = L.layerGroup([L.circle(place, { ...LOOK, radius: accuracy }), L.circleMarker(place, { ...LOOK, radius: 6, fillOpacity: 1, color: "#fff", weight: 2 })]).addTo(app.map);
  app.map.setView(place, Math.max(app.map.getZoom(), 16));
  app.tell(t("定位精度约 {n} 米", { n: Math.round(accuracy) }));
}
