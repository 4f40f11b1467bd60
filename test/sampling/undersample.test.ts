import {expect, test} from "vitest";
import {applyLogistic, fitLogistic} from "../../src/model/logistic.ts";
import {oneCutoffPerCustomer} from "../../src/sampling/one-cutoff.ts";
import {takeTraining} from "../../src/sampling/training-data.ts";
import {undersample} from "../../src/sampling/undersample.ts";
import {hashUnit} from "../../src/split/sets.ts";
import {logisticWorld, meanOf, sigmoid, TRUTH} from "./world.ts";

const world = logisticWorld(20_000, 3);
const base = meanOf(world.y);
const positives = base * world.y.length;
/** Standard error of the base rate. */
const error = Math.sqrt((base * (1 - base)) / world.y.length);

test("undersample(data, {ratio}) keeps every churner's row, and of the others those of customers by hash", () => {
  const sample = undersample(world, {ratio: 2, seed: 5});
  const share = (2 * positives) / (world.y.length - positives);
  const kept = world.customers.flatMap((id, i) =>
    world.y[i] === 1 || hashUnit(id, "undersample 5") < share ? [i] : [],
  );
  expect(sample.customers).toEqual(kept.map(i => world.customers[i]));
  expect([...sample.x.values.subarray(0, kept.length)]).toEqual(kept.map(i => world.x.values[i]));
  expect(meanOf(sample.y) * sample.y.length).toBeCloseTo(positives, 6);
  expect(sample.keptNegatives).toBe((kept.length - positives) / (world.y.length - positives));
  expect(Math.abs(sample.keptNegatives / share - 1)).toBeLessThan(0.05);
});

test("undersample(data) keeps negatives of churners and of others at the same rate, so that the prior can be put back", () => {
  const churners = new Set(world.customers.filter((_, i) => world.y[i] === 1));
  const sample = undersample(world, {ratio: 1});
  const negatives = ({customers, y}: {customers: readonly string[]; y: ArrayLike<number>}, of: boolean) =>
    customers.filter((id, i) => y[i] === 0 && churners.has(id) === of).length;
  for (const of of [true, false]) {
    const [kept, all] = [negatives(sample, of), negatives(world, of)];
    // Four rows go together, so the error is that of a quarter of the rows at most.
    const spread = Math.sqrt((sample.keptNegatives * (1 - sample.keptNegatives)) / (all / 4));
    expect(Math.abs(kept / all - sample.keptNegatives) / spread).toBeLessThan(3);
  }
});

test("undersample(data) with ln(keptNegatives) added to the margins predicts the base rate, and the true coefficients", () => {
  for (const ratio of [1, 3]) {
    const sample = undersample(world, {ratio, seed: 2});
    const fit = fitLogistic(sample.x, sample.y, {c: Number.POSITIVE_INFINITY});
    const margins = applyLogistic(fit, world.x);
    const shift = Math.log(sample.keptNegatives);
    const predicted = meanOf(margins.map(margin => sigmoid(margin + shift)));
    expect(Math.abs(predicted - base) / error).toBeLessThan(2);
    expect(Math.abs(meanOf(margins.map(sigmoid)) - base) / error).toBeGreaterThan(50);
    // Some four standard errors of coefficients from 7000 churners' rows.
    expect(Math.abs(fit.intercept + shift - TRUTH[0])).toBeLessThan(0.1);
    expect(Math.abs(fit.coefficients[0]! - TRUTH[1])).toBeLessThan(0.1);
    expect(Math.abs(fit.coefficients[1]! - TRUTH[2])).toBeLessThan(0.1);
  }
});

test("undersample(data, {ratio}) keeps all rows when negatives are fewer, and refuses to keep none", () => {
  const sample = undersample(world, {ratio: 1000});
  expect(sample.keptNegatives).toBe(1);
  expect(sample.customers).toEqual(world.customers);
  expect(() => undersample(world, {ratio: 1e-9})).toThrow(
    /sampling "undersample" with ratio 1e-9 leaves none of the \d+ negative rows; use a larger ratio/,
  );
  expect(() => undersample(world, {ratio: 0})).toThrow("undersample requires a ratio above 0, got 0");
});

test("oneCutoffPerCustomer(data) takes a row of each customer, whatever their order, and another for another seed", () => {
  const sample = oneCutoffPerCustomer(world, {seed: 1});
  expect(sample.customers).toEqual([...new Set(world.customers)]);
  const backwards = Array.from(world.customers.keys()).reverse();
  const reversed = {
    x: {
      ...world.x,
      values: Float64Array.from(
        [0, 1].flatMap(j => backwards.map(i => world.x.values[j * world.x.rows + i]!)),
      ),
    },
    y: Uint8Array.from(backwards, i => world.y[i]!),
    customers: backwards.map(i => world.customers[i]!),
    cutoffs: backwards.map(i => world.cutoffs![i]!),
  };
  const other = oneCutoffPerCustomer(reversed, {seed: 1});
  expect([...(other.cutoffs as Int32Array)].reverse()).toEqual([...(sample.cutoffs as Int32Array)]);
  expect(oneCutoffPerCustomer(world, {seed: 2}).cutoffs).not.toEqual(sample.cutoffs);
});

test("oneCutoffPerCustomer(data) gives each of a customer's cutoffs the same chance", () => {
  const {cutoffs} = oneCutoffPerCustomer(world);
  const counts = [0, 0, 0, 0];
  for (const day of cutoffs as Int32Array) counts[(day - 20_000) / 30]! += 1;
  const expected = cutoffs!.length / 4;
  const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  // The 99.9 % quantile of chi-square with 3 degrees of freedom.
  expect(chiSquare).toBeLessThan(16.27);
});

test("oneCutoffPerCustomer(data) keeps a customer's row when a later cutoff comes in, unless that one is taken", () => {
  const early = Array.from(world.customers.keys()).filter(i => (i & 3) < 3);
  const before = oneCutoffPerCustomer({
    x: {names: ["a"], rows: early.length, values: new Float64Array(early.length)},
    y: Uint8Array.from(early, i => world.y[i]!),
    customers: early.map(i => world.customers[i]!),
    cutoffs: early.map(i => world.cutoffs![i]!),
  });
  const after = oneCutoffPerCustomer(world);
  const moved = [...(after.cutoffs as Int32Array)].filter((day, c) => day !== before.cutoffs![c]);
  expect(new Set(moved)).toEqual(new Set([20_090]));
});

test("oneCutoffPerCustomer(data) weighs a row by its customer's rows, so that a model of it predicts all rows' base rate", () => {
  // As in churn, a customer's rows end with the first positive one: churners have fewer.
  const rows = [...world.customers.keys()].filter(i => {
    for (let k = i - (i & 3); k < i; k++) if (world.y[k] === 1) return false;
    return true;
  });
  const churning = takeTraining(world, rows);
  const sample = oneCutoffPerCustomer(churning);
  const counts = Map.groupBy(churning.customers, id => id);
  expect(meanOf(sample.weights!)).toBeCloseTo(1, 12);
  const unit = sample.weights![0]! / counts.get(sample.customers[0]!)!.length;
  sample.customers.forEach((id, i) => {
    expect(sample.weights![i]).toBeCloseTo(unit * counts.get(id)!.length, 12);
  });
  const rate = meanOf(churning.y);
  const predicted = (weights?: Float64Array) => {
    const fit = fitLogistic(sample.x, sample.y, {c: Number.POSITIVE_INFINITY, weights});
    return meanOf(applyLogistic(fit, churning.x).map(sigmoid));
  };
  // Two standard errors from one row of each of 20 000 customers.
  const spread = Math.sqrt((rate * (1 - rate)) / sample.y.length);
  expect(Math.abs(predicted(sample.weights) - rate) / spread).toBeLessThan(2);
  expect(Math.abs(predicted() - rate) / spread).toBeGreaterThan(4);
});

test("oneCutoffPerCustomer(data) requires cutoffs, and both classes in what is left", () => {
  const one = {
    x: {names: ["a"], rows: 3, values: new Float64Array(3)},
    y: [1, 0, 0],
    customers: ["a", "a", "b"],
  };
  const left = Array.from({length: 40}, (_, day) => {
    try {
      return oneCutoffPerCustomer({...one, cutoffs: [day, day + 1, day]}).y.length;
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(new Set(left)).toEqual(
    new Set([
      2,
      'sampling "one-cutoff" leaves one class only in the rows of 2 customers; use more customers, or sampling "none"',
    ]),
  );
  const {cutoffs: _, ...without} = world;
  expect(() => oneCutoffPerCustomer(without)).toThrow(
    new TypeError("oneCutoffPerCustomer requires the cutoff of each row, got none"),
  );
});
