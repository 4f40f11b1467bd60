import {takeRows} from "../../features/matrix.ts";
import {randomOf} from "../../random.ts";
import {type Balance, balanceOf} from "../balance.ts";
import type {Trial} from "../trial.ts";
import {aipwEffect} from "./doubly-robust.ts";
import {matchEffect, matchPairs} from "./matching.ts";
import {intervalAround, type ObservedEffect} from "./observed-effect.ts";
import {keptRows, type Overlap, overlapOf} from "./overlap.ts";
import {type PositivityGap, positivityGaps} from "./positivity.ts";
import {regressionEffect} from "./regression-effect.ts";
import {eValue, eValueOfBound, ratioOfStandardised} from "./sensitivity.ts";
import {type PairSensitivity, pairSensitivity} from "./signed-rank.ts";
import {fitTargeting, type ObservedContacts, type Targeting, type TargetingOptions} from "./targeting.ts";
import {ipwEffect, naiveEffect, subclassEffect} from "./weighting.ts";

/** An effect with the balance that its weights reach; null where it has no weights. */
export type JudgedEffect = {readonly effect: ObservedEffect; readonly balance: readonly Balance[] | null};

/** What data without an experiment say about an effect, and how far that goes. */
export type ObservationalStudy = {
  readonly overlap: {readonly linear: Overlap; readonly boost: Overlap};
  readonly before: readonly Balance[];
  /** The plain difference first; a method that the arms leave nothing to go by is not there. */
  readonly effects: readonly JudgedEffect[];
  /** The doubly robust effect on the treated, cross-fitted with linear models: the one that is told. */
  readonly headline: JudgedEffect;
  /** Doubly robust effect of a contact that never was, drawn among the control: should be 0. */
  readonly placebo: ObservedEffect;
  /** Of the contact on an outcome before it, where one is given: should be 0. */
  readonly negativeControl: ObservedEffect | null;
  /** Parts of single features in which one arm is absent. */
  readonly gaps: readonly PositivityGap[];
  /** What the matches within the caliper withstand. */
  readonly pairs: PairSensitivity;
  /** E-values of the headline effect and of the end of its interval nearer to no effect. */
  readonly eValue: {readonly estimate: number; readonly bound: number};
};

export type ObservationalOptions = {
  readonly seed: number;
  readonly folds?: number;
  /**
   * The customers of the contacts that were known before an earlier period, with what was known before it and an outcome
   * in it, which the contact cannot have changed. What lies in the period must be no covariate: it would answer for it.
   */
  readonly earlier?: ObservedContacts;
};

/** Distance of matches in standard deviations of the log-odds (Austin 2011). */
const CALIPER = 0.2;

/**
 * Estimates the effect of a treatment that was not drawn by lot in all ways, with what speaks against believing it.
 * @throws RangeError as the estimators do, such as when an arm is nearly empty.
 */
export async function studyContacts(
  contacts: ObservedContacts,
  {seed, folds = 5, earlier}: ObservationalOptions,
): Promise<ObservationalStudy> {
  const options: TargetingOptions = {learner: "linear", folds, seed};
  const linear = await fitTargeting(contacts, options);
  const boost = await fitTargeting(contacts, {...options, learner: "boost"});
  const whole = await fitTargeting(contacts, {...options, folds: 1});
  const {x, treated} = contacts;
  const [trial, boosted] = [trialOf(contacts, linear), trialOf(contacts, boost)];
  const judged = (effect: ObservedEffect, method = effect.method): JudgedEffect => ({
    effect: {...effect, method},
    balance: effect.weights ? balanceOf(x, treated, effect.weights) : null,
  });
  const headline = judged(aipwEffect(trial, linear.outcomes, {estimand: "ATT"}));
  const trimmed = await trimmedEffect(contacts, linear, options);
  return {
    overlap: {linear: overlapOf(trial), boost: overlapOf(boosted)},
    before: balanceOf(x, treated),
    effects: [
      judged(naiveEffect(trial)),
      ...possible(() => judged(regressionEffect(trial, x))),
      ...possible(() => judged(matchEffect(trial))),
      ...possible(() => judged(matchEffect(trial, {caliper: CALIPER}))),
      ...possible(() => judged(subclassEffect(trial))),
      judged(ipwEffect(trial, {estimand: "ATT"})),
      judged(ipwEffect(trial, {estimand: "ATE"})),
      headline,
      judged(aipwEffect(trial, linear.outcomes, {estimand: "ATE"})),
      judged(
        aipwEffect(trialOf(contacts, whole), whole.outcomes, {estimand: "ATT"}),
        "Doubly robust, ATT, one fit",
      ),
      judged(aipwEffect(boosted, boost.outcomes, {estimand: "ATT"}), "Doubly robust, ATT, trees"),
      ...(trimmed ? [{effect: trimmed, balance: null}] : []),
    ],
    headline,
    placebo: await placeboEffect(contacts, linear, options),
    negativeControl: earlier ? await doublyRobust(earlier, options, "An outcome before the contact") : null,
    gaps: positivityGaps(x, treated),
    pairs: pairSensitivity(trial, matchPairs(trial, {caliper: CALIPER})),
    eValue: eValuesOf(headline.effect, contacts),
  };
}

/** The effect, or none where the arms are so far apart that the method has nothing to go by. */
function possible(effect: () => JudgedEffect): JudgedEffect[] {
  try {
    return [effect()];
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

const trialOf = ({outcome, treated, customer}: ObservedContacts, {propensity}: Targeting): Trial => ({
  outcome,
  treated,
  customer,
  propensity,
});

async function doublyRobust(
  contacts: ObservedContacts,
  options: TargetingOptions,
  method: string,
  estimand: "ATT" | "ATE" = "ATT",
): Promise<ObservedEffect> {
  const fitted = await fitTargeting(contacts, options);
  return {...aipwEffect(trialOf(contacts, fitted), fitted.outcomes, {estimand}), method};
}

const rowsOf = (
  {x, outcome, treated, customer, ids}: ObservedContacts,
  rows: readonly number[],
): ObservedContacts => ({
  x: takeRows(x, rows),
  outcome: Float64Array.from(rows, i => outcome[i]!),
  treated: Uint8Array.from(rows, i => treated[i]!),
  customer: Int32Array.from(rows, i => customer[i]!),
  ids,
});

/** Enough of each arm that folds can be made of it. */
const FEW = 20;

async function trimmedEffect(
  contacts: ObservedContacts,
  {propensity}: Targeting,
  options: TargetingOptions,
): Promise<ObservedEffect | null> {
  const kept = rowsOf(contacts, keptRows(propensity));
  const ones = kept.treated.reduce((sum, t) => sum + t, 0);
  if (ones < FEW || kept.treated.length - ones < FEW) return null;
  return doublyRobust(kept, options, "Doubly robust, ATE, trimmed", "ATE");
}

/** Contacts that never were; one draw alone looks like an effect by luck too often to judge by. */
const PLACEBOS = 20;

/**
 * Control rows alone, each given the contact with the probability with which it might have been contacted: the mean effect
 * of several draws, with the mean error of one draw, which is on the safe side.
 */
async function placeboEffect(
  contacts: ObservedContacts,
  {propensity}: Targeting,
  options: TargetingOptions,
): Promise<ObservedEffect> {
  const control = [...contacts.treated.keys()].filter(i => contacts.treated[i] === 0);
  const rows = rowsOf(contacts, control);
  const found: ObservedEffect[] = [];
  for (let draw = 1; draw <= PLACEBOS; draw++) {
    const random = randomOf(options.seed, draw);
    const treated = Uint8Array.from(control, i => (random() < propensity[i]! ? 1 : 0));
    found.push(await doublyRobust({...rows, treated}, options, "A contact that never was"));
  }
  const mean = (of: (effect: ObservedEffect) => number) =>
    found.reduce((sum, effect) => sum + of(effect), 0) / PLACEBOS;
  const [estimate, se] = [mean(one => one.estimate), mean(one => one.se)];
  return {
    ...found[0]!,
    formula: `mean of ${PLACEBOS} draws of the contact among the control, error of one draw; ${found[0]!.formula}`,
    estimate,
    se,
    ...intervalAround(estimate, se, found[0]!.level),
  };
}

/**
 * Of an outcome that is 0 or 1 the risk ratio is that of the rarer of outcome and its absence among the treated, who serve
 * as their own control less the effect; of an amount it is that of the standardised effect.
 */
export function eValuesOf(
  {estimate, low, high, se}: Pick<ObservedEffect, "estimate" | "low" | "high" | "se">,
  {outcome, treated}: Pick<ObservedContacts, "outcome" | "treated">,
): ObservationalStudy["eValue"] {
  const of = outcome.filter((_, i) => treated[i] === 1);
  const mean = of.reduce((sum, y) => sum + y, 0) / of.length;
  if (!outcome.every(y => y === 0 || y === 1)) {
    const all = outcome.reduce((sum, y) => sum + y, 0) / outcome.length;
    const deviation = Math.sqrt(outcome.reduce((sum, y) => sum + (y - all) ** 2, 0) / (outcome.length - 1));
    const found = ratioOfStandardised(estimate / deviation, se / deviation);
    return {estimate: eValue(found.ratio), bound: eValueOfBound(found)};
  }
  const share = mean > 0.5 ? 1 - mean : mean;
  const sign = mean > 0.5 ? -1 : 1;
  // A share of none is held just above it, so that a ratio exists.
  const ratio = (effect: number) =>
    Math.max(share, 1e-6) / Math.min(Math.max(share - sign * effect, 1e-6), 1);
  const ends = [ratio(low), ratio(high)].sort((a, b) => a - b);
  return {
    estimate: eValue(ratio(estimate)),
    bound: eValueOfBound({low: ends[0]!, high: ends[1]!}),
  };
}
