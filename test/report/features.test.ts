import {beforeAll, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import type {EventRow} from "../../src/data/event-log.ts";
import {eventLogOf} from "../../src/data/event-log.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import {takeRows} from "../../src/features/matrix.ts";
import type {Run} from "../../src/ledger/run.ts";
import {randomOf} from "../../src/random.ts";
import {fifthsTable, lookAheadText, missingText, signalsAlone} from "../../src/report/features.ts";
import {rowsOf} from "../../src/split/rows.ts";
import {rhythmRun, rhythmStudy} from "./rhythm-study.ts";

const SIZES = ["small", "middle", "large"];

/** Most buy once; the larger the size of the basket, the sooner they buy again. */
function log() {
  const random = randomOf(7);
  const rows: EventRow[] = [];
  for (let c = 0; c < 500; c++) {
    const level = Math.floor(3 * random());
    const attributes = {size: SIZES[level]!, colour: ["red", "blue"][c % 2]!};
    let day = dayOf("2024-01-01") + Math.floor(random() * 450);
    do {
      rows.push({customer: `c${c}`, day, type: "purchase", attributes});
      day += 4 + Math.floor((-Math.log(1 - random()) * 60) / (level + 1));
    } while (day < dayOf("2025-06-30") && random() < 0.3 + 0.25 * level);
  }
  return eventLogOf(rows, {lastDay: dayOf("2025-06-29")});
}

const last = {of: "purchase", measure: "last", actionable: false, unit: ""} as const;
const study = rhythmStudy({
  events: {from: "none.csv", customer: "c", time: "t", attributes: ["size", "colour"]},
  models: ["recency", "alive", "logistic"],
  rfm: {recency: "purchase_recency", frequency: "purchase_count", monetary: "purchase_days"},
  features: [
    ...activityFeatures({of: "purchase", amounts: false}),
    {...last, name: "size", title: "Size", against: "size", order: SIZES},
    {...last, name: "colour", title: "Colour", against: "colour"},
  ],
});
let run: Run;
beforeAll(() => {
  run = rhythmRun(study, log());
});
const column = async (name: string) => {
  const x = takeRows(await run.features(), rowsOf(run.split(), "train"));
  const j = x.names.indexOf(name);
  return x.values.slice(j * x.rows, (j + 1) * x.rows);
};
const labels = () => Uint8Array.from(rowsOf(run.split(), "train"), i => run.labels()[i]!);

test("signalsAlone(run) ranks fitted features too, categories by their declared order, and none without", async () => {
  const alone = await signalsAlone(run, {top: 99});
  const names = alone.map(({feature}) => feature);
  expect(names).toEqual(expect.arrayContaining(["p_alive", "p_silent", "rfm_frequency", "size"]));
  expect(names).not.toContain("colour");
  const {levels} = await run.fitted();
  const sizes = (await column("size")).map(code => SIZES.indexOf(levels.size![code]!));
  expect(alone.find(({feature}) => feature === "size")!.value).toBeCloseTo(rocAuc(sizes, labels()), 12);
  expect(alone.find(({feature}) => feature === "p_alive")!.name).toBe(
    "Probability of still being a customer",
  );
});

test("fifthsTable(run, names) has equal values in the lowest fifth that they reach", async () => {
  const [values, y] = [await column("purchase_count"), labels()];
  const ones = [...y].filter((_, i) => values[i] === 1);
  // More than a fifth of the rows have one purchase, the least there is.
  expect(ones.length).toBeGreaterThan(values.length / 5);
  const table = await fifthsTable(run, ["purchase_count", "p_silent", "size"]);
  expect(table.rows.map(([title]) => title)).toEqual([
    "Purchases so far",
    "Probability of no purchase in the horizon",
    "Size",
  ]);
  const [, lowest, second] = table.rows[0]!;
  expect(lowest).toBeCloseTo(ones.reduce((a, b) => a + b, 0) / ones.length, 12);
  expect(second).toBeNull();
  await expect(fifthsTable(run, ["colour"])).rejects.toThrow("requires features with an order, got colour");
});

test("lookAheadText and missingText speak of the fitted features as well", async () => {
  const x = await run.features();
  const text = lookAheadText(study, x).text;
  expect(text).toMatch(new RegExp(`^All ${x.names.length} features`));
  expect(text).toContain("the 3 that rest on a model of buying (p_alive, p_silent, expected_purchases)");
  expect(text).toContain("the 3 RFM scores (rfm_recency, rfm_frequency, rfm_monetary)");
  expect(missingText(study, x).text).toContain(
    'without an event of type "purchase" there is no usual amount',
  );
  const plain = rhythmRun({...study, models: ["recency"], rfm: undefined}, log());
  expect(lookAheadText(plain.study, await plain.features()).text).not.toContain("fitted");
});
