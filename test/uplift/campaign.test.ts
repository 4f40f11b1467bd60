import {expect, it} from "vitest";
import {addSpan} from "../../src/data/calendar.ts";
import {type EventRow, eventLogOf} from "../../src/data/event-log.ts";
import {randomOf} from "../../src/random.ts";
import {effectOfWave} from "../../src/uplift/campaign/effect.ts";
import {FOLLOW_UPS, followUps} from "../../src/uplift/campaign/follow-up.ts";
import {baseOf, campaignSeries, STEPS} from "../../src/uplift/campaign/monitor.ts";
import {nextSteps} from "../../src/uplift/campaign/next-steps.ts";
import {type ExperimentOutcomes, experimentOutcomes} from "../../src/uplift/campaign/outcomes.ts";
import {
  contactsOfType,
  groupsOf,
  type Roster,
  rosterOfDay,
  treatedContacts,
} from "../../src/uplift/campaign/roster.ts";
import {differenceOfProportions, wilsonInterval} from "../../src/uplift/experiment/effect.ts";
import {powerOfProportions} from "../../src/uplift/experiment/power.ts";
import {definitionsOn} from "../target/by-definition.ts";

const FIRST = 9832;
const LAST = FIRST + 150;
const churn = {kind: "contract", start: "join", renew: "renewal", end: "cancel", graceDays: 5} as const;
const horizon = {days: 30};
const GROUP = ["target-treated", "target-control", "random-treated", "untouched"];

function world(seed: number) {
  const random = randomOf(seed);
  const rows: EventRow[] = [];
  for (let c = 0; c < 40; c++) {
    const id = `c${c}`;
    rows.push({customer: id, day: FIRST + Math.floor(random() * 100), type: "join"});
    for (let k = 0; k < 14; k++) {
      const type = ["purchase", "cancel", "join", "mail", "mail", "open", "open"][Math.floor(random() * 7)]!;
      rows.push({customer: id, day: FIRST + Math.floor(random() * 150), type});
    }
  }
  rows.push({customer: "c0", day: LAST, type: "purchase"});
  const log = eventLogOf(rows, {lastDay: LAST});
  // Two whom the log does not have; six of the log whom nobody assigned.
  const customers = [...Array.from({length: 34}, (_, c) => `c${c}`), "nobody", "no one"];
  const group = customers.map(() => GROUP[Math.floor(random() * 4)]!);
  const contact = Uint8Array.from(group, name => (name.endsWith("treated") ? 1 : 0));
  return {rows, log, roster: {customers, group, contact} satisfies Roster};
}

const options = (launch: number) => ({churn, launch, horizon, activity: "purchase"});
/** A launch whose outcomes are all known, one with some days known, one of which nothing is known, and one to come. */
const LAUNCHES = [60, 110, 122, 148, 160].map(d => FIRST + d);

it.each(LAUNCHES)(
  "experimentOutcomes is what the definitions say, customer by customer (launch %i)",
  launch => {
    const definitions = definitionsOn(1);
    const seen = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const {rows, log, roster} = world(seed);
      const end = launch + 30;
      const known = Math.max(0, Math.min(LAST - churn.graceDays + 1, end) - launch);
      const expected = roster.customers.map(id => {
        const own = rows.filter(row => row.customer === id);
        if (own.length === 0) return ["not in the log", -1, -1];
        const active = own.some(row => row.day < launch) && definitions.active(own, churn, launch);
        if (launch <= LAST && !active) return ["not active at the launch", -1, -1];
        const left = definitions.churnDays(own, churn, LAST).filter(day => day >= launch && day < end);
        const after = left.length > 0 && left[0]! < launch + known ? left[0]! - launch : -1;
        return known === 30 ? ["known", left.length > 0 ? 1 : 0, after] : ["not yet known", -1, after];
      });
      const found = experimentOutcomes(log, roster.customers, options(launch));
      expect(found.status.map((status, i) => [status, found.churned[i], found.churnedAfter[i]])).toEqual(
        expected,
      );
      expect([found.knownDays, found.windowDays]).toEqual([known, 30]);
      for (const status of found.status) seen.add(status);
    }
    expect(seen.size).toBeGreaterThan(1);
  },
);

it.each(LAUNCHES)("campaignSeries counts each customer once, from the first event on (launch %i)", launch => {
  let counted = 0;
  for (const seed of [1, 2, 3]) {
    const {rows, log, roster} = world(seed);
    const outcomes = experimentOutcomes(log, roster.customers, options(launch));
    const sent = contactsOfType(log, "mail");
    const series = campaignSeries(log, roster, {
      ...{launch, horizon, sent, outcomes},
      events: {opened: "open", clicked: "click"},
    });
    const days = Math.max(0, Math.min(LAST + 1, launch + 30) - launch);
    expect([series.days, series.windowDays]).toEqual([days, 30]);
    for (const {name, customers, active, counts} of series.groups) {
      const members = [...roster.customers.keys()].filter(i => roster.group[i] === name);
      expect(customers).toBe(members.length);
      expect(active).toBe(
        members.filter(i => outcomes.status[i] === "known" || outcomes.status[i] === "not yet known").length,
      );
      for (const [step, type] of [
        ["sent", "mail"],
        ["opened", "open"],
      ] as const)
        expect([...counts[step]!]).toEqual(
          Array.from(
            {length: days},
            (_, d) =>
              members.filter(i =>
                rows.some(
                  row =>
                    row.customer === roster.customers[i] &&
                    row.type === type &&
                    row.day >= launch &&
                    row.day <= launch + d,
                ),
              ).length,
          ),
        );
      if (counts.churned)
        expect([...counts.churned]).toEqual(
          Array.from(
            {length: outcomes.knownDays},
            (_, d) =>
              members.filter(i => outcomes.churnedAfter[i]! >= 0 && outcomes.churnedAfter[i]! <= d).length,
          ),
        );
      expect(counts.clicked).toBeUndefined();
      counted += counts.sent!.at(-1) ?? 0;
    }
    expect(series.absent.map(({step}) => step)).toEqual(
      outcomes.knownDays > 0 ? ["clicked"] : ["clicked", "churned"],
    );
    expect(series.absent[0]!.why).toBe('the log has no event "click"');
  }
  if (launch <= LAST) expect(counted).toBeGreaterThan(0);
});

it("campaignSeries leaves out what nothing is known of, and says so", () => {
  const {log, roster} = world(1);
  const launch = LAUNCHES[0]!;
  const outcomes = experimentOutcomes(log, roster.customers, options(launch));
  const series = campaignSeries(log, roster, {launch, horizon, events: {}, outcomes});
  expect(series.absent).toEqual([
    {step: "sent", why: "nothing says what was sent"},
    {step: "opened", why: "no event type is named for it"},
    {step: "clicked", why: "no event type is named for it"},
  ]);
  expect(series.groups.map(({name}) => name)).toEqual(GROUP);
  for (const group of series.groups) {
    expect(Object.keys(group.counts)).toEqual(["churned"]);
    expect(STEPS.map(step => baseOf(group, step))).toEqual([
      ...[group.customers, group.customers, group.customers, group.active],
    ]);
  }
});

it.each([1, 2, 3])("followUps finds what was done otherwise than planned, by brute force (seed %i)", seed => {
  const {rows, log, roster} = world(seed);
  const launch = LAUNCHES[1]!;
  const outcomes = experimentOutcomes(log, roster.customers, options(launch));
  const sent = contactsOfType(log, "mail");
  const found = followUps(roster, {launch, horizon, quietDays: 14, sent, outcomes});
  const mails = (id: string, from: number, to: number) =>
    rows.filter(row => row.customer === id && row.type === "mail" && row.day >= from && row.day < to).length;
  const within = (id: string) => mails(id, launch, launch + 30);
  const {customers, contact} = roster;
  const everyone = [...new Set(rows.map(row => row.customer))];
  const expected = {
    "not sent": customers.filter((id, i) => contact[i] === 1 && within(id) === 0),
    "sent without assignment": everyone.filter(id => !customers.includes(id) && within(id) > 0),
    "control contacted": customers.filter((id, i) => contact[i] === 0 && within(id) > 0),
    "sent twice": customers.filter((id, i) => contact[i] === 1 && within(id) > 1),
    "contacted before the launch": customers.filter(id => mails(id, launch - 14, launch) > 0),
    "not in the log": ["nobody", "no one"],
    "not active at the launch": customers.filter((_, i) => outcomes.status[i] === "not active at the launch"),
  };
  expect(Object.fromEntries(found.map(({kind, customers}) => [kind, customers]))).toEqual(
    Object.fromEntries(Object.entries(expected).map(([kind, ids]) => [kind, ids.toSorted()])),
  );
  expect(found.map(({kind}) => kind)).toEqual([...FOLLOW_UPS]);
  for (const {kind, customers} of found) expect([kind, customers!.length > 0]).toEqual([kind, true]);
  const blind = followUps(roster, {launch, horizon, quietDays: 14, outcomes});
  expect(blind.filter(({customers}) => customers === null).map(({kind}) => kind)).toEqual(
    FOLLOW_UPS.slice(0, 5),
  );
});

it("nextSteps goes by the interval: helps, pays, harms, too small, not told", () => {
  const worthwhile = 0.05;
  const arms = {
    // Churned and all of the treated, then of the control.
    pays: [100, 1000, 300, 1000],
    helps: [150, 1000, 200, 1000],
    harms: [300, 1000, 200, 1000],
    small: [195, 10_000, 200, 10_000],
    open: [20, 100, 30, 100],
    rare: [0, 20, 0, 20],
    none: [0, 0, 3, 10],
  };
  const rows: {churned: number; treated: number; segment: number}[] = [];
  Object.values(arms).forEach(([e1, n1, e0, n0], segment) => {
    for (let i = 0; i < n1!; i++) rows.push({churned: i < e1! ? 1 : 0, treated: 1, segment});
    for (let i = 0; i < n0!; i++) rows.push({churned: i < e0! ? 1 : 0, treated: 0, segment});
    rows.push({churned: -1, treated: 1, segment});
  });
  rows.push({churned: 1, treated: 1, segment: -1});
  const names = Object.keys(arms);
  const outcomes = {
    churned: rows.map(row => row.churned),
    treated: rows.map(row => row.treated),
    segment: rows.map(row => row.segment),
    names,
  };
  const steps = nextSteps(outcomes, {worthwhile});
  const level = 1 - 0.05 / names.length;
  steps.forEach((step, k) => {
    const [e1, n1, e0, n0] = Object.values(arms)[k]!;
    expect(step.name).toBe(names[k]);
    expect([step.treated, step.control]).toEqual([
      {events: e1, n: n1},
      {events: e0, n: n0},
    ]);
    if (n1! > 0)
      expect(step.effect).toEqual(
        differenceOfProportions({events: e1!, n: n1!}, {events: e0!, n: n0!}, level),
      );
  });
  expect(steps.map(({next}) => next)).toEqual([
    {do: "continue", pays: true},
    {do: "continue", pays: false},
    {do: "stop", why: "harms"},
    {do: "stop", why: "too small"},
    {do: "test again", each: expect.any(Number)},
    {do: "test again", each: expect.any(Number)},
    {do: "wait"},
  ]);
  // So many customers of each arm find a fall worth its cost, and one fewer do not.
  const each = (k: number) => (steps[k]!.next as {each: number}).each;
  const power = (control: number, controls: number) =>
    powerOfProportions({control, treatment: control - worthwhile, controls, alpha: 0.05 / names.length});
  expect(power(0.3, each(4))).toBeGreaterThanOrEqual(0.8);
  expect(power(0.3, each(4) - 1)).toBeLessThan(0.8);
  const most = wilsonInterval({events: 0, n: 20}, level).high;
  expect(power(most, each(5))).toBeGreaterThanOrEqual(0.8);
  expect(power(most, each(5) - 1)).toBeLessThan(0.8);
});

it("nextSteps never decides by the estimate alone: twice every row may settle what once did not", () => {
  const once = {
    churned: [...Array(40).fill(1), ...Array(160).fill(0), ...Array(60).fill(1), ...Array(140).fill(0)],
    treated: [...Array(200).fill(1), ...Array(200).fill(0)],
    segment: Array(400).fill(0),
    names: ["all"],
  };
  const many = (n: number) => {
    const all = (values: readonly number[]) => Array.from({length: n}, () => values).flat();
    return {...once, churned: all(once.churned), treated: all(once.treated), segment: all(once.segment)};
  };
  const [few, more] = [
    nextSteps(many(1), {worthwhile: 0.02, alpha: 0.01}),
    nextSteps(many(4), {worthwhile: 0.02, alpha: 0.01}),
  ];
  expect(few[0]!.effect!.value).toBe(more[0]!.effect!.value);
  expect([few[0]!.next.do, more[0]!.next.do]).toEqual(["test again", "continue"]);
});

it("nextSteps is seldom wrong where contacts change nothing: no step continues or harms in 19 of 20 worlds", () => {
  const random = randomOf(7);
  let wrong = 0;
  for (let w = 0; w < 200; w++) {
    const n = 600;
    const outcomes = {
      churned: Array.from({length: n}, () => (random() < 0.2 ? 1 : 0)),
      treated: Array.from({length: n}, () => (random() < 0.5 ? 1 : 0)),
      segment: Array.from({length: n}, () => Math.floor(4 * random())),
      names: ["a", "b", "c", "d"],
    };
    const steps = nextSteps(outcomes, {worthwhile: 0.5});
    if (steps.some(({effect}) => effect!.low > 0 || effect!.high < 0)) wrong += 1;
  }
  // 5% of 200 worlds, three standard errors.
  expect(wrong).toBeLessThanOrEqual(10 + 3 * Math.sqrt(200 * 0.05 * 0.95));
  expect(() => nextSteps({churned: [], treated: [], segment: [], names: []}, {worthwhile: 0})).toThrow(
    "nextSteps requires a worthwhile effect",
  );
});

const outcomesOf = (churned: readonly number[]): ExperimentOutcomes => ({
  status: churned.map(y => (y === -1 ? "not yet known" : "known")),
  churned: Int8Array.from(churned),
  churnedAfter: new Int32Array(churned.length),
  knownDays: 30,
  windowDays: 30,
});

function wave(counts: {
  readonly treated: [number, number, number];
  readonly control: [number, number, number];
}) {
  const churned: number[] = [];
  const contact: number[] = [];
  for (const [arm, [events, kept, unknown]] of Object.entries(counts))
    for (const [y, n] of [
      [1, events],
      [0, kept],
      [-1, unknown],
    ] as const)
      for (let i = 0; i < n; i++) {
        churned.push(y);
        contact.push(arm === "treated" ? 1 : 0);
      }
  const roster = {
    customers: churned.map((_, i) => `c${i}`),
    group: contact.map(one => (one === 1 ? "treated" : "control")),
    contact: Uint8Array.from(contact),
  };
  return effectOfWave(roster, outcomesOf(churned), {name: "churned", worthwhile: 0.05});
}

it("effectOfWave reads the arms, says that nobody planned it, and no effect where an arm has lost its customers", () => {
  const fair = wave({treated: [200, 1800, 10], control: [280, 1720, 12]});
  expect(fair.labels).toEqual(["not planned beforehand"]);
  expect(fair.rows![0]).toMatchObject({
    treated: {known: 2000, outcome: {value: 0.1}},
    control: {known: 2000, outcome: {value: 0.14}},
    difference: differenceOfProportions({events: 200, n: 2000}, {events: 280, n: 2000}),
  });
  expect(fair.information).toBe(4000 / 4022);
  expect(wave({treated: [20, 180, 0], control: [28, 172, 0]}).labels).toEqual([
    "not planned beforehand",
    "underpowered",
  ]);
  const lost = wave({treated: [200, 1500, 300], control: [280, 1720, 0]});
  expect(lost.labels).toContain("sample-ratio");
  expect(lost.rows).toBeNull();
  const nobody = wave({treated: [0, 0, 10], control: [0, 0, 10]});
  expect(nobody.rows![0]!.difference).toBeNull();
});

it("rosterOfDay(log, campaigns, day) takes the contacts of the day, groupsOf tells the treated first", () => {
  const {log} = world(1);
  const campaigns = {
    customer: Int32Array.from([3, 1, 2, 2, -1, 5]),
    day: Int32Array.from([50, 50, 50, 50, 50, 51]),
    treated: Uint8Array.from([1, 0, 1, 1, 1, 1]),
    unknownCustomers: 0,
  };
  const roster = rosterOfDay(log, campaigns, 50);
  expect(roster.customers).toEqual([1, 2, 3].map(c => log.customers[c]));
  expect(roster.group).toEqual(["control", "treated", "treated"]);
  expect([...roster.contact]).toEqual([0, 1, 1]);
  expect(groupsOf(roster)).toEqual(["treated", "control"]);
  expect(groupsOf({group: ["untouched", "mine", "target-treated"]})).toEqual([
    "target-treated",
    "untouched",
    "mine",
  ]);
  expect(treatedContacts(log, campaigns)).toEqual({
    customer: [3, 2, 2, 5].map(c => log.customers[c]),
    day: Int32Array.from([50, 50, 50, 51]),
  });
  expect(addSpan(50, horizon)).toBe(80);
});
