import {dateOf} from "../data/calendar.ts";
import {takeEntries} from "../data/entries.ts";
import type {Day, EventLog} from "../data/event-log.ts";
import {counted} from "../figures.ts";
import {type Random, randomOf} from "../random.ts";
import type {AuditFinding} from "../split/finding.ts";
import type {Cohort} from "../target/cohort.ts";
import type {Matrix} from "./matrix.ts";

/** Computes the features of the rows of a cohort, in their order. */
export type ComputeFeatures = (log: EventLog, cohort: Cohort) => Matrix | Promise<Matrix>;

/** Cutoffs and customers that are checked, at most. */
const CUTOFFS = 4;
const CUSTOMERS = 500;
/** Days from the cutoff within which the other future lies. */
const AHEAD = 180;

/**
 * Computes features again with another future, and finds those that change: at some of the cutoffs, for some of the
 * customers, the events on or after the cutoff are moved, changed, dropped and added to, and then all left out.
 * @param compute the computation that the study uses, whatever it reads beside the log.
 * @param seed of the sample and of the other future.
 */
export async function checkLookAhead(
  log: EventLog,
  cohort: Cohort,
  compute: ComputeFeatures,
  {seed}: {readonly seed: number},
): Promise<AuditFinding[]> {
  const random = randomOf(seed);
  const customers = sampleOf(cohort, random);
  const seen = takeEntries(log, customers, ownEntries(log, customers));
  const changed = new Map<string, {rows: number; example: string}>();
  let rows = 0;
  const cutoffs = spread(cohort.cutoffs);
  for (const t of cutoffs) {
    const part = atCutoff(cohort, t, customers);
    rows += part.rows;
    const now = await compute(seen, part);
    for (const other of [otherFuture(seen, t, random), noFuture(seen, t)])
      compare(now, await compute(other, part), (feature, row, was, is) => {
        const example = `of ${seen.customers[part.customer[row]!]} at ${dateOf(t)} from ${shown(was)} to ${shown(is)}`;
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
          "were when the events on or after the cutoff were moved, changed, dropped and added to.",
      },
    ];
  return [...changed].map(([feature, {rows: n, example}]) => ({
    code: "look-ahead",
    verdict: "error",
    feature,
    message:
      `${feature} looks ahead: with other events on or after the cutoff it changed ${n} times in ` +
      `${counted(2 * rows, "row")}, ${example}; it may read only events before the cutoff.`,
  }));
}

const shown = (value: number): string => (Number.isNaN(value) ? "missing" : String(value));

/** The first and the last, and some between. */
function spread(cutoffs: readonly Day[]): Day[] {
  const n = Math.min(CUTOFFS, cutoffs.length);
  return Array.from(
    {length: n},
    (_, k) => cutoffs[n === 1 ? 0 : Math.round((k * (cutoffs.length - 1)) / (n - 1))]!,
  );
}

/** Some customers of the cohort, ascending. */
function sampleOf({customer}: Cohort, random: Random): number[] {
  const all = [...new Set(customer)].sort((a, b) => a - b);
  for (let k = 0; k < Math.min(CUSTOMERS, all.length); k++) {
    const other = k + Math.floor(random() * (all.length - k));
    [all[k], all[other]] = [all[other]!, all[k]!];
  }
  return all.slice(0, CUSTOMERS).sort((a, b) => a - b);
}

const ownEntries = ({offsets}: EventLog, customers: readonly number[]): number[][] =>
  customers.map(c => Array.from({length: offsets[c + 1]! - offsets[c]!}, (_, k) => offsets[c]! + k));

/** The rows of some customers at one cutoff, in a cohort of its own. */
function atCutoff(cohort: Cohort, t: Day, customers: readonly number[]): Cohort {
  const place = new Map(customers.map((c, k) => [c, k]));
  const rows = [...cohort.cutoff.keys()].filter(
    i => cohort.cutoffs[cohort.cutoff[i]!] === t && place.has(cohort.customer[i]!),
  );
  return {
    cutoffs: [t],
    rows: rows.length,
    customer: Int32Array.from(rows, i => place.get(cohort.customer[i]!)!),
    cutoff: new Int32Array(rows.length),
    recency: Int32Array.from(rows, i => cohort.recency[i]!),
    tenure: Int32Array.from(rows, i => cohort.tenure[i]!),
  };
}

/** The log as it was when t began. */
function noFuture(log: EventLog, t: Day): EventLog {
  const customers = [...log.customers.keys()];
  const past = ownEntries(log, customers).map(own => own.filter(i => log.day[i]! < t));
  return {...takeEntries(log, customers, past), lastDay: t - 1};
}

/** An event of the other future: a copy of an entry on another day, perhaps of another type, with another amount. */
type Copy = {readonly entry: number; readonly day: Day; readonly type: number; readonly amount: number};

/** The log with the events before t, and made-up ones from t on, the more of them on the cutoff's own day. */
function otherFuture(log: EventLog, t: Day, random: Random): EventLog {
  const customers = [...log.customers.keys()];
  const pick = (n: number) => Math.floor(random() * n);
  const invented = (entry: number): Copy => ({
    entry,
    day: random() < 0.2 ? t : t + pick(AHEAD),
    type: random() < 0.5 ? log.type[entry]! : pick(log.types.length),
    amount: random() < 0.2 ? Number.NaN : pick(1_000_000),
  });
  const plans = ownEntries(log, customers).map(own => {
    const past = own.filter(i => log.day[i]! < t);
    const later = own.filter(i => log.day[i]! >= t && random() < 0.7);
    const more = own.filter(() => random() < 0.2);
    const copies = [...later, ...more]
      .map(invented)
      .sort((a, b) => a.day - b.day || a.type - b.type || a.entry - b.entry);
    return [
      ...past.map((i): Copy => ({entry: i, day: log.day[i]!, type: log.type[i]!, amount: log.amount[i]!})),
      ...copies,
    ];
  });
  const taken = takeEntries(
    log,
    customers,
    plans.map(plan => plan.map(({entry}) => entry)),
  );
  const all = plans.flat();
  const known = taken.known?.map((day, i) => day + all[i]!.day - taken.day[i]!);
  return {
    ...taken,
    day: Int32Array.from(all, copy => copy.day),
    type: Uint8Array.from(all, copy => copy.type),
    amount: Float64Array.from(all, copy => copy.amount),
    attributes: Object.fromEntries(
      Object.entries(taken.attributes).map(([name, {codes, values}]) => [
        name,
        {codes: codes.map((code, i) => (all[i]!.day < t ? code : pick(values.length + 1) - 1)), values},
      ]),
    ),
    ...(known ? {known} : {}),
    lastDay: t + AHEAD,
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
