import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {loadStudy} from "../../src/bin/load-study.ts";
import {openContext, snapshotStudy} from "../../src/bin/open-run.ts";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {DAY_MILLISECONDS, type Instant, instantOf} from "../../src/data/instant.ts";
import {applyFeatures} from "../../src/features/fitted.ts";
import type {Bundle} from "../../src/ledger/bundle.ts";
import type {Run} from "../../src/ledger/run.ts";
import {scoreBundle} from "../../src/ledger/score.ts";
import {applyModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {splitGrid} from "../../src/report/split.ts";
import {atRandom, contract, regularity, type StudyInput} from "../../src/study.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {rhythmStudy} from "../report/rhythm-study.ts";

const FROM = dayOf("2024-01-01");
const TO = dayOf("2025-06-30");

/**
 * Members who buy at any time of day at a rate of their own, and cancel for good at a rate of their own, some of them
 * to join again; a fifth of the events is known minutes to days later, and some purchases are corrected.
 */
function events(): string {
  const random = randomOf(41);
  const lines = ["customer,at,seen,event,what,eur,channel"];
  const time = (t: number) => new Date(Math.round(t * 86_400) * 1000).toISOString();
  const put = (c: number, t: number, what: string, eur: number | "" = "") => {
    const late = random() < 0.2 ? 12 * random() ** 4 : 0;
    const channel = random() < 0.5 ? "web" : "store";
    const row = (seen: number, amount: number | "") =>
      lines.push([`c${c}`, time(t), time(seen), `e${n}`, what, amount, channel].join(","));
    const n = lines.length;
    row(t + late, eur);
    if (what === "purchase" && random() < 0.05) row(t + late + 20 * random(), 1);
  };
  for (let c = 0; c < 450; c++) {
    const [gap, leaves] = [4 + 26 * random() ** 2, 0.3 * random() ** 2];
    let t = FROM + 200 * random();
    put(c, t, "join");
    for (;;) {
      t -= Math.log(1 - random()) * gap;
      if (t >= TO) break;
      put(c, t, "purchase", Math.round(5 + 30 * random()));
      if (random() >= leaves) continue;
      t += 2 * random();
      if (t >= TO) break;
      put(c, t, "cancel");
      if (random() < 0.6) break;
      t += 20 * random();
      if (t >= TO) break;
      put(c, t, "join");
    }
  }
  return `${lines.join("\n")}\n`;
}

const usual = rhythmStudy().features;
const source: StudyInput["events"] = {
  ...{from: "events.csv", customer: "customer", time: "at", known: "seen", id: "event"},
  ...{type: "what", amount: "eur", attributes: ["channel"], lastDay: "2025-06-29"},
};
const streaming = {
  events: source,
  cutoffs: atRandom({from: "2024-06-01", to: "2025-04-20", perCustomer: 6, seed: 1}),
};
const membership = contract({start: "join", renew: "purchase", end: "cancel", graceDays: 3});
const studies = {
  "silence, a category, RFM scores and the model of buying": rhythmStudy({
    ...streaming,
    features: [
      ...usual,
      {name: "channel", title: "Last channel", unit: "", of: "purchase", measure: "last", against: "channel"},
      {name: "amount", title: "Amount", unit: "EUR", of: "purchase", measure: "sum", days: 180},
    ],
    rfm: {recency: "purchase_recency", frequency: "purchase_count_180d", monetary: "amount"},
    models: ["alive", "logistic"],
  }),
  regularity: rhythmStudy({...streaming, churn: regularity({of: "purchase"})}),
};

let folder = "";
let text = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "churnbook-moments-"));
  text = events();
  writeFileSync(join(folder, "events.csv"), text);
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Opens a run of a study as a notebook does, from its file and its events. */
async function open(study: StudyInput): Promise<Run> {
  const file = join(folder, `study-${Object.keys(opened).length}.mjs`);
  writeFileSync(file, `export const study = ${JSON.stringify(study)};`);
  return openContext(await snapshotStudy(await loadStudy(file), {today: "2025-12-31"}));
}
const opened: Record<string, Promise<Run>> = {};

describe.each([
  ...Object.entries(studies),
  ["a contract", rhythmStudy({...streaming, churn: membership})] as const,
])("a study at moments, of %s", (name, study) => {
  const runOf = (): Promise<Run> => {
    opened[name] ??= open(study);
    return opened[name];
  };
  /** Cutoffs that some customers have among their own, of the training and of the test. */
  const someOf = (run: Run): number[] => [40, 120, 250, run.cohort().cutoffs.length - 1];

  test("runs at minutes of days, with events of a cutoff's own day on either side of it", async () => {
    const run = await runOf();
    const {cutoffs} = run.cohort();
    const within = cutoffs.filter(t => !Number.isInteger(t));
    expect(within.length).toBeGreaterThan(0.99 * cutoffs.length);
    expect(new Set(cutoffs.map(Math.floor)).size).toBe(cutoffs.length);
    const {log} = run;
    const own = cutoffs.filter(t => {
      const today = Array.from(log.day.keys()).filter(i => log.day[i] === Math.floor(t));
      const before = today.filter(i => instantOf(log.day[i]!, log.timeOfDay![i]!) < t);
      return before.length > 0 && before.length < today.length;
    });
    expect(own.length).toBeGreaterThan(0.8 * cutoffs.length);
    expect((await run.audit()).findings.filter(({verdict}) => verdict === "error")).toEqual([]);
    expect((await run.evaluation()).rows).toBeGreaterThan(30);
    expect(splitGrid(run.cohort(), run.split(), run.study).cutoffs).toHaveLength(11);
  });

  test("scores at an instant, from the bundle's file alone, the features and margins of training's rows", async () => {
    const run = await runOf();
    const bundle = JSON.parse(JSON.stringify(await run.bundle())) as Bundle;
    const cohort = run.cohort();
    const x = await run.features();
    const margins = await applyModel(bundle.model, x);
    let compared = 0;
    for (const k of someOf(run)) {
      const t = cohort.cutoffs[k]!;
      const scores = await scoreBundle(bundle, {log: run.log}, t);
      expect(scores.onCadence).toBe(true);
      const all = buildCohort(run.log, {
        ...{churn: run.churnRule(), cutoffs: [t], activity: study.activity},
      });
      expect([...scores.customer]).toEqual([...all.customer]);
      const then = applyFeatures(bundle, run.log, all);
      for (const i of cohort.cutoff.keys()) {
        if (cohort.cutoff[i] !== k) continue;
        const row = scores.customer.indexOf(cohort.customer[i]!);
        expect(scores.margins[row]).toBe(margins[i]);
        x.names.forEach((feature, j) => {
          expect(then.values[j * then.rows + row], feature).toBe(x.values[j * x.rows + i]);
        });
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  test("scores the same from the events known before the instant alone, and when the log has grown", async () => {
    const run = await runOf();
    const bundle = await run.bundle();
    for (const k of someOf(run)) {
      const t = run.cohort().cutoffs[k]!;
      const then = logKnownBefore(t);
      const scored = async (log: EventLog) => {
        const {customer, margins} = await scoreBundle(bundle, {log}, t);
        return Array.from(customer, (c, i) => [log.customers[c], margins[i]]);
      };
      const early = await scored(then);
      expect(early.length).toBeGreaterThan(100);
      expect(early).toEqual(await scored(run.log));
    }
  });
});

/** The log of the lines that were known before an instant, as it was then: the day of t not yet over. */
function logKnownBefore(t: Instant): EventLog {
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map(line => line.split(",") as [string, string, string, string, string, string, string])
    .filter(([, , seen]) => Date.parse(seen) < Math.round(t * DAY_MILLISECONDS))
    .toSorted(([, , a], [, , b]) => Date.parse(a) - Date.parse(b))
    .map(([customer, time, seen, id, type, eur, channel]): EventRow => {
      const day = Math.floor(Date.parse(time) / DAY_MILLISECONDS);
      return {
        ...{customer, day, timeOfDay: Date.parse(time) - day * DAY_MILLISECONDS, id, type},
        ...{known: instantOf(0, Date.parse(seen)), attributes: {channel}},
        ...(eur === "" ? {} : {amount: Number(eur)}),
      };
    });
  return eventLogOf(rows, {lastDay: Math.floor(t) - 1});
}
