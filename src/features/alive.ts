import {addSpan, dateOf} from "../data/calendar.ts";
import type {EventLog} from "../data/event-log.ts";
import {daysBetween, type Instant} from "../data/instant.ts";
import {DataError} from "../data-error.ts";
import type {Split} from "../split/rows.ts";
import {SETS} from "../split/sets.ts";
import {MONEY, type Span} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {type BgNbd, expectedPurchases, fitBgNbd, probabilityAlive, probabilitySilent} from "./bg-nbd.ts";
import {type CatalogueEntry, missingShareOf} from "./catalogue.ts";
import {expectedSpend, fitGammaGamma, type GammaGamma} from "./gamma-gamma.ts";
import type {Matrix} from "./matrix.ts";
import {followPurchases, type PurchaseSummary, purchaseSummaries} from "./purchases.ts";

/** Buying until leaving, and what is spent: fitted on a log, times in days. Plain data, equal after JSON. */
export type Alive = {
  /** The event type that is a purchase. */
  readonly of: string;
  /** It was fitted on events before this cutoff. */
  readonly asOf: Instant;
  /** What is expected is expected of the horizon from a cutoff on. */
  readonly horizon: Span;
  readonly buying: BgNbd;
  /** null when no repeat purchase it was fitted on has an amount. */
  readonly spending: GammaGamma | null;
};

/** A column of {@link applyAlive} in business words; actionable is none of them. */
export type AliveFeature = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly meaning: string;
};

/** The columns of {@link applyAlive}, in order; the last two are there when spending was fitted. */
export const ALIVE_FEATURES: readonly AliveFeature[] = [
  {
    name: "p_alive",
    title: "Probability of still being a customer",
    unit: "probability",
    meaning:
      "BG/NBD model: whether the silence so far is a pause, given how often the customer bought before",
  },
  {
    name: "p_silent",
    title: "Probability of no purchase in the horizon",
    unit: "probability",
    meaning: "BG/NBD model: has left already, or is between two purchases all the time",
  },
  {
    name: "expected_purchases",
    title: "Expected days with a purchase in the horizon",
    unit: "days",
    meaning: "BG/NBD model: purchases expected of the customer, the chance of having left included",
  },
  {
    name: "expected_spend",
    title: "Expected amount of a purchase",
    unit: MONEY,
    meaning: "Gamma-Gamma model: the customer's own mean, drawn towards that of all the less is known of it",
  },
  {
    name: "expected_value",
    title: "Expected amount of purchases in the horizon",
    unit: MONEY,
    meaning: "expected days with a purchase times the expected amount of one",
  },
];

/** The column that ranks by the risk of silence. */
export const SILENT_COLUMN = "p_silent";

/**
 * The customers and the day to fit on so that no row that judges has a part in it: the train customers, as of the last
 * cutoff whose outcomes are learnt from. Parameters then rest on events of train customers on days before that cutoff;
 * test, tune and calibrate customers have none in it, and its outcome window and all later days neither. A row of a
 * train customer at an earlier cutoff does read parameters that later days of its own helped to fit, as it does read
 * trees that its own label helped to grow: what is learned from train customers is judged on others alone.
 * @throws RangeError when the split has no cutoff to learn from.
 */
export function aliveTraining(
  {setOfCustomer, periods}: Split,
  {cutoffs}: Cohort,
): {
  customers: Int32Array;
  asOf: Instant;
} {
  const asOf = cutoffs.findLast((_, k) => periods[k] === "before");
  if (asOf === undefined) throw new RangeError("aliveTraining requires a cutoff to learn from, got none");
  const train = SETS.indexOf("train");
  const customers: number[] = [];
  setOfCustomer.forEach((set, c) => {
    if (set === train) customers.push(c);
  });
  return {customers: Int32Array.from(customers), asOf};
}

/**
 * Fits the BG/NBD model on the purchases of the customers, indices into the log's, before `asOf`; and the
 * Gamma-Gamma model where repeat purchases have amounts. All who ever bought belong to the customers, those long gone
 * included: fitted on an active cohort alone, nobody would seem to leave.
 * @throws DataError when the log has no event of the type, or the models do not fit it.
 */
export function fitAlive(
  log: EventLog,
  {customers, asOf, of, horizon}: {customers: ArrayLike<number>; asOf: Instant; of: string; horizon: Span},
): Alive {
  const summaries = purchaseSummaries(log, {customers, asOf, of});
  const attempt = <Fitted>(learn: () => Fitted, remedy: string): Fitted => {
    try {
      return learn();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new DataError(
        `buying of "${of}" before ${dateOf(asOf)} fits no model: ${error.message}; ${remedy}`,
      );
    }
  };
  const buying = attempt(() => fitBgNbd(summaries), 'leave "alive" out of models');
  const spending = summaries.some(({priced}) => priced > 0)
    ? attempt(
        () => fitGammaGamma(summaries.map(spendingOf)),
        'leave "alive" out of models, or the amounts out of events',
      )
    : null;
  return {of, asOf, horizon, buying, spending};
}

const spendingOf = ({priced, meanSpend}: PurchaseSummary) => ({x: priced, meanSpend});

/**
 * What the models say of every cohort row from purchases before its cutoff: the columns of
 * {@link ALIVE_FEATURES}, rows in the order of the cohort. Missing: everything before the first purchase, and an
 * expected amount where the model gives no finite mean.
 * @throws DataError when the log has no event of the type.
 */
export function applyAlive({of, horizon, buying, spending}: Alive, log: EventLog, cohort: Cohort): Matrix {
  const {rows, cutoffs, customer, cutoff} = cohort;
  const at = followPurchases(log, of);
  const names = ALIVE_FEATURES.slice(0, spending ? 5 : 3).map(({name}) => name);
  const values = new Float64Array(rows * names.length).fill(Number.NaN);
  const days = cutoffs.map(t => daysBetween(t, addSpan(t, horizon)));
  // A cohort is ordered by cutoff, so that no customer is asked for going back.
  for (let i = 0; i < rows; i++) {
    const k = cutoff[i]!;
    const summary = at(customer[i]!, cutoffs[k]!);
    if (!summary) continue;
    const purchases = expectedPurchases(buying, summary, days[k]!);
    values[i] = probabilityAlive(buying, summary);
    values[rows + i] = probabilitySilent(buying, summary, days[k]!);
    values[2 * rows + i] = purchases;
    if (!spending || !(spending.p * summary.priced + spending.q > 1)) continue;
    const spend = expectedSpend(spending, spendingOf(summary));
    values[3 * rows + i] = spend;
    values[4 * rows + i] = purchases * spend;
  }
  return {names, rows, values};
}

/** The columns of {@link applyAlive} among those of `x`, in business words, amounts in this currency. */
export function aliveCatalogue(x: Matrix, currency: string = MONEY): CatalogueEntry[] {
  return ALIVE_FEATURES.flatMap(feature => {
    const j = x.names.indexOf(feature.name);
    if (j < 0) return [];
    return [
      {
        ...feature,
        unit: feature.unit === MONEY ? currency : feature.unit,
        family: "buying until leaving" as const,
        window: "all history",
        sources: [],
        missingShare: missingShareOf(x, j),
        ...{actionable: false, sensitive: false, calendar: false},
      },
    ];
  });
}
