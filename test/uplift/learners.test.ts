import {describe, expect, it} from "vitest";
import {takeColumns, takeRows} from "../../src/features/matrix.ts";
import {applyLogistic, fitLogistic} from "../../src/model/logistic.ts";
import {randomOf} from "../../src/random.ts";
import {bestArm, fitArms} from "../../src/uplift/learn/arms.ts";
import {applyUplift, crossFitUplift, fitUplift, UPLIFT_KINDS} from "../../src/uplift/learn/learners.ts";
import {crossFitNuisance} from "../../src/uplift/learn/nuisance.ts";
import {
  doublyRobustScores,
  imputedEffects,
  residualisedOutcome,
  transformedOutcome,
} from "../../src/uplift/learn/pseudo-outcome.ts";
import {applyRidge, fitRidge, fitRidgeByFolds} from "../../src/uplift/learn/ridge.ts";
import {foldsOf, takeUplift, type UpliftData} from "../../src/uplift/uplift-data.ts";
import {constantPehe, goldenWorld, pehe, randomWorld} from "./worlds.ts";

const LEARNERS = UPLIFT_KINDS.filter(kind => kind !== "average");

describe("against statsmodels, unpenalised and without cross-fitting (test/reference/synthetic_observational_meta_learners)", () => {
  const {data, tau, expected} = goldenWorld();
  const {x, trial} = data;
  const expit = (margins: Float64Array) => margins.map(m => 1 / (1 + Math.exp(-m)));
  const rowsOf = (arm: number) => [...trial.treated.keys()].filter(i => trial.treated[i] === arm);
  const meanOf = (rows: number[]) =>
    expit(
      applyLogistic(
        fitLogistic(
          takeRows(x, rows),
          rows.map(i => trial.outcome[i]!),
          {c: Infinity},
        ),
        x,
      ),
    );
  const [control, treated] = [meanOf(rowsOf(0)), meanOf(rowsOf(1))];
  const propensity = expit(applyLogistic(fitLogistic(x, trial.treated, {c: Infinity}), x));
  const nuisance = {control, treated, propensity};
  const near = (values: ArrayLike<number>, reference: readonly number[]) =>
    reference.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });

  it("the pseudo-outcomes and least squares give its effects and coefficients", () => {
    near(propensity, expected.ps_first10);
    near(
      control.map((p, i) => treated[i]! - p),
      expected.cate_first10.T!,
    );
    const scores = doublyRobustScores(trial, nuisance);
    expect(scores.reduce((a, b) => a + b, 0) / scores.length).toBeCloseTo(expected.aipw, 6);
    const dr = fitRidge(x, scores);
    near([dr.intercept, ...dr.coefficients], expected.coef.DR);
    const to = fitRidge(x, transformedOutcome(trial, nuisance));
    near([to.intercept, ...to.coefficients], expected.coef.TO);
    const marginal = expit(applyLogistic(fitLogistic(x, trial.outcome, {c: Infinity}), x));
    const {values, weights} = residualisedOutcome(trial, {control: marginal, treated: marginal, propensity});
    const r = fitRidge(x, values, {weights});
    near([r.intercept, ...r.coefficients], expected.coef.R);
    const imputed = imputedEffects(trial, nuisance);
    const effectOf = (arm: number) =>
      applyRidge(
        fitRidge(
          takeRows(x, rowsOf(arm)),
          rowsOf(arm).map(i => imputed[i]!),
        ),
        x,
      );
    const [tau0, tau1] = [effectOf(0), effectOf(1)];
    near(
      propensity.map((e, i) => e * tau0[i]! + (1 - e) * tau1[i]!),
      expected.cate_first10.X!,
    );
  });

  it("the linear learners, penalised and cross-fitted, come at least as near to the true effects", async () => {
    for (const kind of LEARNERS) {
      const model = await fitUplift(kind, data, {base: "linear", propensity: "estimated"});
      expect(pehe(applyUplift(model, x), tau), kind).toBeLessThan(expected.pehe[kind]!);
    }
  });
});

describe("fitRidge", () => {
  const random = randomOf(3);
  const rows = 40;
  const x = {names: ["a", "b"], rows, values: Float64Array.from({length: 2 * rows}, () => random() - 0.5)};
  const y = Float64Array.from({length: rows}, () => random());
  const weights = Float64Array.from({length: rows}, () => random() + 0.1);

  it("with weights and a penalty has no gradient left", () => {
    const model = fitRidge(x, y, {weights, penalty: 0.2});
    const residual = applyRidge(model, x).map((value, i) => weights[i]! * (y[i]! - value));
    const total = weights.reduce((a, b) => a + b, 0);
    expect(residual.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 10);
    model.coefficients.forEach((b, j) => {
      const dot = residual.reduce((sum, r, i) => sum + r * x.values[j * rows + i]!, 0);
      expect(dot - 0.2 * total * b).toBeCloseTo(0, 10);
    });
  });

  it("by folds takes the penalty of least squared error on rows held out, by refitting each", () => {
    const fold = Uint32Array.from(y, () => Math.floor(4 * random()));
    const chosen = fitRidgeByFolds(x, y, {weights, fold, folds: 4}).penalty;
    const errorAt = (penalty: number) =>
      [0, 1, 2, 3].reduce((sum, k) => {
        const pick = (inside: boolean) => [...fold.keys()].filter(i => (fold[i] === k) === inside);
        const [learn, judge] = [pick(false), pick(true)];
        const model = fitRidge(
          takeRows(x, learn),
          learn.map(i => y[i]!),
          {weights: learn.map(i => weights[i]!), penalty},
        );
        return applyRidge(model, takeRows(x, judge)).reduce(
          (all, value, i) => all + weights[judge[i]!]! * (y[judge[i]!]! - value) ** 2,
          sum,
        );
      }, 0);
    for (const other of [0.001, 0.01, 0.1, 1, 10, 100, 1e6])
      expect(errorAt(chosen)).toBeLessThanOrEqual(errorAt(other) + 1e-12);
  });
});

describe.each(["linear", "boost"] as const)("a learner over %s", base => {
  const {data, tau} = randomWorld({rows: 3000, seed: 5});

  it.each(LEARNERS)("%s recovers a known effect better than the average effect does", async kind => {
    const effects = applyUplift(await fitUplift(kind, data, {base}), data.x);
    expect(pehe(effects, tau)).toBeLessThan(constantPehe(tau));
  });

  it.each(UPLIFT_KINDS)(
    "%s is the same for any order of the rows and after JSON, each row on its own",
    async kind => {
      const small = takeUplift(
        data,
        Int32Array.from({length: 600}, (_, i) => i),
      );
      const model = await fitUplift(kind, small, {base});
      const turned = takeUplift(
        small,
        Int32Array.from({length: 600}, (_, i) => (i * 7) % 600),
      );
      // Threads take long to start, so one kind asks for them.
      const again = await fitUplift(kind, turned, {base, threads: kind === "T" ? 2 : 1});
      expect(again).toEqual(model);
      const saved = JSON.parse(JSON.stringify(model)) as typeof model;
      expect(saved).toEqual(model);
      const effects = applyUplift(saved, small.x);
      expect(applyUplift(model, takeRows(small.x, [17]))[0]).toBe(effects[17]);
    },
  );
});

describe("cross-fitting", () => {
  const {data} = randomWorld({rows: 400, seed: 8});

  it("keeps a customer's rows in one fold, and has each row once", () => {
    const folds = foldsOf(data, {salt: "s", folds: 5});
    expect(folds.flatMap(({inside}) => inside).sort((a, b) => a - b)).toEqual([
      ...data.trial.customer.keys(),
    ]);
    for (const {inside, outside} of folds) {
      const held = new Set(inside.map(i => data.trial.customer[i]));
      expect(outside.filter(i => held.has(data.trial.customer[i]!))).toEqual([]);
    }
  });

  it("shows no model the outcome of the row's customer: turning it round moves neither what is expected of them nor their effect", async () => {
    const own = [10, 11];
    const outcome = data.trial.outcome.map((y, i) => (own.includes(i) ? 1 - y : y));
    const other = {...data, trial: {...data.trial, outcome}};
    const options = {base: "linear", propensity: "estimated"} as const;
    const x = takeColumns(data.x, ["b"]);
    const expectedOf = (of: UpliftData) => crossFitNuisance({...of, x}, options);
    const [a, b] = [await expectedOf(data), await expectedOf(other)];
    const [u, v] = [await crossFitUplift("DR", data, options), await crossFitUplift("DR", other, options)];
    for (const i of own) {
      expect([b.control[i], b.treated[i], b.propensity[i]]).toEqual([
        a.control[i],
        a.treated[i],
        a.propensity[i],
      ]);
      expect(v[i]).toBe(u[i]);
    }
    expect(b.control).not.toEqual(a.control);
    expect(v).not.toEqual(u);
  });
});

describe("several arms", () => {
  it("bestArm takes the arm of the largest effect above 0, else none", async () => {
    const {data} = randomWorld({rows: 600, seed: 2});
    const worse = {
      ...data,
      trial: {...data.trial, outcome: data.trial.outcome.map((y, i) => (data.trial.treated[i] ? 0 : y))},
    };
    const models = await fitArms(
      "T",
      [
        {arm: "bad", data: worse},
        {arm: "good", data},
      ],
      {base: "linear"},
    );
    const effects = models.map(({model}) => applyUplift(model, data.x));
    const {arm, gain} = bestArm(models, data.x, [0, 0]);
    arm.forEach((k, i) => {
      const best = Math.max(0, effects[0]![i]!, effects[1]![i]!);
      expect(gain[i]).toBe(best);
      expect(k).toBe(best === 0 ? -1 : effects.findIndex(of => of[i] === best));
    });
    expect(new Set(arm)).toEqual(new Set([-1, 1]));
    await expect(fitArms("T", [], {})).rejects.toThrow("fitArms requires at least one arm, got none");
  });
});

it("a trial that does not fit its features is refused", async () => {
  const {data} = randomWorld({rows: 20, seed: 1});
  await expect(fitUplift("T", {...data, x: takeRows(data.x, [1, 2])})).rejects.toThrow(
    "fitUplift requires features of 20 rows, got 2",
  );
  await expect(fitUplift("T", {...data, ids: []})).rejects.toThrow(
    "requires an id of each customer, got none of 0",
  );
});

describe("with weights and known propensities that differ", () => {
  const {data, tau} = randomWorld({rows: 3000, seed: 12});
  /** Treated with 0.2 or 0.7, by the second feature, and rows of odd number count three times. */
  const uneven = (unit: number): UpliftData => {
    const random = randomOf(31);
    const {x, trial, ids} = data;
    const b = x.values.subarray(x.rows, 2 * x.rows);
    const propensity = Float64Array.from(b, value => (value > 0 ? 0.7 : 0.2));
    const treated = Uint8Array.from(propensity, e => (random() < e ? 1 : 0));
    const a = x.values.subarray(0, x.rows);
    const outcome = Float64Array.from(treated, (t, i) => {
      const chance = 0.5 + (Number.isNaN(a[i]!) ? 0 : 0.1 * a[i]!) + (t - 0.5) * tau[i]!;
      return random() < chance ? 1 : 0;
    });
    const weight = Float64Array.from(treated, (_, i) => unit * (i % 2 === 1 ? 3 : 1));
    return {x, ids, trial: {...trial, outcome, treated, propensity, weight}};
  };

  it.each(
    (["S", "T", "X", "R", "DR", "TO"] as const).flatMap(kind =>
      (["linear", "boost"] as const).map(base => [kind, base] as const),
    ),
  )(
    "%s over %s comes nearer to the effects than one for all, in any unit of the weights",
    async (kind, base) => {
      const effectsIn = async (unit: number) => {
        const own = uneven(unit);
        return applyUplift(await fitUplift(kind, own, {base, threads: 1}), own.x);
      };
      const [plain, tiny] = [await effectsIn(1), await effectsIn(1e-4)];
      expect(pehe(plain, tau)).toBeLessThan(constantPehe(tau));
      for (const [i, effect] of plain.entries()) expect(tiny[i]).toBeCloseTo(effect, 6);
    },
  );
});
