import type {Day} from "./event-log.ts";
import {CAMPAIGN_DAY, HORIZON_MONTHS, MONTHS, monthOf} from "./simulate-calendar.ts";
import {
  hazard,
  moveInto,
  type Person,
  REMINDERS,
  STATES,
  type Standing,
  UNDONE,
} from "./simulate-interest.ts";
import {isMember, paidUntilOf} from "./simulate-membership.ts";

/**
 * Exact probabilities that the first churn day falls into each of the months of the horizon, given the standing
 * before it: the chain is followed through every way that renewals, undone ends and the coin of the campaign go.
 * @param from first month of the horizon, as an index; `standing.month` is the month before it.
 */
export function churnByMonth(person: Person, {state, ...standing}: Standing, from: number): Float64Array {
  const out = new Float64Array(HORIZON_MONTHS);
  const weights = new Float64Array(STATES);
  weights[state] = 1;
  follow(person, {...standing, weights}, from, out);
  return out;
}

/** A standing of which the state is not known: weights[s] is the probability to be here in state s. */
type Branch = Omit<Standing, "state"> & {readonly weights: Float64Array};

function follow(person: Person, branch: Branch, from: number, out: Float64Array): void {
  const {paidOn, paidUntil, since, arm} = branch;
  if (paidUntil >= MONTHS[from + HORIZON_MONTHS]!) return;
  if (arm === "open" && isMember(paidOn, CAMPAIGN_DAY)) {
    const weights = branch.weights.map(weight => weight / 2);
    follow(person, {...branch, arm: "control", weights}, from, out);
    follow(person, {...branch, arm: "treated", weights}, from, out);
    return;
  }
  const month = monthOf(paidUntil);
  const weights = movedTo(month, person, branch);
  const undone = new Float64Array(STATES);
  for (let state = 0; state < STATES; state++) {
    const leaving = weights[state]! * hazard(state, month, since, person, arm);
    out[month - from]! += leaving * (1 - UNDONE);
    undone[state] = (leaving * UNDONE) / REMINDERS.length;
    weights[state]! -= leaving;
  }
  const pay = (day: Day, here: Float64Array): void =>
    follow(person, {month, paidOn: day, paidUntil: paidUntilOf(day), since, arm, weights: here}, from, out);
  pay(paidUntil, weights);
  for (const wait of REMINDERS) pay(paidUntil + wait, undone);
}

/** The weights in a later month, in a new array. */
function movedTo(month: number, person: Person, {month: start, weights, arm}: Branch): Float64Array {
  const chances = new Float64Array(STATES);
  let here = Float64Array.from(weights);
  for (let m = start + 1; m <= month; m++) {
    const next = new Float64Array(STATES);
    for (let from = 0; from < STATES; from++) {
      if (here[from] === 0) continue;
      moveInto(m, from, person, arm, chances);
      for (let to = 0; to < STATES; to++) next[to]! += here[from]! * chances[to]!;
    }
    here = next;
  }
  return here;
}
