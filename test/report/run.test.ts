import {beforeAll, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {applyAlive} from "../../src/features/alive.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import {takeRows} from "../../src/features/matrix.ts";
import type {EvidenceRecord} from "../../src/ledger/evidence.ts";
import type {RunInputs} from "../../src/ledger/inputs.ts";
import {createRun, type Run} from "../../src/ledger/run.ts";
import type {Store} from "../../src/ledger/store.ts";
import {applyCalibration} from "../../src/model/calibration.ts";
import {applyModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {aliveTable, aliveWindowTable} from "../../src/report/alive.ts";
import {unknownCustomersText} from "../../src/report/data.ts";
import {decisionEvidence, liftCurves, moneyCurve} from "../../src/report/decision.ts";
import {catalogueTable} from "../../src/report/features.ts";
import {
  aucTable,
  calibrationTable,
  differencesTable,
  precisionRecallCurves,
  rocCurves,
} from "../../src/report/measures.ts";
import {
  ceilingText,
  choiceTable,
  chosenText,
  crossCheckText,
  modelsTable,
  subsampleEvidence,
} from "../../src/report/models.ts";
import {preparationTable} from "../../src/report/prepare.ts";
import {searchCurves, searchOf, settingsTable} from "../../src/report/search.ts";
import {splitTable} from "../../src/report/split.ts";
import {countsTable} from "../../src/report/target.ts";
import {whatIf} from "../../src/report/what-if.ts";
import {rowsOf} from "../../src/split/rows.ts";
import {days, defineStudy, every, inactivity, type Study, triangular} from "../../src/study.ts";
import {advice, outlook, studyOf} from "../card/what-if-page.ts";

const study = defineStudy({
  name: "small",
  title: "A small log",
  events: {from: "none.csv", customer: "c", time: "t", amount: "a"},
  churn: inactivity({days: 60, of: "purchase"}),
  activity: "purchase",
  horizon: days(60),
  target: "silent",
  cutoffs: every("month", {from: "2024-06", to: "2025-03"}),
  split: {salt: "small", testFrom: "2025-02"},
  features: activityFeatures({of: "purchase"}),
  models: ["dummy", "recency", "logistic"],
  economics: {
    contactCost: 1,
    offerCost: 4,
    customerValue: triangular(20, 60, 120),
    offerWorks: triangular(0.05, 0.1, 0.2),
    capacity: 0.1,
  },
  framing: {goal: "g", decides: "d", acts: "a", success: "s", stop: "s", limits: ["l"]},
  card: {owner: "o", contact: "c", purpose: "p", notFor: ["n"], operation: "o"},
});

/** Customers with rhythms of their own; each day some slow down for good. */
function purchases(): EventRow[] {
  const random = randomOf(11);
  const rows: EventRow[] = [];
  for (let c = 0; c < 700; c++) {
    const rhythm = 5 + 25 * random();
    const tired = dayOf("2024-01-01") + Math.floor(random() * 900);
    for (let day = dayOf("2024-01-01") + Math.floor(random() * 60); day < dayOf("2025-06-30"); ) {
      rows.push({customer: `c${c}`, day, type: "purchase", amount: Math.round(1000 + 4000 * random()) / 100});
      day += 1 + Math.floor((-Math.log(1 - random()) + 0.3) * rhythm * (day > tired ? 5 : 1));
    }
  }
  return rows;
}

const records: EvidenceRecord[] = [];
const entries = new Map<string, Uint8Array>();
let writes = 0;
const store: Store = {
  read: key => entries.get(key),
  write: (key, bytes) => {
    writes += 1;
    entries.set(key, bytes);
  },
};
const log = eventLogOf(purchases(), {lastDay: dayOf("2025-06-29")});
const inputs = (library = "library", campaigns?: Run["campaigns"]): RunInputs => ({
  study,
  snapshot: {digest: "snapshot"} as Run["snapshot"],
  log,
  campaigns,
  library,
  engines: {},
  store,
  emit: async record => void records.push(record),
});
const open = (...given: Parameters<typeof inputs>): Run => createRun(inputs(...given));
let run: Run;
beforeAll(() => {
  run = open();
});

test("run.models() is computed once, read by the next run, and computed again for another library", async () => {
  const first = await run.models();
  const after = writes;
  expect(await open().models()).toEqual(first);
  expect(writes).toBe(after);
  await open("another library").features();
  expect(writes).toBe(after + 1);
});

test("with alive among the models its columns join the features, and the bundle applies them anew", async () => {
  const models: Study["models"] = ["dummy", "recency", "alive", "logistic"];
  const own = createRun({...inputs(), study: {...study, models}});
  const [x, plain] = [await own.features(), await run.features()];
  const names = ["p_alive", "p_silent", "expected_purchases", "expected_spend", "expected_value"];
  expect(x.names).toEqual([...plain.names, ...names]);
  expect(x.values.subarray(0, plain.values.length)).toEqual(plain.values);
  const bundle = JSON.parse(JSON.stringify(await own.bundle())) as Awaited<ReturnType<Run["bundle"]>>;
  expect(bundle.alive).toEqual(own.alive());
  expect(applyAlive(bundle.alive!, log, own.cohort()).values).toEqual(x.values.slice(plain.values.length));
  expect((await run.bundle()).alive).toBeNull();
  const {candidates} = await own.models();
  expect(candidates.map(({kind}) => kind)).toEqual(models);
  const [, recency, alive] = candidates.map(({tuneAuc}) => tuneAuc);
  expect(alive).toBeGreaterThan(recency!);
  expect(
    catalogueTable(own.study, x)
      .rows.filter(([family]) => family === "buying until leaving")
      .map(cells => cells.at(-1)),
  ).toEqual(names);
  expect(aliveTable(own.alive()).rows.map(([name]) => name)).toEqual(["r", "alpha", "a", "b", "p", "q", "v"]);
});

test("run.aliveWindow() holds the study's days against P(alive), whatever the models", () => {
  const found = run.aliveWindow()!;
  expect(found.days).toBe(60);
  const rows = aliveWindowTable(found).rows;
  expect(rows.map(([name]) => name)).toEqual(["1", "2", "3", "4 to 5", "6 to 9", "10 or more", "2 or more"]);
  expect(rows.at(-1)).toEqual([
    "2 or more",
    found.repeaters.called,
    found.repeaters.medianAlive,
    found.repeaters.stillAlive,
    found.repeaters.customers,
    found.repeaters.evenDays,
  ]);
});

test("a search of another size is another model; threads and stopwatch are no part of it", async () => {
  const boosted = (candidates: number, more: Partial<RunInputs> = {}) => {
    const kinds: Study["models"] = ["recency", "ml-xgboost", "boost"];
    return createRun({...inputs(), study: {...study, models: kinds, search: {candidates}}, ...more});
  };
  let now = 0;
  const stopwatch = () => {
    now += 1;
    return {wallSeconds: now, cpuSeconds: now};
  };
  const first = boosted(2, {stopwatch});
  const trained = await first.models();
  const costs = await first.costs();
  expect(costs?.candidates.map(({model, setting}) => [model, setting])).toEqual([
    ["recency", undefined],
    ["ml-xgboost", undefined],
    ["boost", 0],
    ["boost", 1],
  ]);
  // The times are those of the run that did the work.
  const again = boosted(2, {threads: 2, stopwatch: () => ({wallSeconds: 1e6 * now, cpuSeconds: 0})});
  expect(await again.models()).toEqual(trained);
  expect(await again.costs()).toEqual(costs);
  const alone = boosted(1);
  expect(searchOf(await alone.models())!.tried).toHaveLength(1);
  expect(await alone.costs()).toBeUndefined();
});

test("the tables and words on the models say what was tried, what it took, and how close two engines come", async () => {
  const kinds: Study["models"] = ["recency", "ml-xgboost", "boost"];
  const boosted = createRun({...inputs(), study: {...study, models: kinds, search: {candidates: 2}}});
  const [trained, judged] = [await boosted.models(), await boosted.evaluation()];
  const choice = choiceTable(trained);
  expect(choice.rows.map(([model, settings, fits]) => [model, settings, fits])).toEqual([
    ["Rule of thumb", 1, 1],
    ["Boosted trees, second engine", 1, 1],
    ["Boosted trees", 2, 2],
  ]);
  expect(choice.rows[1]!.at(-1)).toBe("a cross-check, not up for choice");
  expect(judged.models.find(model => model.chosen)!.kind).not.toBe("ml-xgboost");
  expect(judged.crossCheck!.correlation).toBeGreaterThan(0.8);
  expect(crossCheckText(judged).text).toMatch(
    /difference in ROC AUC, first less second, is .*rank correlation/,
  );
  const search = searchOf(trained)!;
  const [best] = settingsTable(search).rows;
  expect(best![0]).toBe(search.winner + 1);
  expect(chosenText(judged, trained).text).toContain("the best of 2 tried on the tuning customers");
  expect(searchCurves(search)).toMatchObject({rungs: ["all training customers"]});
  const steps = preparationTable(trained, study).rows.map(([model, step]) => [model, step]);
  expect(steps.map(([model]) => model).toSorted()).toEqual(["Boosted trees", "Boosted trees, second engine"]);
  const [inUse] = preparationTable(await run.models(), study).rows;
  expect(inUse!.slice(0, 2)).toEqual(["Logistic regression", "Missing numbers are filled"]);
  expect(inUse![3]).toContain("Spread of the days between purchases");
  const plain = await run.evaluation();
  expect(plain.crossCheck).toBeUndefined();
  expect(crossCheckText(plain).text).toContain("not fitted by two engines");
});

test("a study with sampling learns from sampled train rows, says so, and judges the same rows as without", async () => {
  const sampled = (sampling: Study["sampling"]) => createRun({...inputs(), study: {...study, sampling}});
  const plain = await run.models();
  expect(subsampleEvidence(plain)).toEqual({
    kind: "text",
    text: "Every candidate learned from all training rows.",
  });
  const said: Record<string, string> = {
    undersample: "active undersampled, 0.5 to 1",
    "one-cutoff": "one cutoff a customer",
    "per-cutoff": "a model a cutoff, averaged",
  };
  for (const sampling of [
    {kind: "undersample", ratio: 0.5},
    {kind: "one-cutoff"},
    {kind: "per-cutoff"},
  ] as const) {
    const one = sampled(sampling);
    const trained = await one.models();
    expect(trained.rows).toEqual(plain.rows);
    const {model} = trained.candidates.at(-1)!;
    expect(model).not.toEqual(plain.candidates.at(-1)!.model);
    expect(model.trained.rows).toBe(plain.rows.train.length);
    expect(subsampleEvidence(trained)).toMatchObject({text: expect.stringContaining(said[sampling.kind]!)});
    expect(choiceTable(trained).rows.at(-1)![2]).toBe(model.kind === "average" ? model.members.length : 1);
    expect((await one.evaluation()).positives).toBe((await run.evaluation()).positives);
    const {schemes} = await one.sampling();
    expect(
      schemes.filter(scheme => scheme.kind === "logistic").map(scheme => scheme.sampling),
    ).toContainEqual(sampling);
  }
});

test("campaign contacts keep rows out of learning, and another set of contacts is another model", async () => {
  const contacts = (treated: number) => ({
    customer: Int32Array.from({length: 60}, (_, i) => i),
    day: new Int32Array(60).fill(dayOf("2024-09-15")),
    treated: new Uint8Array(60).fill(treated),
    unknownCustomers: 0,
  });
  const [control, treated] = [open("library", contacts(0)), open("library", contacts(1))];
  const learned = async (one: Run) => (await one.models()).rows.train.length;
  expect(await learned(control)).toBe(await learned(run));
  expect(await learned(treated)).toBeLessThan(await learned(run));
  const table = splitTable(treated.cohort(), treated.labels(), treated.split(), treated.treated());
  expect(table.rows.map(([part]) => part)).toContain("left out: treated");
  const digests = await Promise.all([run, control, treated].map(async one => (await one.bundle()).campaigns));
  expect(digests[0]).toBeNull();
  expect(new Set(digests).size).toBe(3);
});

test("rows of customers without events are counted in words, and not mentioned where there are none", () => {
  const none = new Int32Array(0);
  const contacts = (unknownCustomers: number) => ({
    ...{customer: Int32Array.of(0), day: Int32Array.of(20_000), treated: Uint8Array.of(1)},
    unknownCustomers,
  });
  const subscriptions = {
    ...{offsets: none, plan: none, plans: [], known: none, until: none},
    ...{start: new Int32Array(5), end: new Int32Array(5), unknownCustomers: 0},
  };
  const crm = {columns: [], rows: 0, offsets: none, known: none, values: new Float64Array(0)};
  const said = (campaigns: number, table: number) =>
    unknownCustomersText({
      campaigns: contacts(campaigns),
      subscriptions,
      tables: {crm: {...crm, unknownCustomers: table}},
    })?.text;
  expect(said(0, 0)).toBeUndefined();
  expect(unknownCustomersText(run)).toBeUndefined();
  expect(said(0, 1)).toMatch(
    /^Left out, as their customer has no event in the log: 1 of 1 row in crm\. A customer is/,
  );
  expect(said(1200, 2)).toContain("log: 1\u2009200 of 1\u2009201 rows in campaigns, 2 of 2 rows in crm.");
});

test("a misspelled event type of the study is named, with those of the log", () => {
  const misspelled = {...study, activity: "purchse"};
  const broken = createRun({...inputs(), study: misspelled});
  expect(() => broken.cohort()).toThrow(
    'activity is "purchse", and the log has no such event; it has purchase',
  );
});

test("run.evaluation() judges the model that is in the bundle: applying the bundle gives the AUC on the card", async () => {
  const bundle = JSON.parse(JSON.stringify(await run.bundle())) as Awaited<ReturnType<Run["bundle"]>>;
  const rows = rowsOf(run.split(), "test");
  const y = Uint8Array.from(rows, i => run.labels()[i]!);
  const margins = await applyModel(bundle.model, takeRows(await run.features(), rows));
  const judged = await run.evaluation();
  const chosen = judged.models.find(model => model.chosen)!;
  expect(rocAuc(margins, y)).toBe(chosen.auc.value);
  expect(Array.from(applyCalibration(bundle.calibration, margins))).toEqual(
    Array.from(judged.ranked.probabilities),
  );
  expect(chosen.kind).not.toBe("dummy");
});

test("run.quadrants() has the figures of run.evaluation() for new customers later, and train rows for the known", async () => {
  const quadrants = await run.quadrants();
  const chosen = (await run.evaluation()).models.find(model => model.chosen)!;
  expect(quadrants.find(({quadrant}) => quadrant === "new-later")!.figures).toEqual({
    auc: chosen.auc,
    lift: chosen.lift,
  });
  expect(quadrants[0]).toMatchObject({quadrant: "known-same", rows: (await run.models()).rows.train.length});
});

test("the tables count rows and positives as the labels do", () => {
  const counts = countsTable(run.cohort(), run.targets());
  const labels = run.labels();
  expect(counts.rows.at(-1)![1]).toBe(run.cohort().rows);
  expect(counts.rows.at(-1)![7]).toBe(labels.filter(label => label === 1).length);
  const split = splitTable(run.cohort(), labels, run.split(), run.treated());
  const column = (k: number) => split.rows.reduce((sum, row) => sum + (row[k] as number), 0);
  expect(column(3)).toBe(run.cohort().rows);
  expect(column(4)).toBe(labels.filter(label => label === 1).length);
});

test("the measures of the models agree with each other, in judgement, tables and curves", async () => {
  const judged = await run.evaluation();
  for (const {auc, delong, calibration, brier, recall, precision, lift} of judged.models) {
    expect(delong.value).toBeCloseTo(auc.value, 12);
    const {parts} = calibration;
    expect(parts.brier).toBeCloseTo(brier.value, 12);
    expect(recall.value).toBeCloseTo(lift.value * judged.capacity, 12);
    expect(precision.value).toBeCloseTo(lift.value * judged.baseRate.value, 12);
  }
  const {models, capacity} = rocCurves(judged);
  expect(models[0]!.points.at(-1)).toEqual({falsePositiveRate: 1, truePositiveRate: 1});
  const contacted = capacity.recall * judged.baseRate.value + capacity.other * (1 - judged.baseRate.value);
  expect(contacted).toBeCloseTo(judged.capacity, 12);
  expect(precisionRecallCurves(judged).models[0]!.points.at(-1)).toEqual({
    recall: 1,
    precision: judged.baseRate.value,
  });
  for (const table of [calibrationTable(judged), aucTable(judged)])
    expect(table.rows.map(([model]) => model)).toEqual(modelsTable(judged).rows.map(([model]) => model));
  const [fewer, more] = [differencesTable(judged)!.rows[1]!, differencesTable(judged)!.rows[2]!];
  expect(String(fewer[3]).split(" ")[0]).toBe(String(more[3]).split(" ")[0]);
  expect(aucTable(judged).caption).toContain("1\u2009000 resamples");
});

test("decisionEvidence(judged) agrees with itself: reach is lift times share, value lies in its range", async () => {
  const judged = await run.evaluation();
  const decision = decisionEvidence(judged, study, run.cohortSize());
  const number = (id: string) => {
    const value = decision[id];
    if (value?.kind !== "number") throw new Error(`${id} is no number`);
    return value;
  };
  expect(number("decision.reached").value).toBeCloseTo(number("decision.lift").value * 0.1, 12);
  const {value, low, high} = number("decision.value");
  expect(low! <= value && value <= high!).toBe(true);
  const atCapacity = moneyCurve(judged, study, run.cohortSize()).points.find(point => point.fraction === 0.1);
  expect(atCapacity?.expected).toBeCloseTo(value, 9);
  expect(liftCurves(judged).models[0]!.points.at(-1)!.lift).toBeCloseTo(1, 12);
  expect(modelsTable(judged).rows).toHaveLength(3);
});

test("whatIf(judged, learned) of a run, at the study's figures, is its decision and its optimum", async () => {
  const judged = await run.evaluation();
  const data = whatIf(judged, await run.ranked("calibrate"), study, run.cohortSize());
  if (data.kind !== "what-if") throw new Error(data.reason);
  const found = outlook(data, studyOf(data));
  const decision = decisionEvidence(judged, study, run.cohortSize());
  for (const [id, one] of [
    ["decision.reached", found.reached],
    ["decision.lift", found.lift],
    ["decision.value", found.model],
  ] as const) {
    const value = decision[id];
    if (value?.kind !== "number") throw new Error(`${id} is no number`);
    for (const part of ["value", "low", "high"] as const) expect(one[part]).toBeCloseTo(value[part]!, 9);
  }
  expect(decision["decision.recommendation"]).toEqual({kind: "text", text: advice(data, found)});
  const {optimum} = await run.decision();
  expect(found.best).toEqual({fraction: optimum.fraction, ...optimum.near});
});

test("decisionEvidence(judged) with an offer that costs too much advises one thing: to contact nobody", async () => {
  const judged = await run.evaluation();
  const advice = (offerCost: number) => {
    const costly = {
      ...study,
      economics: {...study.economics, offerCost, customerValue: triangular(1, 40, 400)},
    };
    const value = decisionEvidence(judged, costly, run.cohortSize())["decision.recommendation"];
    return value?.kind === "text" ? value.text : "";
  };
  expect(advice(0)).toMatch(/^(Contact the|Do not roll this campaign out yet)/);
  expect(advice(1000)).toMatch(/^Do not run this campaign at these costs: .* is expected to lose EUR/);
  const between = Array.from({length: 60}, (_, i) => advice(i)).find(words =>
    words.startsWith("Contact nobody"),
  );
  expect(between).toMatch(/is expected to lose EUR .*, and no share is expected to gain/);
  expect(between).not.toContain("roll this campaign out");
});

test("run.record(id, value) refuses what is no evidence, and hands on what is", async () => {
  await expect(run.record("a.b", {kind: "number", value: Number.NaN})).rejects.toThrow(
    "record requires finite numbers, got NaN at a.b.value; use null for what is unknown",
  );
  await expect(run.record("A b", {kind: "text", text: ""})).rejects.toThrow('got "A b"');
  await run.recordAll({"x.one": {kind: "text", text: "1"}, "x.two": {kind: "text", text: "2"}});
  expect(records.map(({id}) => id)).toEqual(["x.one", "x.two"]);
});

test("ceilingText(judged) explains an interval of the lift that reaches above the ceiling, and else says nothing of it", async () => {
  const judged = await run.evaluation();
  const said = (high: number) =>
    ceilingText({
      ...judged,
      models: judged.models.map(model => ({...model, lift: {...model.lift, high}})),
    }).text;
  expect(said(judged.ceiling.lift + 0.1)).toContain("since the ceiling moves with the sample, too");
  expect(said(judged.ceiling.lift)).not.toContain("moves with the sample");
});
