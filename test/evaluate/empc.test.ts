import {expect, test} from "vitest";
import {type EmpcOptions, empc} from "../../src/evaluate/empc.ts";
import {randomOf} from "../../src/random.ts";

function sample(seed: number, rows: number, distinct: number) {
  const random = randomOf(seed);
  const margins = Float64Array.from({length: rows}, () => Math.floor(random() * distinct));
  const y = Uint8Array.from(margins, m => (random() < 0.1 + (0.5 * m) / distinct ? 1 : 0));
  y[0] = 1;
  y[1] = 0;
  return {margins, y};
}

/** The definition: for each g on a fine grid the best of all thresholds, by counting; weighted by the density. */
function byDefinition(
  {margins, y}: {margins: Float64Array; y: Uint8Array},
  {alpha = 6, beta = 14, value = 200, offer = 10, contact = 1}: EmpcOptions,
) {
  const n = y.length;
  const thresholds = [Number.POSITIVE_INFINITY, ...new Set(margins)];
  const points = thresholds.map(t => {
    const above = [...y].filter((_, i) => margins[i]! >= t);
    const churners = above.filter(label => label === 1).length;
    return {churners: churners / n, stayers: (above.length - churners) / n};
  });
  const steps = 100_000;
  let [mass, profit, fraction] = [0, 0, 0];
  for (let s = 0; s < steps; s++) {
    const g = (s + 0.5) / steps;
    const density = g ** (alpha - 1) * (1 - g) ** (beta - 1);
    const profitAt = (p: (typeof points)[number]) =>
      value * (g * (1 - offer / value) - contact / value) * p.churners -
      value * (offer / value + contact / value) * p.stayers;
    const best = points.reduce((a, b) => (profitAt(b) > profitAt(a) ? b : a));
    mass += density;
    profit += density * profitAt(best);
    fraction += density * (best.churners + best.stayers);
  }
  return {profit: profit / mass, fraction: fraction / mass};
}

test("empc(margins, y) is the mean over the share kept of the profit at the best threshold, ties and all", () => {
  const cases: [seed: number, rows: number, distinct: number, options: EmpcOptions][] = [
    [1, 60, 1000, {}],
    [2, 80, 6, {}],
    [3, 50, 1000, {alpha: 2, beta: 3, value: 100, offer: 5, contact: 0}],
    [4, 40, 12, {alpha: 1, beta: 1, value: 60, offer: 0, contact: 4}],
    [5, 70, 1000, {alpha: 2.5, beta: 7.25, value: 150, offer: 20, contact: 3}],
  ];
  for (const [seed, rows, distinct, options] of cases) {
    const data = sample(seed, rows, distinct);
    const found = empc(data.margins, data.y, options);
    const expected = byDefinition(data, options);
    expect(found.profit).toBeCloseTo(expected.profit, 5);
    expect(found.fraction).toBeCloseTo(expected.fraction, 3);
  }
});

test("empc(margins, y) of a perfect and of an upside-down ranking", () => {
  const y = Uint8Array.from({length: 10}, (_, i) => (i < 4 ? 1 : 0));
  const margins = Float64Array.from(y, (_, i) => -i);
  // All churners and nobody else: value (g (1 - d) - f) p0 at every g above f / (1 - d), which is nearly all of them.
  const {profit, fraction, atMean} = empc(margins, y);
  expect(profit).toBeCloseTo(0.4 * (0.3 * 190 - 1), 6);
  expect(fraction).toBeCloseTo(0.4, 6);
  expect(atMean.profit).toBeCloseTo(0.4 * (0.3 * 190 - 1), 12);
  expect(
    empc(
      margins.map(m => -m),
      y,
    ).profit,
  ).toBeLessThan(profit);
});

test("empc(margins, y) is one for a rising map of the margins and for every row twice", () => {
  const {margins, y} = sample(6, 60, 20);
  const one = empc(margins, y);
  expect(
    empc(
      margins.map(m => Math.exp(m / 7)),
      y,
    ),
  ).toEqual(one);
  const twice = empc([...margins, ...margins], [...y, ...y]);
  expect(twice.profit).toBeCloseTo(one.profit, 12);
  expect(twice.fraction).toBeCloseTo(one.fraction, 12);
});

test("empc(margins, y) refuses one class and figures out of range", () => {
  expect(() => empc([1, 2], [1, 1])).toThrow("empc requires both classes, got 2 positive of 2");
  expect(() => empc([1, 2], [1, 0], {offer: 300})).toThrow(
    "empc requires 0 <= offer < value and 0 <= contact, got 300, 200, 1",
  );
  expect(() => empc([1, 2], [1, 0], {alpha: 0.5})).toThrow(
    "empc requires alpha and beta of at least 1, got 0.5 and 14",
  );
});
