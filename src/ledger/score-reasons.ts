import {addSpan} from "../data/calendar.ts";
import type {Instant} from "../data/instant.ts";
import {applyReasons} from "../explain/basis.ts";
import {reasonText} from "../explain/reasons.ts";
import {applyFeatures} from "../features/fitted.ts";
import {takeRows} from "../features/matrix.ts";
import {buildCohort} from "../target/cohort.ts";
import {ruleOf} from "../target/rule.ts";
import type {Bundle} from "./bundle.ts";
import type {ScoreInputs, Scores} from "./score.ts";

/** Reasons of each customer, at most. */
export const MOST_REASONS = 3;
/** Months before t that tell what is usual for a customer. */
const MONTHS_BACK = 6;

/**
 * The largest reasons of scores, in words: of each customer up to {@link MOST_REASONS} texts, in the order of the
 * scores. What is usual for a customer is told by the customer's own months before t, and where there are none by those
 * who stayed in training. Reasons are associations, no causes, and none is of a sensitive feature.
 * @throws the errors of `scoreBundle`.
 */
export function scoreReasons(
  bundle: Bundle,
  {log, subscriptions, ...beside}: ScoreInputs,
  t: Instant,
  {customer}: Pick<Scores, "customer">,
): string[][] {
  const churn = ruleOf(bundle.churn, {population: () => bundle.population!, subscriptions});
  const {activity, minimumTenureDays, features} = bundle;
  const earlier = Array.from({length: MONTHS_BACK}, (_, k) => addSpan(t, {months: k - MONTHS_BACK}));
  const cutoffs = [...earlier.filter(past => past > log.firstDay), t];
  const cohort = buildCohort(log, {churn, cutoffs, activity, minimumTenureDays});
  const x = applyFeatures(bundle, log, cohort, beside);
  const now = Int32Array.from(cohort.cutoff.keys()).filter(i => cohort.cutoff[i] === cutoffs.length - 1);
  const of = {customer: now.map(i => cohort.customer[i]!), cutoff: now.map(i => cohort.cutoff[i]!)};
  const past = {x, customer: cohort.customer, cutoff: cohort.cutoff, of};
  const basis = {...bundle.reasons, features};
  const {customers} = applyReasons(basis, bundle.model, takeRows(x, now), {past, most: MOST_REASONS});
  const place = new Map(Array.from(of.customer, (c, i) => [c, i]));
  return Array.from(customer, c => customers[place.get(c)!]!.reasons.map(reasonText));
}
