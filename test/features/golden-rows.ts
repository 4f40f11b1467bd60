import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";

const shared = process.env.CHURNBOOK_SHARED ?? join(import.meta.dirname, "../../../shared");
const folder = join(shared, "golden/btyd_cdnow");

/** Why tests on all customers of the CDNOW sample are skipped, or undefined when they are there. */
export const noGolden: string | undefined = existsSync(folder) ? undefined : `${folder} is absent`;
if (noGolden) console.warn(`tests on the CDNOW sample are skipped: ${noGolden}`);

/** The rows of a file of the case, as numbers. */
export const goldenRows = (name: string): number[][] =>
  readFileSync(join(folder, name), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map(line => line.split(",").map(Number));
