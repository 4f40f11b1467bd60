import {describe, expect, test} from "vitest";
import {fitBoost} from "../../src/boost/fit.ts";
import {boostMargins} from "../../src/boost/predict.ts";
import {spearman} from "../../src/evaluate/spearman.ts";
import {applyXgboost, fitXgboost} from "../../src/model/xgboost.ts";
import {randomOf} from "../../src/random.ts";

/** Whole numbers below 40, so that each value is a bin in either engine; a share of two features is missing. */
function rowsOf(rows: number, seed: number, {missing}: {missing: number}) {
  const random = randomOf(seed);
  const values = Float64Array.from({length: 4 * rows}, (_, k) =>
    k >= 2 * rows && random() < missing ? Number.NaN : Math.floor(40 * random()),
  );
  const y = Uint8Array.from({length: rows}, (_, i) => {
    const told = Number.isNaN(values[2 * rows + i]!) ? 1.5 : 0;
    const margin = (values[i]! - values[rows + i]!) / 12 + told - 1;
    return Number(random() < 1 / (1 + Math.exp(-margin)));
  });
  return {x: {names: ["a", "b", "c", "d"], rows, values}, y};
}

/** Margins of the training rows by either engine, which share no code. */
async function both({x, y}: ReturnType<typeof rowsOf>, trees: number) {
  const settings = {trees, depth: 3, rate: 0.3, minChildWeight: 1};
  return {
    ours: boostMargins(await fitBoost(x, y, settings), x),
    theirs: applyXgboost(await fitXgboost(x, y, settings), x),
  };
}

describe.each([1, 2, 3, 4, 5, 6])("fitBoost and ml-xgboost, rows of seed %i", seed => {
  // Later trees part ways where two splits are about as good: ml-xgboost sums and compares in single precision.
  test("grow the same first three trees where every value is a bin", async () => {
    const {ours, theirs} = await both(rowsOf(3000, seed, {missing: 0}), 3);
    const apart = ours.map((margin, i) => Math.abs(margin - theirs[i]!));
    expect(Math.max(...apart)).toBeLessThan(1e-5);
    expect(Math.max(...ours) - Math.min(...ours)).toBeGreaterThan(1);
  });

  test("rank alike after thirty trees on rows with missing values", async () => {
    const {ours, theirs} = await both(rowsOf(3000, seed, {missing: 0.15}), 30);
    expect(spearman(Float64Array.from(ours), theirs)).toBeGreaterThan(0.97);
  });
});
