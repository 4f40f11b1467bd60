import {describe, expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import type {Campaigns} from "../../src/data/campaigns.ts";
import type {CustomerTable} from "../../src/data/customer-table.ts";
import {reasonText} from "../../src/explain/reasons.ts";
import type {CampaignList} from "../../src/ledger/campaign-stages.ts";
import {planNextExperiment, worthwhileEffect} from "../../src/ledger/next-experiment.ts";
import {scoreBundle} from "../../src/ledger/score.ts";
import {scoreReasons} from "../../src/ledger/score-reasons.ts";
import {randomOf} from "../../src/random.ts";
import {contactParts, nextPage, rehearsalPage, rehearsalText} from "../../src/report/campaign-rehearsal.ts";
import {messageOf} from "../data/event-files.ts";
import {rhythmLog, rhythmRun, rhythmStudy} from "../report/rhythm-study.ts";

const log = rhythmLog(400);
const study = rhythmStudy();
const LAUNCH = log.lastDay + 1;

/** Two campaigns by the toss of a coin: the outcome of the second is not known yet. */
function coins(): Campaigns {
  const random = randomOf(5);
  const n = log.customers.length;
  const days = [dayOf("2024-11-15"), dayOf("2025-06-20")];
  return {
    customer: Int32Array.from({length: 2 * n}, (_, i) => i >> 1),
    day: Int32Array.from({length: 2 * n}, (_, i) => days[i % 2]!),
    treated: Uint8Array.from({length: 2 * n}, () => (random() < 0.5 ? 1 : 0)),
    unknownCustomers: 0,
  };
}

describe("run.campaignList()", () => {
  test("is the list of scores with its reasons, on the last day that the log reaches", async () => {
    const run = rhythmRun(study, log);
    const list = await run.campaignList();
    expect(list.asOf).toBe(dayOf("2025-06-01"));
    const bundle = await run.bundle();
    const scores = await scoreBundle(bundle, {log}, list.asOf);
    const texts = await scoreReasons(bundle, {log}, list.asOf, scores);
    expect(list.customers.length).toBe(scores.customer.length);
    const place = new Map(Array.from(scores.customer, (c, i) => [log.customers[c]!, i]));
    list.customers.forEach((id, i) => {
      const own = place.get(id)!;
      expect(list.probabilities[i]).toBe(scores.probabilities[own]);
      expect(list.reasons[i]!.reasons.map(reasonText)).toEqual(texts[own]);
      expect(log.customers[list.customer[i]!]).toBe(id);
      if (i > 0)
        expect(scores.margins[own]).toBeLessThanOrEqual(scores.margins[place.get(list.customers[i - 1]!)!]!);
    });
    expect(list.contacts).toBe(Math.floor(list.customers.length * study.economics.capacity));
  });
});

/** A list of customers with risks of their own. */
function listOf(n: number, scale: number): CampaignList {
  const random = randomOf(n);
  const probabilities = Float64Array.from({length: n}, () => scale * random())
    .sort()
    .reverse();
  return {
    ...{asOf: LAUNCH, contacts: Math.floor(n / 10), probabilities},
    customer: Int32Array.from({length: n}, (_, i) => i),
    customers: Array.from({length: n}, (_, i) => `c${i}`),
    reasons: Array.from({length: n}, () => ({reasons: [], actions: [], sensitive: []})),
  };
}

describe("planNextExperiment(list, {study, launch})", () => {
  const {economics} = study;

  test("plans the smallest target group that finds an effect worth its cost, and the one at capacity where none does", () => {
    const worthwhile = worthwhileEffect(economics);
    expect(worthwhile).toBeCloseTo((1 + 4) / ((20 + 60 + 120) / 3), 12);
    for (const n of [100, 1500, 20_000]) {
      const {options, plan} = planNextExperiment(listOf(n, 0.8), {study, launch: LAUNCH});
      expect(options.map(({target}) => target)).toEqual([0.1, 0.2, 0.3, 0.5, 1]);
      const enough = options.filter(({plan}) => plan.arms[0]!.enough);
      expect(plan.sharing.target).toBe(enough[0]?.target ?? 0.1);
      for (const {plan} of options) {
        const {control, treatment} = plan.metric;
        expect(control - treatment).toBeCloseTo(worthwhile, 12);
      }
    }
    const few = planNextExperiment(listOf(100, 0.8), {study, launch: LAUNCH}).plan;
    expect(few.arms[0]!.enough).toBe(false);
    expect(planNextExperiment(listOf(20_000, 0.8), {study, launch: LAUNCH}).plan.sharing.target).toBe(0.1);
  });

  test("leaves out who was contacted shortly before, and expects the churn that the scores say", () => {
    const list = listOf(2000, 0.6);
    const contacts = {
      customer: ["c1", "c5", "c9"],
      day: Int32Array.from([LAUNCH - 1, LAUNCH - 30, LAUNCH - 31]),
    };
    const next = planNextExperiment(list, {study, launch: LAUNCH, contacts});
    expect(next.customers).toEqual(list.customers.filter(id => id !== "c1" && id !== "c5"));
    expect(next.plan.population).toMatchObject({customers: 1998, contacted: 2, elsewhere: 0});
    expect([...next.places].map(i => list.customers[i])).toEqual(next.customers);
    const target = next.places.filter((_, i) => next.assignment.group[i]!.startsWith("target"));
    const mean = target.reduce((sum, i) => sum + list.probabilities[i]!, 0) / target.length;
    expect(next.plan.metric.control).toBeCloseTo(mean, 12);
    const {treated, control} = next.plan.arms[0]!;
    expect(treated + control).toBe(target.length);
  });

  test("refuses too few customers, and puts free or dear contacts within reach of a test", () => {
    expect(() => planNextExperiment(listOf(19, 0.5), {study, launch: LAUNCH})).toThrow(
      "planNextExperiment requires 2 customers in the target group, got 19 customers",
    );
    const dear = {...economics, contactCost: 1000};
    const free = {...economics, contactCost: 0, offerCost: 0};
    expect([dear, free].map(worthwhileEffect)).toEqual([0.999, 0.001]);
    expect(() =>
      planNextExperiment(listOf(500, 0), {study: {...study, economics: dear}, launch: LAUNCH}),
    ).not.toThrow();
  });
});

const TABLE: CustomerTable = {
  columns: ["value", "boots", "coat"],
  rows: log.customers.length - 1,
  // The first customer has no row.
  offsets: Int32Array.from({length: log.customers.length + 1}, (_, c) => Math.max(0, c - 1)),
  known: new Int32Array(log.customers.length - 1).fill(LAUNCH - 10),
  values: Float64Array.from({length: 3 * (log.customers.length - 1)}, (_, i) => (i * 31) % 97),
  unknownCustomers: 0,
};

describe("run.contactPlan({presence, table})", () => {
  test("is of those whom the experiment contacts, in the order of the list, with the table's values and offers", async () => {
    const run = rhythmRun(study, log, {tables: {scores: TABLE}});
    const [list, next] = [await run.campaignList(), await run.nextExperiment()];
    const table = {name: "scores", value: "value", offers: ["boots", "coat"]};
    const plan = await run.contactPlan({presence: [], table});
    const contacted = next.customers.filter((_, i) => next.assignment.arm[i] !== "control");
    expect(plan.customers).toEqual(list.customers.filter(id => contacted.includes(id)));
    const rows = TABLE.rows;
    plan.customers.forEach((id, i) => {
      const c = log.customers.indexOf(id);
      const [value, boots, coat] = [0, 1, 2].map(j =>
        c === 0 ? Number.NaN : TABLE.values[j * rows + c - 1]!,
      );
      const risk = list.probabilities[list.customers.indexOf(id)]!;
      expect(plan.policy.assumed[i]).toBe(c === 0 ? 1 : 0);
      if (c > 0) expect(plan.policy.priority[i]).toBe(risk * value!);
      expect(plan.policy.offer[i]).toBe(c === 0 ? null : boots! >= coat! ? "boots" : "coat");
    });
    expect(plan.messages.flatMap(({customers}) => customers).length).toBe(plan.customers.length);
    const {first, last} = plan.window;
    expect([first, last]).toEqual([LAUNCH, LAUNCH + 27]);
    for (const day of plan.days.day) expect(day >= first && day <= last).toBe(true);
    expect(await messageOf(run.contactPlan({presence: [], table: {name: "none"}}))).toBe(
      "DataError: the study has no table none of other scores; name its file under tables",
    );
    expect(await messageOf(run.contactPlan({presence: [], table: {name: "scores", value: "x"}}))).toBe(
      "DataError: tables.scores has no column x, it has value, boots, coat",
    );
  });
});

describe("run.rehearsal()", () => {
  test("reads the last contacts whose outcomes are known, and says that nobody planned it", async () => {
    const run = rhythmRun(study, log, {campaigns: coins()});
    const rehearsal = (await run.rehearsal())!;
    expect(rehearsal.launch).toBe(dayOf("2024-11-15"));
    expect(rehearsal.roster.customers.length).toBe(log.customers.length);
    const {effect, steps, series} = rehearsal;
    const [row] = effect.rows!;
    expect([row!.difference!.low < 0, row!.difference!.high > 0]).toEqual([true, true]);
    const churned = series.groups.map(({counts}) => counts.churned!.at(-1));
    const events = [row!.treated, row!.control].map(({known, outcome}) => Math.round(known * outcome!.value));
    expect(churned).toEqual(events);
    const sum = (of: "events" | "n") =>
      steps.reduce((all, {treated, control}) => all + treated[of] + control[of], 0);
    expect(sum("n")).toBe(row!.treated.known + row!.control.known);
    expect(sum("events")).toBe(events[0]! + events[1]!);
    // A coin changed nothing: no third is told to go on (of 20 coins one would, by luck).
    expect(steps.map(({next}) => next.do)).not.toContain("continue");
    // The highest risk first.
    const rates = steps.map(({control}) => control.events / control.n);
    expect(rates[0]).toBeGreaterThan(rates[2]!);
    expect(rehearsalText(rehearsal).text).toMatch(
      /^Contacts of 2024-11-15\. No effect has been shown\. .* Read it with reservation: not planned beforehand/,
    );
    const snapshot = {digest: "snapshot", lastDay: "2025-06-29"};
    const talk = await run.contactPlan({presence: []});
    const parts = contactParts(talk, {contacts: 10});
    const page = rehearsalPage(rehearsal, parts, {study, snapshot});
    expect(page.sections.map(({id}) => id)).toEqual([
      "plan",
      "series",
      "effect",
      "follow-up",
      "next",
      "messages",
      "days",
    ]);
    const next = nextPage(await run.nextExperiment(), parts, {study, snapshot});
    expect(next.lead).toBe("Nobody has been contacted yet: the launch is on 2025-06-30.");
    expect(JSON.stringify(next)).toContain((await run.nextExperiment()).plan.digest);
  });

  test("is undefined where people chose whom to contact", async () => {
    const campaigns = {from: "none.csv", customer: "c", time: "t", arm: "a", assignment: "chosen"} as const;
    const chosen = rhythmRun(rhythmStudy({campaigns}), log, {campaigns: coins()});
    expect(await chosen.rehearsal()).toBeUndefined();
  });

  test("is undefined without contacts of both arms", async () => {
    expect(await rhythmRun(study, log).rehearsal()).toBeUndefined();
    const {treated, ...rest} = coins();
    const all = {...rest, treated: treated.map(() => 1)};
    expect(await rhythmRun(study, log, {campaigns: all}).rehearsal()).toBeUndefined();
  });
});
