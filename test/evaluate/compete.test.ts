import {expect, test} from "vitest";
import {type CompeteOptions, competeModels, type FitCost} from "../../src/evaluate/compete.ts";
import type {ModelKind} from "../../src/model/model.ts";
import {workOf} from "../../src/model/model.ts";
import {ROLES} from "../../src/split/rows.ts";
import {churners} from "../model/churners.ts";

const ROWS = 1800;
const {x, y, customers} = churners(ROWS, 5);
const names = [...new Set(customers)];
const customer = Int32Array.from(customers, id => names.indexOf(id));
const PARTS = ["train", "train", "train", "train", "tune", "calibrate", "test", "later"] as const;
const role = customer.map(c => ROLES.indexOf(PARTS[c % PARTS.length]!));

const given = (kinds: readonly ModelKind[], labels: ArrayLike<number> = y): CompeteOptions => ({
  cohort: {
    cutoffs: [0],
    rows: ROWS,
    customer,
    cutoff: new Int32Array(ROWS),
    recency: new Int32Array(ROWS),
    tenure: new Int32Array(ROWS),
  },
  customers: names,
  labels: Int8Array.from(labels),
  split: {
    setOfCustomer: new Uint8Array(names.length),
    role: Uint8Array.from(role),
    testFrom: 0,
    periods: ["after"],
  },
  kinds,
  seed: 1,
  searchCandidates: 4,
  recencyFeature: "since",
});
const ALL: readonly ModelKind[] = ["dummy", "recency", "logistic", "ml-xgboost", "boost"];

test("competeModels(x) makes the same models, to the byte, whatever the labels of the test customers", async () => {
  const hidden = Array.from(y, (label, i) =>
    ["test", "later"].includes(ROLES[role[i]!]!) ? 1 - label : label,
  );
  const [one, other] = await Promise.all([
    competeModels(x, given(ALL)),
    competeModels(x, given(ALL, hidden)),
  ]);
  expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  // While a tune label changes what is learned.
  const tuneRow = role.indexOf(ROLES.indexOf("tune"));
  const seen = await competeModels(
    x,
    given(
      ["boost"],
      Array.from(y, (label, i) => (i === tuneRow ? 1 - label : label)),
    ),
  );
  expect(JSON.stringify(seen.candidates[0]!.model)).not.toBe(JSON.stringify(one.candidates[4]!.model));
});

test("competeModels(x) chooses the highest tune AUC, never the cross-check, and of equals the simpler", async () => {
  const {candidates, chosen} = await competeModels(x, given(ALL));
  expect(candidates.map(({kind}) => kind)).toEqual(ALL);
  const eligible = candidates.filter(({kind}) => kind !== "ml-xgboost");
  expect(candidates[chosen]!.tuneAuc).toBe(Math.max(...eligible.map(({tuneAuc}) => tuneAuc)));
  const checked = await competeModels(x, given(["ml-xgboost", "dummy"]));
  expect(checked.candidates.map(({tuneAuc}) => tuneAuc)[1]).toBeGreaterThan(0.6);
  expect(checked.candidates[checked.chosen]!.kind).toBe("dummy");
  await expect(competeModels(x, given(["ml-xgboost"]))).rejects.toThrow(
    "competeModels requires a model that may be chosen, got ml-xgboost alone",
  );
  const values = x.values.slice().fill(7, 0, ROWS);
  const equal = await competeModels({...x, values}, given(["recency", "dummy"]));
  expect(equal.candidates.map(({tuneAuc}) => tuneAuc)).toEqual([0.5, 0.5]);
  expect(equal.candidates[equal.chosen]!.kind).toBe("dummy");
});

test("competeModels(x, {stopwatch, spent}) says what each fit took, and no model knows of it", async () => {
  const costs: FitCost[] = [];
  let now = 0;
  const timed = await competeModels(x, {
    ...given(ALL),
    stopwatch: () => {
      now += 1;
      return {wallSeconds: now, cpuSeconds: 2 * now};
    },
    spent: cost => costs.push(cost),
  });
  const fits = timed.candidates.flatMap(({kind, model}) =>
    model.kind === "boost"
      ? model.search.tried.flatMap(({rungs}, setting) =>
          rungs.map(({share}) => ({model: kind, setting, share})),
        )
      : [{model: kind}],
  );
  const took = {wallSeconds: 1, cpuSeconds: 2};
  expect(costs).toHaveLength(fits.length);
  expect(costs).toEqual(expect.arrayContaining(fits.map(fit => ({...fit, ...took}))));
  expect(timed).toEqual(await competeModels(x, given(ALL)));
});

test("workOf(model) is rows times features, once for each tree or step", async () => {
  const {candidates, rows} = await competeModels(x, given(ALL));
  const n = rows.train.length;
  const [dummy, recency, logistic, second, boost] = candidates.map(({model}) => model);
  expect([dummy!, recency!].map(workOf)).toEqual([n, n]);
  if (logistic?.kind !== "logistic" || second?.kind !== "ml-xgboost" || boost?.kind !== "boost")
    throw new Error("the kinds are not in order");
  // Four features, and one that says where "sometimes" is missing.
  expect(workOf(logistic)).toBe(n * 5 * logistic.logistic.steps);
  expect(logistic.logistic.steps).toBeGreaterThan(2);
  expect(workOf(second)).toBe(n * 4 * 200);
  expect(workOf(boost)).toBe(boost.search.work);
});
