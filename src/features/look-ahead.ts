import {momentText} from "../data/calendar.ts";
import {takeEntries} from "../data/entries.ts";
import {type Day, type EventLog, timesOf} from "../data/event-log.ts";
import {DAY_MILLISECONDS, type Instant, instantOf, timesLike} from "../data/instant.ts";
import {counted} from "../figures.ts";
import {type Random, randomOf} from "../random.ts";
import type {AuditFinding} from "../split/finding.ts";
import type {Cohort} from "../target/cohort.ts";
import type {BesideLog} from "./fitted.ts";
import type {Matrix} from "./matrix.ts";
import {besideOf, noFutureBeside, otherBeside} from "./other-beside.ts";

/** Computes the features of the rows of a cohort, in their order. */
export type ComputeFeatures = (log: EventLog, cohort: Cohort, beside: BesideLog) => Matrix | Promise<Matrix>;

/** Customers that are checked, at most. */
const CUSTOMERS = 500;
/** Cutoffs that are checked: the first number, or where cutoffs are many one in ten, up to the second. */
const CUTOFFS = [4, 24] as const;
/** Days from the cutoff within which the other future lies. */
const AHEAD = 180;

/**
 * Computes features again with another future, and finds those that change: at some of the cutoffs, for some of the
 * customers, the events that happened or became known on or after the cutoff are left out, and moved, changed and
 * added ones put in their place; so are campaign contacts and the rows of the study's own tables.
 * @param compute the computation that the study uses.
 * @param beside what it reads beside the log.
 * @param seed of the sample and of the other future.
 */
export async function checkLookAhead(
  log: EventLog,
  cohort: Cohort,
  compute: ComputeFeatures,
  {seed, beside = {}}: {readonly seed: number; readonly beside?: BesideLog},
): Promise<AuditFinding[]> {
  const random = randomOf(seed);
  const customers = sampleOf(cohort, random);
  const seen = takeEntries(log, new Map([...customers].map(c => [c, entriesOf(log, c)])));
  const seenBeside = besideOf(beside, customers);
  const what = [
    "events",
    ...(beside.campaigns ? ["contacts"] : []),
    ...(beside.tables ? ["rows of tables"] : []),
  ].join(", ");
  const changed = new Map<string, {rows: number; example: string}>();
  let rows = 0;
  const cutoffs = spread(cohort.cutoffs);
  for (const t of cutoffs) {
    const part = atCutoff(cohort, t, customers);
    rows += part.rows;
    const now = await compute(seen, part, seenBeside);
    const others = [
      [otherFuture(seen, t, random), otherBeside(seenBeside, {t, ahead: AHEAD, random})],
      [noFuture(seen, t), noFutureBeside(seenBeside, t)],
    ] as const;
    for (const [other, otherTables] of others)
      compare(now, await compute(other, part, otherTables), (feature, row, was, is) => {
        const example = `of ${log.customers[part.customer[row]!]} at ${momentText(t)} from ${shown(was)} to ${shown(is)}`;
        const known = changed.get(feature);
        if (known) known.rows += 1;
        else changed.set(feature, {rows: 1, example});
      });
  }
  if (changed.size === 0)
    return [
      {
        code: "look-ahead",
        verdict: "ok",
        message:
          `No feature looks ahead: ${counted(rows, "row")} at ${counted(cutoffs.length, "cutoff")} stayed as they ` +
          `were when the ${what} on or after the cutoff were moved, changed, dropped and added to.`,
      },
    ];
  return [...changed].map(([feature, {rows: n, example}]) => ({
    code: "look-ahead",
    verdict: "error",
    feature,
    message:
      `${feature} looks ahead: with other ${what} on or after the cutoff it changed ${n} times in ` +
      `${counted(2 * rows, "row")}, ${example}; it may read only ${what} before the cutoff.`,
  }));
}

const shown = (value: number): string => (Number.isNaN(value) ? "missing" : String(value));

/** The first and the last, and some between. */
function spread(cutoffs: readonly Instant[]): Instant[] {
  const [few, many] = CUTOFFS;
  const n = Math.min(cutoffs.length, many, Math.max(few, Math.ceil(cutoffs.length / 10)));
  return Array.from(
    {length: n},
    (_, k) => cutoffs[n === 1 ? 0 : Math.round((k * (cutoffs.length - 1)) / (n - 1))]!,
  );
}

/** Some customers of the cohort. */
function sampleOf({customer}: Cohort, random: Random): ReadonlySet<number> {
  const all = [...new Set(customer)].sort((a, b) => a - b);
  for (let k = 0; k < Math.min(CUSTOMERS, all.length); k++) {
    const other = k + Math.floor(random() * (all.length - k));
    [all[k], all[other]] = [all[other]!, all[k]!];
  }
  return new Set(all.slice(0, CUSTOMERS).sort((a, b) => a - b));
}

const entriesOf = ({offsets}: EventLog, c: number): number[] =>
  Array.from({length: offsets[c + 1]! - offsets[c]!}, (_, k) => offsets[c]! + k);

/** The rows of some customers at one cutoff, in a cohort of its own. */
function atCutoff(cohort: Cohort, t: Instant, customers: ReadonlySet<number>): Cohort {
  const rows = Int32Array.from(cohort.cutoff.keys()).filter(
    i => cohort.cutoffs[cohort.cutoff[i]!] === t && customers.has(cohort.customer[i]!),
  );
  return {
    cutoffs: [t],
    rows: rows.length,
    customer: rows.map(i => cohort.customer[i]!),
    cutoff: new Int32Array(rows.length),
    recency: rows.map(i => cohort.recency[i]!),
    tenure: rows.map(i => cohort.tenure[i]!),
  };
}

/** Whether an entry had happened and was known before t. */
function isPast(log: EventLog, t: Instant): (i: number) => boolean {
  const {known} = log;
  const time = timesOf(log);
  return i => time[i]! < t && (!known || known[i]! < t);
}

/** The entries of each customer that has some. */
const everybody = (log: EventLog): (readonly [number, number[]])[] =>
  log.customers.flatMap((_, c) =>
    log.offsets[c] === log.offsets[c + 1] ? [] : [[c, entriesOf(log, c)] as const],
  );

/** The log as it was at t. */
function noFuture(log: EventLog, t: Instant): EventLog {
  const before = isPast(log, t);
  const past = everybody(log).map(([c, own]) => [c, own.filter(before)] as const);
  return {...takeEntries(log, new Map(past)), lastDay: Math.ceil(t) - 1};
}

/** An event of the other future: a copy of an entry at another time, perhaps of another type, with another amount. */
type Copy = {
  readonly entry: number;
  readonly day: Day;
  /** Milliseconds from 00:00; 0 in a log of days. */
  readonly timeOfDay: number;
  readonly type: number;
  readonly amount: number;
};

/** The log with what was known before t, and made-up events from t on, the more of them on the cutoff's own day. */
function otherFuture(log: EventLog, t: Instant, random: Random): EventLog {
  const pick = (n: number) => Math.floor(random() * n);
  const today = Math.floor(t);
  const passed = Math.round((t - today) * DAY_MILLISECONDS);
  const invented = (entry: number): Copy => {
    const day = today + (random() < 0.2 ? 0 : pick(AHEAD));
    const from = day === today ? passed : 0;
    return {
      ...{entry, day, timeOfDay: log.timeOfDay ? from + pick(DAY_MILLISECONDS - from) : 0},
      type: random() < 0.5 ? log.type[entry]! : pick(log.types.length),
      amount: random() < 0.2 ? Number.NaN : pick(1_000_000),
    };
  };
  const before = isPast(log, t);
  const plans = everybody(log).map(([c, own]) => {
    const past = own.filter(before);
    const later = own.filter(i => !before(i) && random() < 0.7);
    const more = own.filter(() => random() < 0.2);
    const copies = [...later, ...more].map(invented);
    copies.sort((a, b) => a.day - b.day || a.timeOfDay - b.timeOfDay || a.type - b.type || a.entry - b.entry);
    return {c, past, copies};
  });
  const taken = takeEntries(
    log,
    new Map(plans.map(({c, past, copies}) => [c, [...past, ...copies.map(({entry}) => entry)]])),
  );
  // By entry of the new log, the copy that it is; none for what was known.
  const copies = plans.flatMap(plan => [...plan.past.map(() => undefined), ...plan.copies]);
  const knownOf = (i: number) =>
    copies[i] ? instantOf(copies[i].day, copies[i].timeOfDay) : taken.known![i]!;
  return {
    ...taken,
    day: taken.day.map((day, i) => copies[i]?.day ?? day),
    ...(taken.timeOfDay ? {timeOfDay: taken.timeOfDay.map((ms, i) => copies[i]?.timeOfDay ?? ms)} : {}),
    type: taken.type.map((type, i) => copies[i]?.type ?? type),
    amount: taken.amount.map((amount, i) => copies[i]?.amount ?? amount),
    attributes: Object.fromEntries(
      Object.entries(taken.attributes).map(([name, {codes, values}]) => [
        name,
        {codes: codes.map((code, i) => (copies[i] ? pick(values.length + 1) - 1 : code)), values},
      ]),
    ),
    ...(taken.known ? {known: timesLike(taken.known, copies.length, i => knownOf(i))} : {}),
    lastDay: today + AHEAD,
  };
}

/** Tells of every value that differs; missing equals missing. */
function compare(
  now: Matrix,
  then: Matrix,
  differs: (feature: string, row: number, was: number, is: number) => void,
): void {
  now.names.forEach((name, j) => {
    for (let i = 0; i < now.rows; i++) {
      const [was, is] = [now.values[j * now.rows + i]!, then.values[j * now.rows + i]!];
      if (was !== is && !(Number.isNaN(was) && Number.isNaN(is))) differs(name, i, was, is);
    }
  });
}
