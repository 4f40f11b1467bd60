// The demo shop seen from outside: labels, cohorts and gaps by the definitions, read off the events alone.
import {addSpan, dateOf, dayOf, monthStarts} from "../../src/data/calendar.ts";
import type {Day} from "../../src/data/event-log.ts";
import type {Simulation} from "../../src/data/simulate.ts";

export type Row = {
  customer: string;
  cutoff: string;
  within: boolean;
  inThird: boolean;
  truth: {within: number; inThird: number};
};
export type Entry = {day: Day; type: string};

const GRACE = 14;
const LAST_DAY = dayOf("2026-07-14");
const CUTOFFS = monthStarts("2025-01", "2026-04");

export function byCustomer({events}: Simulation): Map<string, Entry[]> {
  const lives = new Map<string, Entry[]>();
  const days = new Map<string, Day>();
  for (const {customer, time, type} of events) {
    const life = lives.get(customer) ?? [];
    if (life.length === 0) lives.set(customer, life);
    const date = time.slice(0, 10);
    const day = days.get(date) ?? dayOf(date);
    days.set(date, day);
    life.push({day, type});
  }
  return lives;
}

/** Every member at every cutoff with labels from the events; throws where the truth has another cohort. */
export function rowsOf(simulation: Simulation, lives = byCustomer(simulation)): Row[] {
  const truth = new Map(simulation.truth.probability.map(row => [`${row.customer} ${row.cutoff}`, row]));
  const rows: Row[] = [];
  for (const [customer, all] of lives) {
    const life = all.filter(isContract);
    const ends = churnDays(life);
    for (const t of CUTOFFS) {
      const cutoff = dateOf(t);
      const known = truth.get(`${customer} ${cutoff}`);
      if (isActive(life, t) !== (known !== undefined))
        throw new Error(`${customer} at ${cutoff}: member by the events ${isActive(life, t)}`);
      if (known === undefined) continue;
      const first = ends.find(day => day >= t) ?? Number.POSITIVE_INFINITY;
      const within = first < addSpan(t, {months: 3});
      const inThird = within && first >= addSpan(t, {months: 2});
      rows.push({customer, cutoff, within, inThird, truth: known});
    }
  }
  if (rows.length !== truth.size)
    throw new Error(`${truth.size - rows.length} rows of the truth have no member`);
  return rows;
}

const pays = ({type}: Entry): boolean => type === "join" || type === "renewal";
const isContract = (entry: Entry): boolean => pays(entry) || entry.type === "cancel";

/**
 * Ends by cancellation, or by the end of the paid month, that nothing paid on the 14 days after undoes, of those
 * that the log is long enough to know.
 */
export function churnDays(life: readonly Entry[]): Day[] {
  const days: Day[] = [];
  const contract = life.filter(isContract);
  for (const {day} of contract.filter(pays)) {
    const paid = addSpan(day, {months: 1});
    const cancelled = contract.find(e => e.type === "cancel" && e.day > day && e.day <= paid)?.day;
    const renewed = contract.some(e => pays(e) && e.day > day && e.day <= paid);
    if (cancelled === undefined && renewed) continue;
    const end = cancelled ?? paid;
    const undone = contract.some(e => pays(e) && e.day > end && e.day <= end + GRACE);
    if (!undone && end + GRACE <= LAST_DAY) days.push(end);
  }
  return days;
}

/** Joined, not ended since, and paid until `t` or longer, by what happened before `t`. */
function isActive(life: readonly Entry[], t: Day): boolean {
  const last = life.findLast(e => e.day < t && isContract(e));
  return last !== undefined && pays(last) && addSpan(last.day, {months: 1}) >= t;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

export const rate = (flags: readonly boolean[]): number => mean(flags.map(Number));

/** Observed less true outcomes in standard errors, clustered by customer since one churn is in several rows. */
export function calibrationZ(rows: readonly Row[], truthOf = (row: Row) => row.truth.within): number {
  const residuals = new Map<string, number>();
  for (const row of rows) {
    const sum = residuals.get(row.customer) ?? 0;
    residuals.set(row.customer, sum + Number(row.within) - truthOf(row));
  }
  const sums = [...residuals.values()];
  return (mean(sums) * sums.length) / Math.sqrt(sums.reduce((total, r) => total + r * r, 0));
}

/** Probability that a positive scores above a negative, ties counting half: by counting pairs, on a grid. */
export function auc(scores: readonly number[], positive: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let negatives = 0;
  let pairs = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    let [n, p] = [0, 0];
    const score = scores[order[i]!];
    for (; i < order.length && scores[order[i]!] === score; i++) positive[order[i]!] ? p++ : n++;
    pairs += p * (negatives + n / 2);
    negatives += n;
    positives += p;
  }
  return pairs / (positives * negatives);
}

/** Difference in the observed outcome of the campaign, with its standard error and the mean true effect. */
export function campaignReadOut(simulation: Simulation, rows: readonly Row[]) {
  const arms = new Map(simulation.campaigns.map(({customer, arm}) => [customer, arm]));
  const members = rows.filter(({cutoff}) => cutoff === "2025-09-01");
  const outcomes = (arm: string) =>
    members.filter(({customer}) => arms.get(customer) === arm).map(({within}) => within);
  const [treated, control] = [outcomes("treated"), outcomes("control")];
  const variance = (flags: boolean[]) => (rate(flags) * (1 - rate(flags))) / flags.length;
  return {
    members: members.length,
    treated: treated.length,
    control: control.length,
    difference: rate(treated) - rate(control),
    error: Math.sqrt(variance(treated) + variance(control)),
    effect: mean(simulation.truth.effects.map(({effect}) => effect)),
  };
}
