import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {type FitBoostOptions, fitBoost} from "../../src/boost/fit.ts";
import {walkMargins} from "./tree-walk.ts";

type Reference = {
  readonly tolerance: number;
  readonly expected: {
    readonly [name: string]: {
      readonly options: FitBoostOptions;
      readonly weighted: boolean;
      readonly margins: readonly number[];
    };
  };
};

const here = new URL("../reference/xgboost_training/", import.meta.url);
const reference = JSON.parse(readFileSync(new URL("expected.json", here), "utf8")) as Reference;

function readInput() {
  const [head, ...lines] = readFileSync(new URL("input.csv", here), "utf8").trim().split("\n");
  const cells = lines.map(line => line.split(",").map(cell => (cell === "" ? Number.NaN : Number(cell))));
  const names = head!.split(",").slice(0, -2);
  const values = Float64Array.from(names.flatMap((_, j) => cells.map(row => row[j]!)));
  const column = (k: number): Float64Array => Float64Array.from(cells, row => row[names.length + k]!);
  return {x: {names, rows: cells.length, values}, y: column(0), weights: column(1)};
}

describe("trained on the same rows, fitBoost and XGBoost give the same margins", () => {
  const {x, y, weights} = readInput();
  test.each(Object.entries(reference.expected))("%s", async (_, {options, weighted, margins}) => {
    const model = await fitBoost(x, y, {...options, ...(weighted ? {weights} : {})});
    const ours = walkMargins(model, x);
    const worst = ours.reduce((most, m, i) => Math.max(most, Math.abs(m - margins[i]!)), 0);
    // Single-precision gradients there, whole numbers of about 20 bits here; 20 trees add up to some 1e-6.
    expect(worst).toBeLessThan(reference.tolerance);
  });
});
