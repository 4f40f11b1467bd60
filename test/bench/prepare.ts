import {readFileSync, writeFileSync} from "node:fs";
import {stripTypeScriptTypes} from "node:module";
import {join} from "node:path";
import {writeChurnRows} from "./churn-rows.ts";

// Writes rows, and the program that trains as plain JavaScript: Node's own way to read TypeScript takes 17 MB that
// would count as the engine's. A process of its own, since some systems hand the peak of a parent to its children.
const [folder, rows, testRows] = process.argv.slice(2) as [string, string, string];
const child = readFileSync(new URL("./boost-child.ts", import.meta.url), "utf8");
writeFileSync(join(folder, "boost-child.mjs"), stripTypeScriptTypes(child));
console.log(JSON.stringify(writeChurnRows(folder, {rows: Number(rows), testRows: Number(testRows)})));
