import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type BgNbdParameters,
  bgNbdSurface,
  evenSilence,
  expectedPurchases,
  fitBgNbd,
  type Purchases,
  probabilityAlive,
  probabilitySilent,
} from "../../src/features/bg-nbd.ts";
import {randomOf} from "../../src/random.ts";
import {drawBuyers} from "./buyers.ts";
import {expectDerivatives} from "./derivatives.ts";
import {goldenRows, noGolden} from "./golden-rows.ts";
import {errorsByDifferences} from "./information.ts";
import {byIntegration, expectedByDefinition} from "./posterior.ts";

const {bgnbd} = JSON.parse(
  readFileSync(new URL("../reference/btyd_cdnow/expected.json", import.meta.url), "utf8"),
).expected;
const PUBLISHED: BgNbdParameters = {r: 0.243, alpha: 4.414, a: 0.793, b: 2.426};
const first20 = (bgnbd.first20_x_tx_T as [number, number, number][]).map(([x, tx, T]) => ({x, tx, T}));
const NEW: Purchases = {x: 0, tx: 0, T: 0};

const parameter = (min: number, max: number) => fc.double({min, max, noNaN: true});
const parameters = fc.record({
  r: parameter(0.1, 4),
  alpha: parameter(0.5, 60),
  a: parameter(0.2, 5),
  b: parameter(0.3, 8),
});
const purchases = fc
  .record({x: fc.integer({min: 0, max: 20}), share: parameter(0, 1), T: parameter(0, 400)})
  .map(({x, share, T}) => ({x, tx: x === 0 ? 0 : share * T, T}));

describe("on CDNOW, in weeks", () => {
  test("expectedPurchases(published, {x: 2, tx: 30.43, T: 38.86}, 39) is the published 1.226", () => {
    const expected = expectedPurchases(PUBLISHED, {x: 2, tx: 30.43, T: 38.86}, 39);
    expect(expected.toFixed(3)).toBe("1.226");
    expect(expected).toBeCloseTo(bgnbd.at_published_params.example_x2_tx30_43_T38_86_t39.cond_exp, 9);
  });

  test("probabilityAlive and expectedPurchases of the first customers are those of scipy", () => {
    const {p_alive_first20, cond_exp_39w_first20, EX} = bgnbd.at_published_params;
    first20.forEach((one, i) => {
      expect(probabilityAlive(PUBLISHED, one)).toBeCloseTo(p_alive_first20[i], 12);
      expect(expectedPurchases(PUBLISHED, one, 39)).toBeCloseTo(cond_exp_39w_first20[i], 11);
    });
    // Of a new customer nothing is known, so that what is expected is the mean of the population.
    for (const [weeks, mean] of EX as [number, number][])
      expect(expectedPurchases(PUBLISHED, NEW, weeks)).toBeCloseTo(mean, 11);
  });

  test("probabilitySilent(published, a new customer, 39) is P(X(39) = 0) of the package BTYD", () => {
    expect(probabilitySilent(PUBLISHED, NEW, 39)).toBeCloseTo(bgnbd.pmf.P_X39_0, 6);
  });

  describe.skipIf(noGolden)("with all customers", () => {
    const rows: Purchases[] = noGolden
      ? []
      : goldenRows("input.csv").map(([, x, tx, T]) => ({x: x!, tx: tx!, T: T!}));

    test("fitBgNbd(summaries) finds the published parameters, at a likelihood no lower than scipy's", () => {
      const fitted = fitBgNbd(rows);
      expect([fitted.customers, rows.length]).toEqual([2357, 2357]);
      for (const name of ["r", "alpha", "a", "b"] as const) {
        expect(fitted[name].toFixed(3)).toBe(bgnbd.published[name].toFixed(3));
        expect(Math.abs(fitted[name] / bgnbd.params[name] - 1)).toBeLessThan(1e-4);
      }
      expect(fitted.logLikelihood).toBeCloseTo(bgnbd.loglik, 6);
      // Not lower but for rounding.
      expect(fitted.logLikelihood).toBeGreaterThan(bgnbd.loglik - 1e-9);
      const {r, alpha, a, b} = PUBLISHED;
      expect(bgNbdSurface(rows)(Float64Array.of(r, alpha, a, b)).value).toBeCloseTo(
        bgnbd.loglik_at_published,
        8,
      );
    });

    test("probabilityAlive and expectedPurchases of all customers come to the totals of scipy", () => {
      const total = rows.reduce((sum, row) => sum + expectedPurchases(PUBLISHED, row, 39), 0);
      expect(total).toBeCloseTo(bgnbd.at_published_params.total_cond_exp_39, 8);
      const alive = rows.reduce((sum, row) => sum + probabilityAlive(PUBLISHED, row), 0);
      expect(alive / rows.length).toBeCloseTo(bgnbd.at_published_params.mean_p_alive, 12);
    });
  });
});

test("every figure of a customer is that of integration over all rates and probabilities of leaving", () => {
  fc.assert(
    fc.property(parameters, purchases, parameter(1, 200), (population, seen, h) => {
      const expected = byIntegration(population, seen, h);
      const {r, alpha, a, b} = population;
      const {value} = bgNbdSurface([seen])(Float64Array.of(r, alpha, a, b));
      expect(value).toBeCloseTo(expected.logLikelihood, 9);
      expect(probabilityAlive(population, seen)).toBeCloseTo(expected.alive, 9);
      expect(probabilitySilent(population, seen, h)).toBeCloseTo(expected.silent, 9);
      const ratio = expectedPurchases(population, seen, h) / expected.expected;
      expect(Math.abs(ratio - 1)).toBeLessThan(1e-8);
    }),
    {numRuns: 40, seed: 2005},
  );
});

test("what is integrated for the expected purchases, (1 - e^(-λph)) / p, is the mean by definition", () => {
  for (const [rate, p, h] of [
    [0.1, 0.2, 30],
    [2, 0.03, 10],
    [0.5, 0.9, 4],
  ] as const)
    expect(-Math.expm1(-rate * p * h) / p).toBeCloseTo(expectedByDefinition({rate, p, q: 1 - p}, h), 12);
});

test("bgNbdSurface(summaries) has the derivatives that differences come to", () => {
  const population = {r: 0.6, alpha: 25, a: 0.8, b: 2.5};
  const surface = bgNbdSurface(drawBuyers(population, 300, 1, randomOf(3)));
  for (const point of [
    [0.6, 25, 0.8, 2.5],
    [3, 4, 2, 0.4],
    [0.05, 300, 0.01, 40],
  ]) {
    expectDerivatives(surface, point);
  }
});

test("fitBgNbd(summaries) ends where the likelihood is flat, with the standard errors of its curvature", () => {
  const buyers = drawBuyers({r: 0.6, alpha: 25, a: 0.8, b: 2.5}, 2000, 1, randomOf(4));
  const {r, alpha, a, b, standardErrors: errors, logLikelihood} = fitBgNbd(buyers);
  const surface = bgNbdSurface(buyers);
  const {gradient, value} = surface(Float64Array.of(r, alpha, a, b));
  expect(value).toBe(logLikelihood);
  const found = [errors.r, errors.alpha, errors.a, errors.b];
  // A slope over a standard error is the rise that is left.
  gradient.forEach((slope, j) => {
    expect(Math.abs(slope * found[j]!)).toBeLessThan(1e-6);
  });
  errorsByDifferences(surface, [r, alpha, a, b]).forEach((error, j) => {
    expect(found[j]! / error).toBeCloseTo(1, 5);
  });
});

test("fitBgNbd(summaries) recovers the parameters of made-up customers within its standard errors", () => {
  const population = {r: 0.5, alpha: 20, a: 1.1, b: 3};
  const fits = 24;
  const squares = {r: 0, alpha: 0, a: 0, b: 0};
  for (let seed = 0; seed < fits; seed++) {
    const fitted = fitBgNbd(drawBuyers(population, 3000, 1, randomOf(seed, 7)));
    for (const name of ["r", "alpha", "a", "b"] as const) {
      // In logarithms, where the estimates are nearer to normal.
      const error = fitted.standardErrors[name] / fitted[name];
      squares[name] += (Math.log(fitted[name] / population[name]) / error) ** 2;
    }
  }
  // The sum of 24 squares is chi-squared: 9.9 and 45.6 hold all but 1 in 200 on either side.
  for (const sum of Object.values(squares)) {
    expect(sum).toBeGreaterThan(9.9);
    expect(sum).toBeLessThan(45.6);
  }
});

test("probabilityAlive, probabilitySilent and expectedPurchases hold for made-up customers, tenth by tenth", () => {
  const population = {r: 0.7, alpha: 30, a: 0.9, b: 2};
  const h = 90;
  const buyers = drawBuyers(population, 40_000, h, randomOf(5));
  const claims = {
    alive: [probabilityAlive, (one: (typeof buyers)[number]) => Number(one.alive)],
    silent: [probabilitySilent, (one: (typeof buyers)[number]) => Number(one.later === 0)],
    expected: [expectedPurchases, (one: (typeof buyers)[number]) => one.later],
  } as const;
  for (const [claim, happened] of Object.values(claims)) {
    const sorted = buyers
      .map(one => ({said: claim(population, one, h), is: happened(one)}))
      .sort((one, other) => one.said - other.said);
    for (let tenth = 0; tenth < 10; tenth++) {
      const part = sorted.slice(tenth * 4000, (tenth + 1) * 4000);
      const mean = (of: (one: (typeof part)[number]) => number) =>
        part.reduce((sum, one) => sum + of(one), 0) / part.length;
      const [said, is] = [mean(one => one.said), mean(one => one.is)];
      const deviation = Math.sqrt(mean(one => (one.is - one.said) ** 2) / part.length);
      expect(Math.abs(is - said)).toBeLessThanOrEqual(3.9 * deviation);
    }
  }
});

test("fitBgNbd(summaries) is the same to the bit whatever their order, and leaves them as they are", () => {
  const buyers = drawBuyers({r: 0.5, alpha: 20, a: 1, b: 3}, 800, 1, randomOf(1)).map(one => ({
    ...one,
    tx: Math.floor(one.tx),
    T: Math.ceil(one.T),
  }));
  const frozen = Object.freeze(buyers.map(one => Object.freeze(one)));
  expect(fitBgNbd(frozen.toReversed())).toEqual(fitBgNbd(frozen));
  expect(JSON.parse(JSON.stringify(fitBgNbd(frozen)))).toEqual(fitBgNbd(frozen));
});

test("fitBgNbd(summaries) in days is that in weeks with alpha 7 times as large", () => {
  const buyers = drawBuyers({r: 0.5, alpha: 20, a: 1, b: 3}, 1500, 1, randomOf(2));
  const inDays = fitBgNbd(buyers);
  const inWeeks = fitBgNbd(buyers.map(({x, tx, T}) => ({x, tx: tx / 7, T: T / 7})));
  for (const name of ["r", "a", "b"] as const) expect(inWeeks[name]).toBeCloseTo(inDays[name], 8);
  expect(7 * inWeeks.alpha).toBeCloseTo(inDays.alpha, 6);
  expect(7 * inWeeks.standardErrors.alpha).toBeCloseTo(inDays.standardErrors.alpha, 6);
});

test("fitBgNbd(summaries) refuses too few repeat customers, and customers who are all alike", () => {
  const once: Purchases[] = Array.from({length: 90}, (_, i) => ({x: 0, tx: 0, T: i + 1}));
  const again: Purchases[] = Array.from({length: 49}, (_, i) => ({x: 1, tx: i, T: 60}));
  expect(() => fitBgNbd([...once, ...again])).toThrow(
    "fitBgNbd requires at least 50 customers with a repeat purchase, got 49 of 139",
  );
  // Rates all alike, and nobody leaves: both gamma and beta shrink to a point.
  const random = randomOf(8);
  const steady = Array.from({length: 400}, () => {
    let [x, tx] = [0, 0];
    for (let time = 0; ; x += 1) {
      time -= 10 * Math.log(1 - random());
      if (time > 200) return {x, tx, T: 200};
      tx = time;
    }
  });
  expect(() => fitBgNbd(steady)).toThrow(/^fitBgNbd requires customers who differ in how .* goes to /);
});

test("the functions of a customer refuse malformed purchases and horizons, with what they got", () => {
  for (const [seen, message] of [
    [{x: 1, tx: 5, T: 4}, "requires an integer x of at least 0 and 0 <= tx <= T, got x 1, tx 5 and T 4"],
    [{x: 0.5, tx: 1, T: 4}, "got x 0.5"],
    [{x: 2, tx: Number.NaN, T: 4}, "got x 2, tx NaN"],
    [{x: 0, tx: 1, T: 4}, "probabilityAlive requires tx 0 where x is 0, got 1"],
  ] as const)
    expect(() => probabilityAlive(PUBLISHED, seen)).toThrow(message);
  for (const h of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => expectedPurchases(PUBLISHED, NEW, h)).toThrow(
      `expectedPurchases requires a horizon above 0, got ${h}`,
    );
    expect(() => probabilitySilent(PUBLISHED, NEW, h)).toThrow(RangeError);
  }
  expect(() => expectedPurchases(PUBLISHED, NEW, 1e8)).toThrow(
    "expectedPurchases requires a horizon in the order of the time seen, 4.414, got 100000000",
  );
});

describe("at the extremes", () => {
  test("probabilityAlive is 1 without a repeat, whatever the silence, and falls to 0 after a long one", () => {
    expect(probabilityAlive(PUBLISHED, {x: 0, tx: 0, T: 1e6})).toBe(1);
    expect(probabilityAlive(PUBLISHED, {x: 5000, tx: 100, T: 1e6})).toBe(0);
    expect(probabilityAlive(PUBLISHED, {x: 5000, tx: 1e6, T: 1e6})).toBeGreaterThan(0.999);
  });

  test("expectedPurchases at a = 1, where the published formula divides by 0, lies between its neighbours", () => {
    const at = (a: number) => expectedPurchases({...PUBLISHED, a}, {x: 3, tx: 20, T: 30}, 52);
    expect(at(1 - 1e-9)).toBeGreaterThan(at(1));
    expect(at(1)).toBeGreaterThan(at(1 + 1e-9));
    expect(Math.abs(at(1 - 1e-9) / at(1) - 1)).toBeLessThan(1e-8);
  });

  test("expectedPurchases of a customer who hardly ever can leave is the rate times the time", () => {
    const stays = {r: 2, alpha: 30, a: 1e-12, b: 1};
    for (const [x, T, h] of [
      [0, 0, 365],
      [4, 100, 1],
      [3000, 3000, 365],
      [20, 10, 40_000],
    ] as const) {
      const expected = ((stays.r + x) / (stays.alpha + T)) * h;
      expect(expectedPurchases(stays, {x, tx: T * Number(x > 0), T}, h) / expected).toBeCloseTo(1, 8);
    }
  });

  test("expectedPurchases with z at 0.9999 and thousands of purchases is that of integration over p", () => {
    for (const [seen, h] of [
      [{x: 2500, tx: 395, T: 400}, 365],
      [{x: 12, tx: 3, T: 3}, 70_000],
      [{x: 0, tx: 0, T: 0}, 40_000],
    ] as const) {
      const {r, alpha, a, b} = PUBLISHED;
      const [shape, k] = [r + seen.x, h / (alpha + seen.T)];
      let [above, below] = [0, 0];
      for (let t = -6; t <= 6; t += 1 / 256) {
        const s = (Math.PI / 2) * Math.sinh(t);
        const [p, q] = [1 / (1 + Math.exp(-2 * s)), 1 / (1 + Math.exp(2 * s))];
        const weight = Math.cosh(t) * Math.exp(a * Math.log(p) + (b + seen.x) * Math.log(q));
        if (!(weight > 0)) continue;
        above += (weight * -Math.expm1(-shape * Math.log1p(p * k))) / p;
        below += weight;
      }
      const expected = probabilityAlive(PUBLISHED, seen) * (above / below);
      expect(Math.abs(expectedPurchases(PUBLISHED, seen, h) / expected - 1)).toBeLessThan(1e-9);
    }
  });

  test("probabilitySilent falls with the horizon from 1 towards the probability of having left", () => {
    const seen = {x: 3, tx: 20, T: 30};
    const silent = [1e-9, 1, 10, 100, 1e12].map(h => probabilitySilent(PUBLISHED, seen, h));
    expect(silent).toEqual(silent.toSorted((one, other) => other - one));
    expect(silent[0]).toBeCloseTo(1, 9);
    expect(silent.at(-1)).toBeCloseTo(1 - probabilityAlive(PUBLISHED, seen), 9);
  });
});

test("evenSilence(parameters, {x, tx}) is the silence at which probabilityAlive is one half", () => {
  fc.assert(
    fc.property(parameters, fc.integer({min: 1, max: 300}), parameter(0, 1000), (population, x, tx) => {
      const silence = evenSilence(population, {x, tx});
      const alive = probabilityAlive(population, {x, tx, T: tx + silence});
      if (silence > 0) expect(alive).toBeCloseTo(0.5, 9);
      else expect(alive).toBeLessThanOrEqual(0.5);
    }),
    {numRuns: 300, seed: 1},
  );
  expect(evenSilence(PUBLISHED, {x: 0, tx: 0})).toBe(Number.POSITIVE_INFINITY);
});
