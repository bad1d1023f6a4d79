// The page of a query's answer: the button that exports it.
import { pageConfig } from "./dom.js";
import { offerExport, openExport } from "./exporting.js";
import { setLanguage } from "./i18n.js";

const config = pageConfig();
setLanguage(config);
const { title, name, given } = config.query;
offerExport(() => openExport(config, [{ title, path: `/api/queries/${name}`, given: () => given }]));
