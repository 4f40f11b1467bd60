import {readFileSync} from "node:fs";

const read = (name: string) =>
  readFileSync(new URL(`../reference/experiment_design/${name}`, import.meta.url), "utf8");

/** Figures of R, statsmodels and numerical integration; see `source` in the file. */
export const expected = JSON.parse(read("expected.json")).expected;

const lines = read("cuped.csv").trim().split("\n").slice(1);
const rows = lines.map(line => line.split(",").map(Number) as [number, number, number]);

/** A simulated experiment with what each customer did before it. */
export const cupedTrial = {
  treated: Uint8Array.from(rows, ([arm]) => arm),
  outcome: Float64Array.from(rows, ([, , post]) => post),
  customer: Int32Array.from(rows.keys()),
};
export const before = {
  names: ["pre"],
  rows: rows.length,
  values: Float64Array.from(rows, ([, pre]) => pre),
};
