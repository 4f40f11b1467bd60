import {describe, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import type {Bundle} from "../../src/ledger/bundle.ts";
import {scoreBundle} from "../../src/ledger/score.ts";
import {applyCalibration} from "../../src/model/calibration.ts";
import {applyModel} from "../../src/model/model.ts";
import {randomOf} from "../../src/random.ts";
import {regularity} from "../../src/study.ts";
import {rhythmRun, rhythmStudy} from "../report/rhythm-study.ts";

/**
 * Customers who buy at a rate of their own and leave after any purchase with a probability of their own. A tenth of
 * the purchases is known days later, some are corrected weeks later.
 */
function purchases(): EventRow[] {
  const random = randomOf(31);
  const rows: EventRow[] = [];
  for (let c = 0; c < 900; c++) {
    const [gap, leaves, level] = [4 + 30 * random() ** 2, 0.4 * random() ** 2, 5 + 30 * random()];
    let day = dayOf("2024-01-01") + Math.floor(random() * 200);
    for (let stays = true; stays && day < dayOf("2025-06-30"); stays = random() >= leaves) {
      const known = day + (random() < 0.1 ? Math.floor(20 * random()) : 0);
      const amount = level * (0.5 + random());
      const row = {customer: `c${c}`, day, type: "purchase", id: String(rows.length), amount};
      rows.push({...row, known, attributes: {channel: random() < 0.5 ? "web" : "store"}});
      if (random() < 0.05) rows.push({...row, amount: 1, known: known + 1 + Math.floor(40 * random())});
      day += 1 + Math.floor(-Math.log(1 - random()) * gap);
    }
  }
  return rows;
}

const rows = purchases();
const lastDay = dayOf("2025-06-29");
const log = eventLogOf(rows, {lastDay});
const t = dayOf("2025-05-01");
const usual = rhythmStudy().features;
const studies = {
  "the usual features": rhythmStudy({models: ["recency", "logistic"]}),
  "a category, RFM scores and the model of buying": rhythmStudy({
    features: [
      ...usual,
      {name: "channel", title: "Last channel", unit: "", of: "purchase", measure: "last", against: "channel"},
      {name: "amount", title: "Amount", unit: "EUR", of: "purchase", measure: "sum", days: 180},
    ],
    rfm: {recency: "purchase_recency", frequency: "purchase_count_180d", monetary: "amount"},
    models: ["alive", "logistic"],
  }),
  "regularity churn": rhythmStudy({churn: regularity({of: "purchase"})}),
};

describe.each(Object.entries(studies))("scoreBundle(bundle, log, t) with %s", (_, study) => {
  const run = rhythmRun(study, log);
  const bundleOf = async () => JSON.parse(JSON.stringify(await run.bundle())) as Bundle;

  test("says of training's rows what the run said of them, from the bundle's file alone", async () => {
    const bundle = await bundleOf();
    const {cohort, features} = {cohort: run.cohort(), features: await run.features()};
    const margins = await applyModel(bundle.model, features);
    const k = 8;
    const {
      customer,
      margins: found,
      probabilities,
      onCadence,
    } = await scoreBundle(bundle, {log}, cohort.cutoffs[k]!);
    const own = [...cohort.cutoff.keys()].filter(i => cohort.cutoff[i] === k);
    expect(own.length).toBeGreaterThan(100);
    expect([...customer]).toEqual(own.map(i => cohort.customer[i]));
    expect([...found]).toEqual(own.map(i => margins[i]));
    expect(probabilities).toEqual(applyCalibration(bundle.calibration, found));
    expect(onCadence).toBe(true);
  });

  test("says the same of a day when it is asked then and when the log has grown", async () => {
    const bundle = await bundleOf();
    const then = eventLogOf(
      rows.filter(({day, known = day}) => known < t),
      {lastDay: t - 1},
    );
    const [early, late] = [await scoreBundle(bundle, {log: then}, t), await scoreBundle(bundle, {log}, t)];
    const byId = ({customers}: typeof log, {customer, margins, probabilities}: typeof early) =>
      Array.from(customer, (c, i) => [customers[c], margins[i], probabilities[i]]);
    expect(early.customer.length).toBeGreaterThan(100);
    expect(byId(log, late)).toEqual(byId(then, early));
    expect(then.customers.length).toBeLessThanOrEqual(log.customers.length);
  });
});

test("scoreBundle(bundle, log, t) refuses a day that the log has not reached", async () => {
  const bundle = await rhythmRun(studies["the usual features"], log).bundle();
  await expect(scoreBundle(bundle, {log}, dayOf("2025-07-01"))).rejects.toThrow(
    "requires the events of all days before 2025-07-01, got them until 2025-06-29",
  );
});

test("scoreBundle(bundle, log of days, an instant) says that it takes times of day", async () => {
  const bundle = await rhythmRun(studies["the usual features"], log).bundle();
  await expect(scoreBundle(bundle, {log}, t + 0.25, {offCadence: true})).rejects.toThrow(
    "scoreBundle requires times of day to ask at 2025-05-01 06:00 UTC, and the log knows days only",
  );
});

test("scoreBundle(bundle, log, t) off cadence needs leave, and marks its answer", async () => {
  const bundle = await rhythmRun(studies["the usual features"], log).bundle();
  await expect(scoreBundle(bundle, {log}, t + 10)).rejects.toThrow("2025-05-11 is none");
  expect((await scoreBundle(bundle, {log}, t + 10, {offCadence: true})).onCadence).toBe(false);
});
