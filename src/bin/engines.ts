import {packagedBrowser} from "./chromium-package.ts";
import {versionOf} from "./files.ts";

/**
 * Versions of the programs that compute and draw a card, by name. A browser that does not come with the package
 * is named as such: its bytes are its own.
 */
export function engineVersions(): Readonly<Record<string, string>> {
  const packages = ["@duckdb/node-api", "ml-xgboost", "vega", "vega-lite"];
  return {
    node: process.versions.node,
    ...Object.fromEntries(packages.map(name => [name, versionOf(name)])),
    chromium: packagedBrowser() ? versionOf("@sparticuz/chromium") : "installed on the machine",
  };
}
