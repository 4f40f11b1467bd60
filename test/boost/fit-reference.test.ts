import {expect, test} from "vitest";
import type {BoostParameters} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {fitBoost} from "../../src/boost/fit.ts";
import {randomOf} from "../../src/random.ts";
import {referenceFit} from "./reference-trainer.ts";

/** Small data of every kind: ties, constants, missing, all missing, categories, far magnitudes, -0. */
function randomCase(seed: number) {
  const random = randomOf(seed);
  const pick = <Item>(...items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const rows = 5 + Math.floor(random() ** 2 * 500);
  const kinds = Array.from({length: 1 + Math.floor(random() * 8)}, () =>
    pick("float", "float", "count", "constant", "missing", "category", "category", "far", "signed", "spiked"),
  );
  const share = pick(0, 0, 0.1, 0.5);
  const value = {
    float: () => 2 * random() - 1,
    count: () => Math.floor(random() ** 3 * 12),
    constant: () => 7,
    missing: () => Number.NaN,
    category: () => Math.floor(random() ** 2 * 30),
    far: () => (random() - 0.5) * 10 ** (60 * random() - 30),
    signed: () => pick(-0, 0, 1e-40, -1e-40, 1),
    spiked: () => (random() < 0.7 ? 0 : random()),
  } as const;
  const names = kinds.map((kind, j) => `${kind}${j}`);
  const values = Float64Array.from(
    kinds.flatMap(kind => Array.from({length: rows}, () => (random() < share ? Number.NaN : value[kind]()))),
  );
  const signal = (i: number): number => Math.fround(values[i] ?? 0) || 0;
  const objective = pick("logistic", "logistic", "squared");
  const y = Array.from({length: rows}, (_, i) => {
    const score = Math.max(-3, Math.min(3, signal(i))) + 2 * random() - 1;
    return objective === "logistic" ? Number(score > 0) : Math.fround(score * pick(1, 1, 100));
  });
  y[0] = objective === "logistic" ? 0 : y[0]!;
  y[1] = objective === "logistic" ? 1 : y[1]!;
  const x: BoostData = {names, rows, values};
  const numbers = names.filter((_, j) => kinds[j] !== "category");
  const growth = pick("depth", "leaf");
  const parameters: BoostParameters = {
    trees: 3,
    growth,
    depth: growth === "depth" ? pick(1, 2, 3, 5) : pick(3, 32),
    leaves: growth === "depth" ? 31 : pick(2, 5, 12),
    rate: pick(0.1, 0.5, 1),
    bins: pick(2, 3, 10, 64, 255),
    l1: pick(0, 0, 0.2),
    l2: pick(0, 1, 1, 5),
    categoryL2: pick(0, 10),
    minChildWeight: pick(0, 0.5, 1, 3),
    minGain: pick(0, 0, 0.1),
    rowSample: pick(1, 1, 0.6),
    columnSample: pick(1, 1, 0.5),
    nodeColumnSample: pick(1, 1, 0.5),
    positiveWeight: objective === "logistic" ? pick(1, 1, 2.5) : 1,
    monotone: Object.fromEntries(
      numbers.flatMap(name => (random() < 0.1 ? [[name, pick(1, -1)] as const] : [])),
    ),
  };
  const weights = pick(
    undefined,
    undefined,
    (i: number) => i % 4,
    () => random(),
  );
  return {
    x,
    y,
    parameters,
    objective,
    seed: Math.floor(random() * 2 ** 32),
    categorical: names.filter((_, j) => kinds[j] === "category"),
    weights: weights && y.map((_, i) => (i < 2 ? 1 : Math.fround(weights(i)))),
  } as const;
}

test("fitBoost grows the trees that plain loops over rows and cuts grow, bit for bit, on 400 random cases", async () => {
  const seen = {inner: 0, categorical: 0, missingLeft: 0, constrained: 0, sampled: 0};
  for (let seed = 1; seed <= 400; seed++) {
    const {x, y, parameters, objective, weights, categorical, ...rest} = randomCase(seed);
    const {leaves, ...others} = parameters;
    const model = await fitBoost(x, y, {
      ...others,
      ...(parameters.growth === "leaf" ? {leaves} : {}),
      ...{objective, categorical, seed: rest.seed},
      ...(weights ? {weights} : {}),
    });
    const reference = referenceFit(x, y, {
      ...{parameters, objective, categorical, seed: rest.seed, baseMargin: model.baseMargin},
      ...(weights ? {weights} : {}),
    });
    model.features.forEach(({kind, bins}, j) => {
      if (kind === "number") expect(bins, `cuts of ${x.names[j]}, seed ${seed}`).toEqual(reference.cuts[j]);
    });
    expect(model.trees, `seed ${seed}`).toEqual(reference.trees);
    for (const tree of model.trees) {
      seen.inner += tree.feature.filter(f => f >= 0).length;
      seen.categorical += Object.keys(tree.categories).length;
      seen.missingLeft += tree.missingLeft.filter(left => left).length;
    }
    if (Object.keys(parameters.monotone).length > 0) seen.constrained++;
    if (parameters.rowSample < 1 || parameters.columnSample < 1 || parameters.nodeColumnSample < 1)
      seen.sampled++;
  }
  // The cases are of use only when they make trees of every kind.
  expect(
    Math.min(seen.inner / 20, seen.categorical, seen.missingLeft, seen.constrained, seen.sampled),
  ).toBeGreaterThan(50);
});
