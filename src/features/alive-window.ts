import type {EventLog} from "../data/event-log.ts";
import type {Instant} from "../data/instant.ts";
import {asKnownBefore} from "../data/known.ts";
import {percent, whole} from "../figures.ts";
import type {InactivityChurn} from "../study.ts";
import {churnDays} from "../target/churn.ts";
import type {Warning} from "../target/warnings.ts";
import {type BgNbdParameters, evenSilence, probabilityAlive} from "./bg-nbd.ts";
import {followPurchases, purchaseSummaries} from "./purchases.ts";

/** What the model says of the moments at which a churn definition calls customers with so many purchases churned. */
export type CalledChurned = {
  /** Days with a purchase up to then, the first included; `to` is null without a limit. */
  readonly from: number;
  readonly to: number | null;
  /** How often it calls one churned; who comes back may be called again. */
  readonly called: number;
  /** Median of P(alive) there; NaN when none is called. */
  readonly medianAlive: number;
  /** Share of them more likely alive than not; NaN when none is called. */
  readonly stillAlive: number;
  /** Customers with so many purchases before `asOf`, called churned or not. */
  readonly customers: number;
  /**
   * Median over these customers of the days of silence after the last purchase at which P(alive) is one half; NaN
   * without any. Unlike the others it does not depend on the window.
   */
  readonly evenDays: number;
};

/** Whether an inactivity window agrees with P(alive). */
export type AliveWindow = {
  /** The window of the definition. */
  readonly days: number;
  /** By number of purchases, from two up. */
  readonly groups: readonly CalledChurned[];
  /** All with at least two purchases. */
  readonly repeaters: CalledChurned;
  /** How often customers with a single purchase are called churned; the model knows no leaving before a second. */
  readonly calledAfterOne: number;
  readonly warnings: readonly Warning[];
};

const GROUPS = [
  [2, 2],
  [3, 3],
  [4, 5],
  [6, 9],
  [10, null],
] as const;

/** A window this many times as long as P(alive) takes to fall to one half is longer than it needs to be. */
const FAR_LONGER = 2;

/**
 * Holds an inactivity definition against the BG/NBD model: each time that it calls one of the customers churned, on a
 * day before `asOf`, P(alive) is taken on that day, when silence has just reached the window. Customers with a single
 * purchase are counted apart. The model counts days, so times of day are left aside.
 * @param parameters of times in days. @param customers indices into the log's: those that may be learned from.
 * @throws DataError when the log has no event of the type.
 */
export function checkAliveWindow(
  parameters: BgNbdParameters,
  log: EventLog,
  {churn, customers, asOf}: {churn: InactivityChurn; customers: ArrayLike<number>; asOf: Instant},
): AliveWindow {
  const {timeOfDay: _, ...then} = asKnownBefore(log, asOf);
  const {offsets, day} = churnDays(then, churn);
  const at = followPurchases(then, churn.of);
  const called: Figure[] = [];
  for (const c of Array.from(customers))
    for (let i = offsets[c]!; i < offsets[c + 1]! && day[i]! < asOf; i++) {
      // The churn day is the last of the window's silent days, and the last day seen.
      const summary = at(c, day[i]! + 1)!;
      called.push({purchases: summary.x + 1, value: probabilityAlive(parameters, summary)});
    }
  const even = purchaseSummaries(log, {customers, asOf, of: churn.of}).map(summary => ({
    purchases: summary.x + 1,
    value: evenSilence(parameters, summary),
  }));
  const repeaters = groupOf(2, null, called, even);
  return {
    days: churn.days,
    groups: GROUPS.map(([from, to]) => groupOf(from, to, called, even)),
    repeaters,
    calledAfterOne: called.filter(({purchases}) => purchases === 1).length,
    warnings: windowWarnings(churn.days, repeaters),
  };
}

/** A figure of a customer who bought on so many days. */
type Figure = {readonly purchases: number; readonly value: number};

function groupOf(
  from: number,
  to: number | null,
  called: readonly Figure[],
  even: readonly Figure[],
): CalledChurned {
  const own = (figures: readonly Figure[]) =>
    figures
      .filter(({purchases}) => purchases >= from && (to === null || purchases <= to))
      .map(({value}) => value);
  const [alive, days] = [own(called), own(even)];
  return {
    from,
    to,
    called: alive.length,
    medianAlive: median(alive),
    stillAlive: alive.filter(p => p > 0.5).length / alive.length,
    customers: days.length,
    evenDays: median(days),
  };
}

function windowWarnings(days: number, {called, medianAlive, stillAlive, evenDays}: CalledChurned): Warning[] {
  if (called === 0) return [];
  const even = `${whole(Math.round(evenDays))} days`;
  if (medianAlive > 0.5 && days < evenDays)
    return [
      {
        severity: "warning",
        code: "days-call-alive",
        value: medianAlive,
        message:
          `After ${days} days of silence the typical customer with a second purchase is still alive with a ` +
          `probability of ${percent(medianAlive, 0)}, by the BG/NBD model, and ${percent(stillAlive, 0)} of those called churned are more ` +
          `likely alive than not: a pause counts as churn; P(alive) falls to 50% after about ${even}.`,
      },
    ];
  if (days <= FAR_LONGER * evenDays) return [];
  return [
    {
      severity: "warning",
      code: "days-call-late",
      value: days / evenDays,
      message:
        `Churn after ${days} days of silence is called late: by the BG/NBD model, P(alive) of the typical customer with a ` +
        `second purchase falls to 50% after about ${even}, and is ${percent(medianAlive, 0)} by then; a shorter window ` +
        "leaves more time to act.",
    },
  ];
}

/** The middle value, or the mean of the two; NaN of none. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
