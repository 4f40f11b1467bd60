import type {ModelsData} from "../charts/models.ts";
import type {CutoffRole, SetsData} from "../charts/sets.ts";
import {dateOf} from "../data/calendar.ts";
import type {Quadrant, QuadrantJudgement} from "../evaluate/quadrants.ts";
import {briefPercent, whole} from "../figures.ts";
import type {AuditFinding} from "../split/finding.ts";
import type {Split} from "../split/rows.ts";
import {ROLES} from "../split/rows.ts";
import {SETS} from "../split/sets.ts";
import type {Study} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {interval, type List, list, type Table, type Text, text, textColumn} from "./words.ts";

const USE: Readonly<Record<Exclude<(typeof ROLES)[number], "unused">, string>> = {
  train: "Learns",
  tune: "Chooses between models",
  calibrate: "Turns scores into probabilities",
  test: "Judges: customers and months no model has seen",
  later: "Judges again: all other customers in the test months",
};

/**
 * What each part of the split is for, and what is in it; then the rows that no part holds.
 * @param treated by cohort row, 1 where a campaign treated the customer in the outcome window.
 */
export function splitTable(cohort: Cohort, labels: Int8Array, split: Split, treated: Uint8Array): Table {
  const part = (name: string, use: string, own: number[]) => {
    const days = own.map(i => cohort.cutoffs[cohort.cutoff[i]!]!);
    const positives = own.reduce((sum, i) => sum + Math.max(0, labels[i]!), 0);
    return [
      name,
      use,
      new Set(own.map(i => cohort.customer[i]!)).size,
      own.length,
      positives,
      own.length === 0 ? null : positives / own.length,
      own.length === 0 ? null : dateOf(days.reduce((a, b) => Math.min(a, b))).slice(0, 7),
      own.length === 0 ? null : dateOf(days.reduce((a, b) => Math.max(a, b))).slice(0, 7),
    ];
  };
  const roles = ["train", "tune", "calibrate", "test", "later"] as const;
  const all = [...split.role.keys()];
  const unused = all.filter(i => split.role[i] === ROLES.indexOf("unused"));
  const isTest = (i: number) => split.setOfCustomer[cohort.customer[i]!] === SETS.indexOf("test");
  const isBefore = (i: number) => split.periods[cohort.cutoff[i]!] === "before";
  // Whoever would have taught but for the treatment; the others would be left out anyway.
  const meddled = unused.filter(i => treated[i] === 1 && isBefore(i) && !isTest(i) && labels[i] !== -1);
  const treatedOnly = new Set(meddled);
  const rows = [
    ...roles.map(role =>
      part(
        role,
        USE[role],
        all.filter(i => split.role[i] === ROLES.indexOf(role)),
      ),
    ),
    ...(meddled.length > 0
      ? [part("left out: treated", "A campaign treated the customer inside the outcome window", meddled)]
      : []),
    part(
      "left out: time or set",
      "Outcome reaches into the test, is not yet known, or the customer is kept for the test",
      unused.filter(i => !treatedOnly.has(i)),
    ),
  ];
  return {
    kind: "table",
    caption: "The parts of the split; rows are customers at a cutoff",
    columns: [
      textColumn("part", "Part"),
      textColumn("use", "What it is for"),
      {name: "customers", title: "Customers", format: "integer"},
      {name: "rows", title: "Rows", format: "integer"},
      {name: "positives", title: "Positives", format: "integer"},
      {name: "rate", title: "Share", format: "percent", digits: 1},
      textColumn("from", "First month"),
      textColumn("to", "Last month"),
    ],
    rows,
  };
}

/** What becomes of customers whom a campaign treated; undefined in a study without campaigns. */
export function treatedText({campaigns}: Study): Text | undefined {
  if (!campaigns) return undefined;
  return text(
    "Customers whom a past campaign treated inside the outcome window are left out of learning: their outcome is partly the " +
      "campaign's. They stay in the test, where the question is who churns as things are; the table counts them.",
  );
}

/** What the audit found; what is more than information is marked as such. */
export function auditList({findings}: {readonly findings: readonly AuditFinding[]}): List {
  return list(
    findings.map(({verdict, message}) =>
      verdict === "ok" || verdict === "note"
        ? message
        : `${verdict === "error" ? "Error" : "Warning"}: ${message}`,
    ),
  );
}

/** Cutoffs that have a column of their own, at most: more are grouped by month. */
const MOST_COLUMNS = 24;

const ROLE_OF = {before: "train", embargo: "embargo", after: "test"} as const;

/** Sets of customers against cutoffs, or where they are many against months, as the chart of the split takes it. */
export function splitGrid(cohort: Cohort, split: Split, study: Study): SetsData {
  const counts = SETS.map((_, code) =>
    split.setOfCustomer.reduce((sum, set) => sum + (set === code ? 1 : 0), 0),
  );
  const used = new Set<number>();
  split.role.forEach((role, i) => {
    if (role !== ROLES.indexOf("unused")) used.add(cohort.cutoff[i]!);
  });
  const columns = cohort.cutoffs.map((t, k) => {
    const role = ROLE_OF[split.periods[k]!];
    // Whoever is there after the first test cutoff judges, unless nobody's outcome is known.
    return {cutoff: dateOf(t).slice(0, 7), role: role === "test" && !used.has(k) ? ("open" as const) : role};
  });
  const {group} = study.split;
  return {
    sets: SETS.map((name, code) => ({name, share: counts[code]! / split.setOfCustomer.length})),
    ...(columns.length > MOST_COLUMNS ? byMonth(columns) : {cutoffs: columns}),
    testFrom: study.split.testFrom,
    ...(group !== undefined && {group}),
  };
}

/** A column a month, each of the role that most of its cutoffs have, of equals the earlier. */
function byMonth(columns: SetsData["cutoffs"]): Pick<SetsData, "cutoffs" | "merged"> {
  const count = (among: SetsData["cutoffs"], role: CutoffRole) => among.filter(c => c.role === role).length;
  const all = (role: CutoffRole) => count(columns, role);
  return {
    cutoffs: [...Map.groupBy(columns, ({cutoff}) => cutoff).values()].map(own =>
      own.reduce((best, column) => (count(own, column.role) > count(own, best.role) ? column : best)),
    ),
    merged: {train: all("train"), embargo: all("embargo"), test: all("test"), open: all("open")},
  };
}

const QUADRANT: Readonly<Record<Quadrant, {customers: string; time: string; why: string}>> = {
  "known-same": {
    ...{customers: "Known", time: "Same"},
    why: "The rows that it learned from: what it remembers counts as skill",
  },
  "new-same": {
    ...{customers: "New", time: "Same"},
    why: "Without memory of the customers; the months are those it learned from",
  },
  "known-later": {
    ...{customers: "Known", time: "Later"},
    why: "As when it is used on the customers that it learned from",
  },
  "new-later": {
    ...{customers: "New", time: "Later"},
    why: "The headline: neither these customers nor these months",
  },
};

/** How a model does on customers it learned from and on others, at the time it learned from and later. */
export function quadrantTable(quadrants: readonly QuadrantJudgement[], capacity: number): Table {
  return {
    kind: "table",
    caption: "Known customers taught the model, new ones are those of the test set; intervals are 95%",
    columns: [
      textColumn("customers", "Customers"),
      textColumn("time", "Time"),
      {name: "rows", title: "Rows", format: "integer"},
      {name: "positives", title: "Positives", format: "integer"},
      textColumn("auc", "ROC AUC"),
      textColumn("lift", `Lift at ${briefPercent(capacity)}`),
      textColumn("why", "What it shows"),
    ],
    rows: quadrants.map(({quadrant, rows, positives, figures}) => [
      ...[QUADRANT[quadrant].customers, QUADRANT[quadrant].time, rows, positives],
      ...[figures ? interval(figures.auc, 3) : "one class only", figures ? interval(figures.lift, 2) : ""],
      QUADRANT[quadrant].why,
    ]),
  };
}

/** Which quadrants the intervals of their ROC AUC tell apart, and whether they tell any. */
export function quadrantsText(quadrants: readonly QuadrantJudgement[]): Text {
  const known = quadrants.flatMap(({quadrant, rows, figures}) =>
    figures ? [{...figures.auc, rows, quadrant}] : [],
  );
  if (known.length < 2) return text("Too few rows have both classes to compare them.");
  const apart = known.flatMap((a, i) =>
    known
      .slice(i + 1)
      .flatMap(b => (a.low > b.high || b.low > a.high ? [a.value > b.value ? [a, b] : [b, a]] : [])),
  );
  const name = ({quadrant}: (typeof known)[number]) => {
    const {customers, time} = QUADRANT[quadrant];
    return `${customers.toLowerCase()} customers in ${time === "Same" ? "the same" : "later"} months`;
  };
  if (apart.length === 0) {
    const least = Math.min(...known.map(({rows}) => rows));
    return text(
      `The intervals of ROC AUC overlap: with ${whole(least)} rows in the smallest of them, these cannot be told apart.`,
    );
  }
  return text(
    `Told apart by their intervals of ROC AUC: ${apart
      .map(
        ([higher, lower]) =>
          `${name(higher!)}, ${interval(higher!, 3)}, above ${name(lower!)}, ${interval(lower!, 3)}`,
      )
      .join("; ")}.${apart.length < (known.length * (known.length - 1)) / 2 ? " The others overlap." : ""}`,
  );
}

/** The quadrants as `modelsChart` takes them: they are of one model, so that none stands out as in use. */
export function quadrantPoints(quadrants: readonly QuadrantJudgement[]): ModelsData {
  return {
    metric: "ROC AUC of the model in use",
    rows: quadrants.flatMap(({quadrant, figures}) => {
      if (!figures) return [];
      const {customers, time} = QUADRANT[quadrant];
      const {value, low, high} = figures.auc;
      const name = `${customers} customers, ${time.toLowerCase()} months`;
      return [{name, value, low, high, chosen: false}];
    }),
  };
}
