import {addSpan} from "../data/calendar.ts";
import type {Instant} from "../data/instant.ts";
import {applyReasons} from "../explain/basis.ts";
import {type CustomerReasons, reasonText} from "../explain/reasons.ts";
import {USUAL_MONTHS} from "../explain/usual.ts";
import {applyFeatures} from "../features/fitted.ts";
import {takeRows} from "../features/matrix.ts";
import {buildCohort} from "../target/cohort.ts";
import {ruleOf} from "../target/rule.ts";
import type {Bundle} from "./bundle.ts";
import type {ScoreInputs, Scores} from "./score.ts";

/** Reasons of each customer, at most. */
export const MOST_REASONS = 3;

/**
 * The largest reasons of scores, in words: of each customer up to {@link MOST_REASONS} texts, in the order of the
 * scores. What is usual for a customer is told by the customer's own last {@link USUAL_MONTHS} months, on the day of t in each, and where there are none by those
 * who stayed in training. Reasons are associations, no causes, and none is of a sensitive feature.
 * @throws the errors of `scoreBundle`.
 */
export async function scoreReasons(
  bundle: Bundle,
  inputs: ScoreInputs,
  t: Instant,
  scores: Pick<Scores, "customer">,
): Promise<string[][]> {
  return (await scoreReasonCodes(bundle, inputs, t, scores)).map(({reasons}) => reasons.map(reasonText));
}

/** The reasons that {@link scoreReasons} puts in words, with those among them that a team can act on. */
export async function scoreReasonCodes(
  bundle: Bundle,
  {log, subscriptions, ...beside}: ScoreInputs,
  t: Instant,
  {customer}: Pick<Scores, "customer">,
): Promise<CustomerReasons[]> {
  const churn = ruleOf(bundle.churn, {population: () => bundle.population!, subscriptions});
  const {activity, minimumTenureDays, features} = bundle;
  const earlier = Array.from({length: USUAL_MONTHS}, (_, k) => addSpan(t, {months: k - USUAL_MONTHS}));
  const cutoffs = [...earlier.filter(past => past > log.firstDay), t];
  const cohort = buildCohort(log, {churn, cutoffs, activity, minimumTenureDays});
  const x = applyFeatures(bundle, log, cohort, beside);
  const now = Int32Array.from(cohort.cutoff.keys()).filter(i => cohort.cutoff[i] === cutoffs.length - 1);
  const of = {customer: now.map(i => cohort.customer[i]!), cutoff: new Float64Array(now.length).fill(t)};
  const past = {x, customer: cohort.customer, cutoff: Float64Array.from(cohort.cutoff, c => cutoffs[c]!), of};
  const basis = {...bundle.reasons, features};
  const {customers} = await applyReasons(basis, bundle.model, takeRows(x, now), {past, most: MOST_REASONS});
  const place = new Map(Array.from(of.customer, (c, i) => [c, i]));
  return Array.from(customer, c => customers[place.get(c)!]!);
}
