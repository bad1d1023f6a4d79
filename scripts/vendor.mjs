// Copy the third-party files that pages load from node_modules to static/vendor.
// Run by `npm run vendor` after `npm ci`; nothing is built or changed.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const VENDOR = join(ROOT, "static", "vendor");
const FILES = {
  "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
  "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
  "leaflet/LICENSE": "leaflet/LICENSE",
  "leaflet-geoman/leaflet-geoman.js": "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.js",
  "leaflet-geoman/leaflet-geoman.css": "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css",
  "leaflet-geoman/LICENSE": "@geoman-io/leaflet-geoman-free/LICENSE",
  "protomaps-leaflet/protomaps-leaflet.js": "protomaps-leaflet/dist/protomaps-leaflet.js",
};

rmSync(VENDOR, { recursive: true, force: true });
for (const [target, source] of Object.entries(FILES)) {
  mkdirSync(dirname(join(VENDOR, target)), { recursive: true });
  copyFileSync(join(ROOT, "node_modules", source), join(VENDOR, target));
}
console.log(`static/vendor: ${Object.keys(FILES).length} files`);
