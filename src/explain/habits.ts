import {dayOf} from "../data/calendar.ts";
import type {Campaigns} from "../data/campaigns.ts";
import type {EventLog} from "../data/event-log.ts";
import {COMPARED, knownShop, logOfShop} from "../data/known-shop.ts";
import {type Habits, type Simulation, simulateShop} from "../data/simulate.ts";
import type {BesideLog} from "../features/fitted.ts";
import type {Matrix} from "../features/matrix.ts";
import type {Cohort} from "../target/cohort.ts";

/** What happens to churn, and to what a model says of it, when customers are made to do something more often. */
export type HabitTrial = {
  readonly habit: keyof Habits;
  /** How many times as often as before. */
  readonly factor: number;
  /** Rows, that is customers at cutoffs with a known outcome, as they are and with the habit changed. */
  readonly rows: readonly [number, number];
  /**
   * Rows that are in both: the same customer at the same cutoff. Whoever is in the cohort of one only has nothing to be
   * compared with, so all that follows is of these.
   */
  readonly common: number;
  /** Share of them that churned, before and after; NaN without a common row, as below. */
  readonly churn: readonly [number, number];
  /** Those of them whose outcome is another than before. */
  readonly changed: number;
  /** Mean probability that the model in use gives them, before and after. */
  readonly probability: readonly [number, number];
};

/** How a study makes rows of a log, and what its model says of them. */
export type HabitStudy = {
  readonly cohort: (log: EventLog) => Cohort;
  /** Labels of the study's target: 1, 0, or -1 where not known. */
  readonly labels: (log: EventLog, cohort: Cohort) => Int8Array;
  readonly features: (log: EventLog, cohort: Cohort, beside: BesideLog) => Matrix;
  readonly probabilities: (x: Matrix) => Promise<ArrayLike<number>>;
};

const TRIALS: readonly Habits[] = [{visits: 3}, {tickets: 3}];

/**
 * Tells signals from causes where that can be told: in the simulated shop. The same customers live through the same
 * years with the same luck, but visit, or need support, three times as often. A habit that is a cause of churn changes
 * who churns; one that is only a sign of it changes what the model says and nothing else. A habit may also change who is
 * in the cohort, without a cause in it, so only customers at cutoffs of both lives are compared.
 * @param log events of the study.
 * @returns undefined for any log that is not that of the simulated shop: of real data nobody knows it.
 */
export async function tryHabits(
  log: EventLog,
  study: HabitStudy,
): Promise<readonly HabitTrial[] | undefined> {
  const known = knownShop(log);
  if (!known) return undefined;
  const {customers, seed, first} = known;
  const timed = log.timeOfDay !== undefined;
  const before = await outcomesOf(logOfShop(first, timed), first, study);
  const trials: HabitTrial[] = [];
  for (const habits of TRIALS) {
    const changed = simulateShop({customers, seed, only: COMPARED, habits});
    const after = await outcomesOf(logOfShop(changed, timed), changed, study);
    const [habit, factor] = Object.entries(habits)[0]! as [keyof Habits, number];
    trials.push({
      ...{habit, factor, rows: [before.size, after.size]},
      ...compare(before, after),
    });
  }
  return trials;
}

type Outcome = {readonly label: number; readonly probability: number};

/** Label and probability of each customer at each cutoff where the outcome is known. */
async function outcomesOf(
  log: EventLog,
  shop: Simulation,
  study: HabitStudy,
): Promise<ReadonlyMap<string, Outcome>> {
  const cohort = study.cohort(log);
  const labels = study.labels(log, cohort);
  const x = study.features(log, cohort, {campaigns: contactsOf(shop, log)});
  const probabilities = await study.probabilities(x);
  const found = new Map<string, Outcome>();
  labels.forEach((label, i) => {
    const id = log.customers[cohort.customer[i]!]!;
    if (label >= 0)
      found.set(`${id} ${cohort.cutoffs[cohort.cutoff[i]!]}`, {label, probability: probabilities[i]!});
  });
  return found;
}

function compare(
  before: ReadonlyMap<string, Outcome>,
  after: ReadonlyMap<string, Outcome>,
): Pick<HabitTrial, "common" | "churn" | "changed" | "probability"> {
  const common = [...before].flatMap(([key, one]): (readonly [Outcome, Outcome])[] => {
    const other = after.get(key);
    return other ? [[one, other]] : [];
  });
  const mean = (of: (pair: readonly [Outcome, Outcome]) => number) =>
    common.reduce((sum, pair) => sum + of(pair), 0) / common.length;
  return {
    common: common.length,
    churn: [mean(([one]) => one.label), mean(([, other]) => other.label)],
    changed: common.filter(([one, other]) => one.label !== other.label).length,
    probability: [mean(([one]) => one.probability), mean(([, other]) => other.probability)],
  };
}

function contactsOf({campaigns}: Simulation, {customers}: EventLog): Campaigns {
  const index = new Map(customers.map((id, i) => [id, i]));
  const known = campaigns.filter(({customer}) => index.has(customer));
  return {
    customer: Int32Array.from(known, ({customer}) => index.get(customer)!),
    day: Int32Array.from(known, ({time}) => dayOf(time.slice(0, 10))),
    treated: Uint8Array.from(known, ({arm}) => (arm === "treated" ? 1 : 0)),
    unknownCustomers: 0,
  };
}
