import {expect, test} from "vitest";
import {dayOf} from "../../src/data/calendar.ts";
import type {Campaigns} from "../../src/data/campaigns.ts";
import {type CustomerTables, rowKnownBefore} from "../../src/data/customer-table.ts";
import {AMOUNT_SCALE, type EventLog, type EventRow} from "../../src/data/event-log.ts";
import {auditFeatures} from "../../src/features/audit.ts";
import {activityFeatures} from "../../src/features/defaults.ts";
import {campaignFeatures} from "../../src/features/families.ts";
import type {ComputeFeatures} from "../../src/features/look-ahead.ts";
import {computeFeatures} from "../../src/features/sweep.ts";
import type {Run} from "../../src/ledger/run.ts";
import {randomOf} from "../../src/random.ts";
import {auditSplit} from "../../src/split/audit.ts";
import {requireSound} from "../../src/split/finding.ts";
import {ROLES, rowsOf, type Split} from "../../src/split/rows.ts";
import type {FeatureDeclaration, StudyInput} from "../../src/study.ts";
import {outcomes, purchases, runOf, smallStudy} from "./small-study.ts";

const clean = purchases();
const codesOf = async (run: Run) =>
  (await run.audit()).findings.map(({code, verdict}) => `${code} ${verdict}`);

test("run.audit() of a study without a leak has no error, and no warning but for the few churners", async () => {
  const found = await codesOf(runOf(clean));
  expect(found).toEqual([
    ...[
      "sets-disjoint ok",
      "outcomes-before-test ok",
      "embargo note",
      "set-shares ok",
      "test-positives warning",
    ],
    ...["cutoffs-per-customer note", "duplicate-people ok", "id-tells-target ok", "look-ahead ok"],
    ...["feature-alone ok", "outcome-event ok"],
  ]);
});

/** A split with some rows given another role. */
const tampered = (split: Split, rows: Iterable<number>, role: (typeof ROLES)[number]): Split => {
  const roles = split.role.slice();
  for (const i of rows) roles[i] = ROLES.indexOf(role);
  return {...split, role: roles};
};

const auditOf = (run: Run, split: Split) =>
  requireSound(
    auditSplit(split, run.cohort(), {
      ...run.study.split,
      ...{horizon: run.study.horizon, labels: run.labels(), keys: run.log.customers, churn: run.study.churn},
    }),
  );

test("planted leak 1: a customer in two sets fails the study", () => {
  const run = runOf(clean);
  const {customer} = run.cohort();
  const victim = customer[rowsOf(run.split(), "test")[0]!]!;
  const earlier = [...run.split().role.keys()].filter(
    i => customer[i] === victim && run.split().periods[run.cohort().cutoff[i]!] === "before",
  );
  expect(() => auditOf(run, tampered(run.split(), earlier, "train"))).toThrow(
    "the audit found a leak, sets-disjoint: The test customers have been learnt from: 1 customer in two sets, " +
      `1 customer not in the set that the hash gives ("${run.log.customers[victim]}").`,
  );
});

test("planted leak 2: a label window that reaches into the test fails the study", () => {
  const run = runOf(clean);
  const open = [...run.split().role.keys()].filter(
    i =>
      run.split().periods[run.cohort().cutoff[i]!] === "embargo" &&
      run.split().setOfCustomer[run.cohort().customer[i]!] === 0,
  );
  expect(() => auditOf(run, tampered(run.split(), open, "train"))).toThrow(
    "the audit found a leak, outcomes-before-test: The last outcome day learnt from is 2025-03-01, not before the " +
      "first test cutoff, 2025-02-01.",
  );
});

const looksAhead: Readonly<Record<string, ComputeFeatures>> = {
  "total of all amounts": (log, cohort) => addColumn(log, cohort, c => sumOf(log, c, () => true)),
  "events on the cutoff's own day": (log, cohort) =>
    addColumn(log, cohort, (c, t) => countOf(log, c, day => day <= t)),
  "last day of the log": (log, cohort) => addColumn(log, cohort, () => log.lastDay),
  "attribute of a later event": (log, cohort) =>
    addColumn(log, cohort, c => log.attributes.household!.codes[log.offsets[c + 1]! - 1]!),
};

test.each(Object.keys(looksAhead))(
  "planted leak 3: a feature that looks ahead, the %s, fails the study",
  async what => {
    const rows = clean.map((row, i) => ({...row, attributes: {household: `H${i % 7}`}}));
    const run = runOf(rows);
    const found = auditFeatures(await run.features(), {
      ...{log: run.log, cohort: run.cohort(), split: run.split(), labels: run.labels()},
      ...{churn: run.churnRule(), features: run.study.features, seed: 1, compute: looksAhead[what]!},
    });
    const errors = (await found).filter(({verdict}) => verdict === "error");
    expect(errors.map(({feature}) => feature)).toEqual(["foresight"]);
    expect(() => requireSound({findings: errors})).toThrow(
      /^the audit found a leak, look-ahead: foresight looks ahead: with other events on or after the cutoff it changed \d+ times in [\d\u2009]+ rows, of c\d+ at 2024-06-01 from [\d.-]+ to [\d.-]+; it may read only events before the cutoff\.$/,
    );
  },
);

type Beside = {readonly campaigns: Campaigns; readonly tables: CustomerTables};

/** By customer, contacts and what a table says of calls, some days apart. */
function besideOf({customers}: EventLog): Beside {
  const random = randomOf(5);
  const days = customers.map(() => {
    const own: number[] = [];
    for (let day = dayOf("2024-02-01"); day < dayOf("2025-06-30"); day += 1 + Math.floor(60 * random()))
      own.push(day);
    return own;
  });
  const known = Int32Array.from(days.flat());
  const offsets = new Int32Array(customers.length + 1);
  for (const [c, own] of days.entries()) offsets[c + 1] = offsets[c]! + own.length;
  const rows = known.length;
  return {
    campaigns: {
      customer: Int32Array.from(days.flatMap((own, c) => own.map(() => c))),
      ...{day: known, treated: Uint8Array.from(known, () => Math.round(random())), unknownCustomers: 0},
    },
    tables: {
      crm: {
        ...{columns: ["calls"], rows, offsets, known, unknownCustomers: 0},
        values: Float64Array.from(known, () => Math.floor(9 * random())),
      },
    },
  };
}

const withBeside = smallStudy({
  campaigns: {from: "none.csv", customer: "c", time: "t", arm: "a"},
  tables: {crm: {from: "none.csv", customer: "c", known: "k", columns: ["calls"]}},
  features: [
    ...activityFeatures({of: "purchase"}),
    ...campaignFeatures(),
    {name: "calls", title: "Calls", unit: "calls", of: "table:crm", measure: "latest", column: "calls"},
  ],
});

test("run.audit() passes features of campaigns and tables, whose future it changes too", async () => {
  const {log} = runOf(clean);
  const {findings} = await runOf(clean, withBeside, besideOf(log)).audit();
  expect(findings.find(({code}) => code === "look-ahead")).toMatchObject({
    verdict: "ok",
    message: expect.stringMatching(
      /when the events, contacts, rows of tables on or after the cutoff were moved, changed, dropped and added to\.$/,
    ),
  });
});

/** A value of a customer's contacts and rows of the table, at a cutoff. */
const looksAheadBeside: Readonly<
  Record<string, (beside: Beside, customer: number, cutoff: number) => number>
> = {
  "last row of a table": ({tables}, c) => tables.crm!.values[tables.crm!.offsets[c + 1]! - 1] ?? Number.NaN,
  "row of a table on the cutoff's own day": ({tables}, c, t) =>
    tables.crm!.values[rowKnownBefore(tables.crm!, c, t + 1)] ?? Number.NaN,
  "number of all contacts": ({campaigns}, c) => campaigns.customer.filter(who => who === c).length,
  "contacts on the cutoff's own day": ({campaigns}, c, t) =>
    campaigns.customer.filter((who, i) => who === c && campaigns.day[i]! <= t).length,
  "treatment of a later contact": ({campaigns}, c, t) =>
    campaigns.treated[campaigns.customer.findIndex((who, i) => who === c && campaigns.day[i]! >= t)] ?? -1,
};

test.each(Object.keys(looksAheadBeside))(
  "planted leak 3: a feature that looks ahead beside the events, the %s, fails the study",
  async what => {
    const run = runOf(clean, withBeside, besideOf(runOf(clean).log));
    const compute: ComputeFeatures = (log, cohort, beside) =>
      addColumn(log, cohort, (c, t) => looksAheadBeside[what]!(beside as Beside, c, t));
    const found = auditFeatures(await run.features(), {
      ...{log: run.log, cohort: run.cohort(), split: run.split(), labels: run.labels()},
      ...{churn: run.churnRule(), features: run.study.features, seed: 1, compute, beside: run.beside},
    });
    const errors = (await found).filter(({verdict}) => verdict === "error");
    expect(errors.map(({code, feature}) => [code, feature])).toEqual([["look-ahead", "foresight"]]);
    expect(errors[0]!.message).toMatch(
      /^foresight looks ahead: with other events, contacts, rows of tables on or after the cutoff it changed/,
    );
  },
);

/** The features of a study with one more, computed for a customer and a cutoff. */
function addColumn(
  log: EventLog,
  cohort: Parameters<ComputeFeatures>[1],
  value: (customer: number, cutoff: number) => number,
) {
  const honest = computeFeatures(log, cohort, {features: activityFeatures({of: "purchase"})});
  const more = Float64Array.from(cohort.customer, (c, i) => value(c, cohort.cutoffs[cohort.cutoff[i]!]!));
  return {
    names: [...honest.names, "foresight"],
    rows: honest.rows,
    values: Float64Array.from([...honest.values, ...more]),
  };
}

const entriesOf = ({offsets}: EventLog, c: number) =>
  Array.from({length: offsets[c + 1]! - offsets[c]!}, (_, k) => offsets[c]! + k);
const countOf = (log: EventLog, c: number, when: (day: number) => boolean) =>
  entriesOf(log, c).filter(i => when(log.day[i]!)).length;
const sumOf = (log: EventLog, c: number, when: (day: number) => boolean) =>
  entriesOf(log, c).reduce(
    (sum, i) => sum + (when(log.day[i]!) && !Number.isNaN(log.amount[i]) ? log.amount[i]! : 0),
    0,
  ) / AMOUNT_SCALE;

/** Whoever will stay silent has a note on the day before the cutoff: the label, written back. */
const noted: EventRow[] = [
  ...clean,
  ...outcomes(clean).flatMap(({customer, cutoff, silent}) =>
    silent ? [{customer, day: cutoff - 1, type: "note"}] : [],
  ),
];
const NOTE: FeatureDeclaration = {
  ...{
    name: "notes_7d",
    title: "Notes",
    unit: "notes",
    of: "note",
    measure: "count",
    days: 7,
    actionable: false,
  },
};
const withNote = (audit: StudyInput["audit"] = {}) =>
  smallStudy({features: [...activityFeatures({of: "purchase"}), NOTE], audit});

test("planted leak 4: the label copied into a feature fails the study, unless it is allowed with a reason", async () => {
  await expect(runOf(noted, withNote()).audit()).rejects.toThrow(
    /^the audit found a leak, feature-alone: notes_7d alone tells churners apart with a ROC AUC of 1\.000 \(0\.9\d+ to 1\.000\), and 100\.0% of them have values that nobody else has, on [\d\u2009]+ rows of training: is it known before the cutoff\? To allow it, write \{finding: "feature-alone", feature: "notes_7d", reason: "…"\} into audit\.allow of the study\.$/,
  );
  const allow = [
    {finding: "feature-alone" as const, feature: "notes_7d", reason: "A clerk notes who leaves."},
  ];
  const {findings} = await runOf(noted, withNote({allow})).audit();
  expect(findings.find(({feature}) => feature === "notes_7d")).toMatchObject({
    ...{code: "feature-alone", verdict: "note", allowed: "A clerk notes who leaves."},
    message: expect.stringMatching(/Allowed: A clerk notes who leaves\.$/),
  });
});

test("run.models() and so every card is refused while the audit fails", async () => {
  await expect(runOf(noted, withNote()).models()).rejects.toThrow("the audit found a leak, feature-alone");
});

test("planted leak 5: people under two ids, in two sets, fail the study", async () => {
  const copies = clean
    .filter(({customer}) => Number(customer.slice(1)) % 10 === 0)
    .map(row => ({...row, customer: `${row.customer}-again`}));
  await expect(runOf([...clean, ...copies]).audit()).rejects.toThrow(
    /^the audit found a leak, duplicate-people: One history of five events or more belongs to several customers in 67 cases, \d+ of them across sets, which \d+\.\d% of the test customers share with others: c\d+ \(\w+\) = c\d+-again \(\w+\), .*\. Is each one person under several ids\? To allow it, write \{finding: "duplicate-people", reason: "…"\}/,
  );
  const household = (row: EventRow) => ({
    ...row,
    attributes: {household: row.customer.replace("-again", "")},
  });
  const grouped = smallStudy({split: {salt: "small", testFrom: "2025-02", group: "household"}});
  const {findings} = await runOf([...clean, ...copies].map(household), grouped).audit();
  expect(findings.find(({code}) => code === "duplicate-people")).toMatchObject({verdict: "note"});
});

test("planted leak 6: a target encoded in the ids fails the study", async () => {
  const sums = new Map<string, {silent: number; n: number}>();
  for (const {customer, silent} of outcomes(clean)) {
    const sum = sums.get(customer) ?? {silent: 0, n: 0};
    sums.set(customer, {silent: sum.silent + (silent ? 1 : 0), n: sum.n + 1});
  }
  const sign = (id: string) => ((sums.get(id)?.silent ?? 0) > 0 ? "L" : "K");
  const renamed = (name: (id: string) => string) =>
    clean.map(row => ({...row, customer: name(row.customer)}));
  await expect(runOf(renamed(id => `${sign(id)}${id}`)).audit()).rejects.toThrow(
    /^the audit found a leak, id-tells-target: The (order|first character) of the customer id tells who churns, with a ROC AUC of 0\.[789]/,
  );
  await expect(runOf(renamed(id => `${id}${sign(id)}`)).audit()).rejects.toThrow(
    /id-tells-target: The last character of the customer id tells who churns/,
  );
});

test("an allowance of what was not found is a warning, and one of no finding is refused by name", async () => {
  const allow = [{finding: "feature-alone" as const, feature: "purchase_count", reason: "None."}];
  const twins = {finding: "duplicate-people" as const, reason: "None."};
  const {findings} = await runOf(clean, smallStudy({audit: {allow: [twins, ...allow]}})).audit();
  expect(findings.at(-2)).toMatchObject({code: "allowance", verdict: "warning"});
  expect(findings.at(-1)).toEqual({
    ...{code: "allowance", verdict: "warning"},
    message:
      "audit.allow allows feature-alone of purchase_count, which was not found: take it out, or correct what it names.",
  });
  const unknown = {allow: [{finding: "look-ahead", reason: "None."}]} as unknown as NonNullable<
    StudyInput["audit"]
  >;
  expect(() => smallStudy({audit: unknown})).toThrow("audit.allow.0.finding");
  const silent = {allow: [{finding: "feature-alone"}]} as unknown as NonNullable<StudyInput["audit"]>;
  expect(() => smallStudy({audit: silent})).toThrow("audit.allow.0.reason");
});
