import {expect, test} from "vitest";
import {
  type CompareSamplingOptions,
  compareSampling,
  type SchemeJudgement,
} from "../../src/evaluate/compare-sampling.ts";
import {competeModels, rankedOf} from "../../src/evaluate/compete.ts";
import {lift} from "../../src/evaluate/lift.ts";
import {brier, logLoss, rocAuc} from "../../src/evaluate/metrics.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {applyModel} from "../../src/model/model.ts";
import {samplingList, samplingPoints, samplingPriorTable, samplingTable} from "../../src/report/sampling.ts";
import {schemesBeside} from "../../src/sampling/sample.ts";
import {ROLES} from "../../src/split/rows.ts";
import type {Study} from "../../src/study.ts";
import {logisticWorld, meanOf, sigmoid} from "../sampling/world.ts";

const PARTS = ["train", "train", "train", "train", "tune", "calibrate", "test", "test"] as const;
const CUSTOMERS = 1600;
const {x, y, customers} = logisticWorld(CUSTOMERS, 4);
const names = [...new Set(customers)];
const customer = Int32Array.from(customers, (_, i) => i >> 2);
const role = Uint8Array.from(customer, c => ROLES.indexOf(PARTS[c % PARTS.length]!));
const days = [20_000, 20_030, 20_060, 20_090];

const given = (labels: ArrayLike<number> = y): CompareSamplingOptions => ({
  cohort: {
    ...{cutoffs: days, rows: x.rows, customer, cutoff: Int32Array.from(customer, (_, i) => i & 3)},
    ...{recency: new Int32Array(x.rows), tenure: new Int32Array(x.rows)},
  },
  customers: names,
  labels: Int8Array.from(labels),
  split: {setOfCustomer: new Uint8Array(CUSTOMERS), role, testFrom: 0, periods: []},
  ...{seed: 1, schemes: schemesBeside({kind: "none"}), capacity: 0.1, draws: 200},
});
const compared = await compareSampling(x, given());
const fitted = compared.schemes.filter((one): one is SchemeJudgement => !("refused" in one));
const of = (kind: string, sampling: string) =>
  fitted.find(one => one.kind === kind && one.sampling.kind === sampling)!;

test("compareSampling(x) judges each scheme as competeModels and the metrics do, on the same test rows", async () => {
  const {schemes, cohort, customers, labels: all, split, seed} = given();
  const rest = {cohort, customers, labels: all, split, seed};
  const rows = Int32Array.from(role.keys()).filter(i => ROLES[role[i]!] === "test");
  const labels = Uint8Array.from(rows, i => y[i]!);
  expect(compared).toMatchObject({rows: rows.length, customers: CUSTOMERS / 4, observed: meanOf(labels)});
  for (const sampling of [{kind: "none"} as const, ...schemes]) {
    const competition = await competeModels(x, {
      ...{...rest, sampling, kinds: ["logistic"], searchCandidates: 1, recencyFeature: undefined},
    });
    const one = of("logistic", sampling.kind);
    const {margins, probabilities} = rankedOf(competition, {...rest, candidate: 0, roles: ["test"]});
    expect(one.auc.value).toBeCloseTo(rocAuc(margins, labels), 12);
    expect(one.lift.value).toBeCloseTo(lift(rankRows(margins, labels), {fraction: 0.1}), 12);
    expect(one.calibrated.bias.value).toBeCloseTo(meanOf(probabilities) - meanOf(labels), 12);
    const {model, tuneAuc} = competition.candidates[0]!;
    expect(one.tuneAuc).toBe(tuneAuc);
    const shift = model.kind === "average" ? 0 : (model.sampled?.shift ?? 0);
    const again = await applyModel(model, takeRows(x, rows));
    for (const [sort, p] of [
      ["learned", again.map(m => sigmoid(m - shift))],
      ["restored", again.map(sigmoid)],
      ["calibrated", probabilities],
    ] as const) {
      expect(one[sort].brier.value).toBeCloseTo(brier(p, labels), 12);
      expect(one[sort].logLoss.value).toBeCloseTo(logLoss(p, labels), 9);
    }
  }
});

test("compareSampling(x) compares with all rows on the same draws, and says what each scheme learned from", () => {
  for (const one of fitted) {
    if (one.sampling.kind === "none") expect(one.aucGain).toBeUndefined();
    else {
      expect(one.aucGain!.value).toBeCloseTo(one.auc.value - of(one.kind, "none").auc.value, 12);
      expect(one.liftGain!.value).toBeCloseTo(one.lift.value - of(one.kind, "none").lift.value, 12);
      // Paired: far narrower than either interval.
      expect(one.aucGain!.high - one.aucGain!.low).toBeLessThan(one.auc.high - one.auc.low);
    }
  }
  const {rows, positives} = of("logistic", "none");
  expect(rows).toBe(4 * 800);
  expect(of("boost", "undersample").positives).toBe(positives);
  expect(of("boost", "undersample").rows).toBeLessThan(2.4 * positives);
  expect(of("boost", "smote").positives).toBe(rows - positives);
  expect(of("boost", "decay").rows).toBe(rows);
  expect(of("boost", "one-cutoff").rows).toBe(800);
  expect(of("boost", "per-cutoff").rows).toBe(rows);
});

test("compareSampling(x) shows what sampling does to the probabilities, and that the prior put back undoes it", () => {
  for (const kind of ["logistic", "boost"])
    for (const sampling of ["undersample", "smote"]) {
      const {learned, restored, calibrated} = of(kind, sampling);
      expect(learned.bias.low).toBeGreaterThan(0.1);
      expect(Math.abs(restored.bias.value)).toBeLessThan(0.03);
      expect(restored.logLoss.value).toBeLessThan(learned.logLoss.value - 0.1);
      expect(calibrated.bias.low).toBeLessThan(0.02);
    }
  expect(of("logistic", "none").learned).toEqual(of("logistic", "none").restored);
});

test("compareSampling(x) learns nothing from test labels", async () => {
  const hidden = Array.from(y, (label, i) => (ROLES[role[i]!] === "test" ? 1 - label : label));
  const other = await compareSampling(x, given(hidden));
  expect(other.schemes.map(one => ("refused" in one ? 0 : [one.work, one.tuneAuc]))).toEqual(
    compared.schemes.map(one => ("refused" in one ? 0 : [one.work, one.tuneAuc])),
  );
});

test("compareSampling(x) names a scheme that the train rows do not allow, and judges the others", async () => {
  // Churners' rows of 48 train customers only.
  let left = 48;
  const few = Array.from(y, (label, i) =>
    ROLES[role[i]!] === "train" ? ((i & 3) === 0 && left-- > 0 ? 1 : 0) : label,
  );
  const one = await compareSampling(x, {...given(few), kinds: ["logistic"], draws: 20});
  const refused = (schemes: typeof one.schemes) =>
    schemes.flatMap(scheme => ("refused" in scheme ? [[scheme.sampling.kind, scheme.refused]] : []));
  expect(refused(one.schemes)).toEqual([
    ["smote", expect.stringContaining("requires at least 50 churners among the train customers")],
  ]);
  const list = samplingList(one, study).items;
  expect(list.at(-1)).toBe(`SMOTE was not tried: ${refused(one.schemes)[0]![1]}.`);
  expect(samplingTable(one).rows).toHaveLength(6);
  // More churners' rows than others: nothing to leave out or to make up.
  const many = Array.from(y, label => 1 - label);
  const {schemes} = await compareSampling(x, {...given(many), kinds: ["logistic"], draws: 20});
  expect(refused(schemes).map(([kind]) => kind)).toEqual(["undersample", "smote"]);
  expect(samplingList({...one, schemes}, study).items.at(-1)).toBe(
    "Undersampling and SMOTE were not tried: churners are already as large a share of the training rows as sampling " +
      "would make them.",
  );
});

test("samplingList(compared) calls no gain clear that is small, and shows no bound that is not 0 as 0", () => {
  const say = (value: number, low: number, high: number) => {
    const gain = {value, low, high, level: 0.95, draws: 9};
    const schemes = compared.schemes.map(one => ("aucGain" in one ? {...one, aucGain: gain} : one));
    return samplingList({...compared, schemes}, study).items[0]!;
  };
  expect(say(0.001, 0.0004, 0.002)).toMatch(
    /^No scheme ranks .* clearly better .*\. None ranks them clearly worse\.$/,
  );
  expect(say(0.006, 0.0004, 0.012)).toContain(": 0.0060 (0.0004 to 0.0120)");
  expect(say(-0.006, -0.012, -0.001)).toContain("Clearly worse: ");
});

const study = {sampling: {kind: "undersample", ratio: 1}} as Study;

test("the tables and the chart of sampling hold every scheme with its figures", () => {
  const table = samplingTable(compared);
  expect(table.rows).toHaveLength(12);
  for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  const prior = samplingPriorTable(compared);
  expect(prior.rows).toHaveLength(12);
  for (const row of prior.rows) expect(row).toHaveLength(prior.columns.length);
  expect(prior.rows[0]![2]).toBeCloseTo(compared.observed + of("logistic", "none").learned.bias.value, 12);
  const points = samplingPoints(compared, {study});
  expect(points.rows.map(({chosen}) => chosen)).toEqual([true, false, false, false, false]);
  expect(points.rows[0]!.value).toBeCloseTo(100 * of("boost", "undersample").aucGain!.value, 12);
  const [ranks, prior1] = samplingList(compared, study).items;
  expect(ranks).toMatch(/clearly/);
  expect(prior1).toContain("Furthest off before the prior is put back");
});
