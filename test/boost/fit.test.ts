import {describe, expect, test} from "vitest";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {boostFile} from "../../src/boost/file.ts";
import {type FitBoostOptions, fitBoost} from "../../src/boost/fit.ts";
import {boostMargins} from "../../src/boost/predict.ts";
import {EVERY_NUMBER} from "../../src/boost/tree.ts";
import {randomOf} from "../../src/random.ts";
import {rowsAt, trainingData} from "./training-data.ts";
import {walkMargins} from "./tree-walk.ts";

const none = Number.NaN;
const column = (...values: number[]): BoostData => ({
  names: ["x"],
  rows: values.length,
  values: Float64Array.from(values),
});
const stump = {trees: 1, depth: 1, rate: 1, l2: 0, minChildWeight: 0, objective: "squared"} as const;

describe("a tree of one split, worked out by hand", () => {
  test("lies between the values that part the labels, in the middle, at that bin", async () => {
    const model = await fitBoost(column(1, 2, 3, 4, 7, 8), [0, 0, 0, 0, 9, 9], stump);
    const tree = model.trees[0]!;
    expect(model.baseMargin).toBe(3);
    expect(model.features[0]!.bins).toEqual([1.5, 2.5, 3.5, 5.5, 7.5]);
    expect({...tree, gain: []}).toEqual({
      ...{feature: [0, -1, -1], threshold: [5.5, 0, 0], categories: {}, missingLeft: [1, 0, 0]},
      ...{left: [1, 0, 0], right: [2, 0, 0], value: [0, -3, 6], gain: [], cover: [6, 4, 2], rows: [6, 4, 2]},
    });
    // Sums of squares over counts: (-12)^2 / 4 + 12^2 / 2 - 0.
    expect(tree.gain[0]).toBeCloseTo(108, 6);
  });

  test("takes the better of two features", async () => {
    const x = {names: ["poor", "good"], rows: 6, values: Float64Array.of(1, 9, 2, 8, 3, 7, 5, 5, 5, 6, 6, 6)};
    const {trees} = await fitBoost(x, [0, 0, 0, 1, 1, 1], stump);
    expect([trees[0]!.feature[0], trees[0]!.threshold[0]]).toEqual([1, 5.5]);
  });

  test.each([
    ["left", [1, 2, 8, 9, none, none], [0, 0, 9, 9, 0, 0], [5, 1]],
    ["right", [1, 2, 8, 9, none, none], [0, 0, 9, 9, 9, 9], [5, 0]],
    ["alone to the right", [1, 2, 8, 9, none, none], [4, 4, 4, 4, 9, 9], [EVERY_NUMBER, 0]],
  ] as const)("sends missing %s where that lowers the loss", async (_, values, y, expected) => {
    const {trees} = await fitBoost(column(...values), [...y], stump);
    expect([trees[0]!.threshold[0], trees[0]!.missingLeft[0]]).toEqual(expected);
  });

  test("sends missing to the larger side where none was missing", async () => {
    const one = await fitBoost(column(1, 2, 3, 9), [0, 0, 0, 9], stump);
    const other = await fitBoost(column(1, 7, 8, 9), [0, 9, 9, 9], stump);
    expect([one, other].map(({trees}) => trees[0]!.missingLeft[0])).toEqual([1, 0]);
  });

  test("weighs the log-odds: value = -G / (H + l2) at the base rate", async () => {
    const {baseMargin, trees} = await fitBoost(column(0, 0, 0, 1), [0, 0, 0, 1], {
      ...{trees: 1, depth: 1, rate: 0.5, minChildWeight: 0, l2: 1},
    });
    expect(baseMargin).toBe(Math.fround(Math.log(1 / 3)));
    // p = 1/4: G = 3/4 and H = 9/16 on the left, -3/4 and 3/16 on the right.
    expect(trees[0]!.value[1]).toBeCloseTo((0.5 * -0.75) / (0.5625 + 1), 6);
    expect(trees[0]!.value[2]).toBeCloseTo((0.5 * 0.75) / (0.1875 + 1), 6);
  });
});

test("the set of categories that goes right is the best of all sets (Fisher 1958)", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomOf(seed);
    const codes = Array.from({length: 120}, () => Math.floor(7 * random()));
    const effects = Array.from({length: 7}, () => random());
    const y = codes.map(code => Math.fround(effects[code]! + random()));
    const {trees} = await fitBoost(column(...codes), y, {...stump, categorical: ["x"], categoryL2: 0});
    const mean = y.reduce((a, b) => a + b, 0) / y.length;
    let best = 0;
    for (let set = 1; set < 127; set++) {
      const inside = y.filter((_, i) => (set >> codes[i]!) & 1).map(v => v - mean);
      const sum = inside.reduce((a, b) => a + b, 0);
      best = Math.max(best, sum ** 2 / inside.length + sum ** 2 / (y.length - inside.length));
    }
    // Categories are put in order by smoothed means, which may swap close ones of different size.
    expect(trees[0]!.gain[0]! / best).toBeGreaterThan(0.999);
    expect(trees[0]!.gain[0]! / best).toBeLessThan(1.00001);
  }
});

describe("on larger data", () => {
  const {x, y, categorical} = trainingData(3000);
  const options: FitBoostOptions = {categorical, trees: 12, depth: 5};

  test("rows of a node are those of its children, and covers up to rounding", async () => {
    const {trees} = await fitBoost(x, y, options);
    for (const {feature, left, right, rows, cover} of trees)
      feature.forEach((f, i) => {
        if (f < 0) return;
        expect(rows[i]).toBe(rows[left[i]!]! + rows[right[i]!]!);
        expect(cover[i]! / (cover[left[i]!]! + cover[right[i]!]!)).toBeCloseTo(1, 6);
      });
    expect(trees[0]!.rows[0]).toBe(3000);
  });

  test("the order of the rows makes no difference", async () => {
    const random = randomOf(8);
    const order = Array.from({length: 3000}, (_, i) => ({i, u: random()})).sort((a, b) => a.u - b.u);
    const shuffled = order.map(({i}) => i);
    const weights = Array.from({length: 3000}, () => random());
    for (const objective of ["logistic", "squared"] as const) {
      const one = await fitBoost(x, y, {...options, objective, weights});
      const other = await fitBoost(
        rowsAt(x, shuffled),
        shuffled.map(i => y[i]!),
        {
          ...{...options, objective, weights: shuffled.map(i => weights[i]!)},
        },
      );
      expect(boostFile(other)).toBe(boostFile(one));
    }
  });

  test("a row twice is a row of weight 2, and a row of weight 0 is not there", async () => {
    const counts = Array.from({length: 3000}, (_, i) => i % 3);
    const twice = counts.flatMap((count, i) => new Array<number>(count).fill(i));
    // A power of two as the largest weight, so that the scales are the same.
    const repeated = await fitBoost(
      rowsAt(x, twice),
      twice.map(i => y[i]!),
      options,
    );
    const weighted = await fitBoost(x, y, {...options, weights: counts});
    const shape = (model: typeof repeated) =>
      model.trees.map(({feature, threshold, categories, missingLeft}) => ({
        feature,
        threshold,
        categories,
        missingLeft,
      }));
    expect(weighted.features.map(({bins}) => bins)).toEqual(repeated.features.map(({bins}) => bins));
    expect(shape(weighted)).toEqual(shape(repeated));
    weighted.trees.forEach(({value}, t) => {
      value.forEach((v, i) => {
        expect(v).toBeCloseTo(repeated.trees[t]!.value[i]!, 5);
      });
    });
  });

  test("a margin rises with a feature that may only raise it, and falls with one that may only lower it", async () => {
    const model = await fitBoost(x, y, {...options, trees: 40, monotone: {x1: 1, x3: -1}});
    const free = await fitBoost(x, y, {...options, trees: 40});
    const steps = (m: typeof model, name: string): number[] => {
      const j = x.names.indexOf(name);
      return Array.from({length: 40}, (_, i) => i * 70).flatMap(row => {
        const grid = rowsAt(x, new Array(60).fill(row));
        for (let k = 0; k < 60; k++) grid.values[j * 60 + k] = name === "x1" ? k / 6 : k / 59;
        const margins = walkMargins(m, grid);
        return margins.slice(1).map((margin, k) => margin - margins[k]!);
      });
    };
    expect(Math.min(...steps(model, "x1"))).toBeGreaterThanOrEqual(-1e-6);
    expect(Math.max(...steps(model, "x3"))).toBeLessThanOrEqual(1e-6);
    expect(Math.min(...steps(free, "x1"))).toBeLessThan(-0.01);
    expect(Math.max(...steps(free, "x3"))).toBeGreaterThan(0.01);
  });

  test("earlyStopping keeps the trees up to the lowest loss on the tune rows, which is that of their margins", async () => {
    const tune = trainingData(700, {seed: 5});
    const model = await fitBoost(x, y, {...options, trees: 300, rate: 0.5, tune, earlyStopping: 7});
    const {tuneLoss} = model.training;
    const best = tuneLoss.indexOf(Math.min(...tuneLoss));
    expect(tuneLoss.length).toBe(best + 8);
    expect(model.trees.length).toBe(best + 1);
    const margins = boostMargins(model, tune.x);
    const loss = margins.reduce((sum, m, i) => sum + Math.log1p(Math.exp(tune.y[i] ? -m : m)), 0) / 700;
    expect(tuneLoss[best]).toBeCloseTo(loss, 10);
  });

  test("tune rows change no tree", async () => {
    const tune = trainingData(700, {seed: 5});
    const [without, along] = [await fitBoost(x, y, options), await fitBoost(x, y, {...options, tune})];
    expect(along.trees).toEqual(without.trees);
  });

  test("the same gradient by hand gives the same trees", async () => {
    const squared = await fitBoost(x, y, {...options, objective: "squared"});
    const byHand = await fitBoost(x, y, {
      ...options,
      objective: {
        name: "half the squared error",
        baseMargin: squared.baseMargin,
        gradient: (margins, {gradient, hessian}) => {
          margins.forEach((m, i) => {
            gradient[i] = m - y[i]!;
            hessian[i] = 1;
          });
        },
      },
    });
    expect(byHand.trees).toEqual(squared.trees);
    expect(byHand.objective).toBe("custom");
  });

  test("the seed moves the samples and nothing else", async () => {
    const sampled = {...options, rowSample: 0.5, columnSample: 0.5};
    const [one, again, other] = await Promise.all([1, 1, 2].map(seed => fitBoost(x, y, {...sampled, seed})));
    expect(boostFile(again!)).toBe(boostFile(one!));
    expect(other!.trees).not.toEqual(one!.trees);
    const plain = await Promise.all([1, 2].map(seed => fitBoost(x, y, {...options, seed})));
    expect(plain[1]!.trees).toEqual(plain[0]!.trees);
  });

  test("progress is told of every tree, and a signal ends the training with its reason", async () => {
    const told: number[] = [];
    await fitBoost(x, y, {...options, progress: ({tree, of}) => told.push(tree / of)});
    expect(told).toEqual(Array.from({length: 12}, (_, t) => (t + 1) / 12));
    const controller = new AbortController();
    let trees = 0;
    const aborted = fitBoost(x, y, {
      ...{...options, trees: 10_000, threads: 2, signal: controller.signal},
      progress: () => {
        if (++trees === 3) setTimeout(() => controller.abort(new Error("enough")), 0);
      },
    });
    await expect(aborted).rejects.toThrow("enough");
    expect(trees).toBeLessThan(200);
  });

  test("what is handed in stays as it was", async () => {
    const [values, labels] = [x.values.slice(), y.slice()];
    const weights = Float64Array.from(y, (_, i) => i % 2);
    const before = weights.slice();
    await fitBoost(x, y, {...options, weights});
    expect([x.values, y, weights]).toEqual([values, labels, before]);
  });
});
