import {addSpan} from "../data/calendar.ts";
import {instant} from "../data/instant.ts";
import {quantileOf} from "../evaluate/quantile.ts";
import type {Matrix} from "../features/matrix.ts";
import {growsWithTime, hasUsual, type Usual} from "./sentences.ts";
import type {Subject} from "./subjects.ts";

/** By feature, the median among the rows of those who stayed; null for a category, and where none is known. */
export type StayerMedians = Readonly<Record<string, number | null>>;

/**
 * Medians of the features over the rows of those who stayed, missing values left out: plain data, equal after JSON.
 * @param y 0 for a row that stayed, one a row of `x`.
 */
export function stayerMedians(x: Matrix, y: ArrayLike<number>): StayerMedians {
  const stayed: number[] = [];
  for (let i = 0; i < x.rows; i++) if (y[i] === 0) stayed.push(i);
  return Object.fromEntries(
    x.names.map((name, j) => {
      const column = x.values.subarray(j * x.rows, (j + 1) * x.rows);
      return [name, x.categories?.[name] ? null : (medianOf(stayed.map(i => column[i]!)) ?? null)];
    }),
  );
}

/** The median of the known values (type 7); undefined when none is. */
export function medianOf(values: readonly number[]): number | undefined {
  const known = Float64Array.from(values.filter(value => !Number.isNaN(value))).sort();
  return known.length === 0 ? undefined : quantileOf(known, 0.5);
}

/** Rows of customers at several cutoffs. */
export type PastRows = {
  readonly x: Matrix;
  /** By row: the customer, and the time of the cutoff. */
  readonly customer: ArrayLike<number>;
  readonly cutoff: ArrayLike<number>;
};

/** Months before a cutoff t that tell what is usual for a customer: those in [t - 6 months, t). */
export const USUAL_MONTHS = 6;

/** Looks up what is usual of a feature for a row; undefined where nothing is known to compare with. */
export type UsualOf = (subject: Subject, row: number) => Usual | undefined;

/**
 * What is usual for the customers of `rows`: the median of the same feature at the customer's own cutoffs in the
 * {@link USUAL_MONTHS} before the row's, or where none is known, and for features that only grow with time, the median among those who stayed.
 * @param rows customer and cutoff of each row that will be asked for; no later or equal cutoff is read.
 */
export function usualOf({
  stayers,
  past,
  rows,
}: {
  readonly stayers: StayerMedians;
  readonly past: PastRows;
  readonly rows: Pick<PastRows, "customer" | "cutoff">;
}): UsualOf {
  const {x} = past;
  const rowsOf = rowsByCustomer(past);
  const place = new Map(x.names.map((name, j) => [name, j]));
  const fallback = usualOfStayers(stayers);
  return (subject, row) => {
    const j = place.get(subject.name);
    if (j === undefined || growsWithTime(subject) || !hasUsual(subject)) return fallback(subject, row);
    const until = rows.cutoff[row]!;
    const from = addSpan(instant(until), {months: -USUAL_MONTHS});
    const own: number[] = [];
    for (const i of rowsOf.get(rows.customer[row]!) ?? [])
      if (past.cutoff[i]! >= from && past.cutoff[i]! < until) own.push(x.values[j * x.rows + i]!);
    const value = medianOf(own);
    return value === undefined ? fallback(subject, row) : {value, whose: "own"};
  };
}

/** What is usual for those who stayed, for everybody. */
export const usualOfStayers =
  (stayers: StayerMedians): UsualOf =>
  subject => {
    const value = stayers[subject.name];
    return value === undefined || value === null ? undefined : {value, whose: "stayers"};
  };

function rowsByCustomer({x, customer}: PastRows): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let i = 0; i < x.rows; i++) {
    const own = rows.get(customer[i]!);
    if (own) own.push(i);
    else rows.set(customer[i]!, [i]);
  }
  return rows;
}
