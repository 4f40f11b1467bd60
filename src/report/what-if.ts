import {clusterBootstrap, clustersOf} from "../evaluate/bootstrap.ts";
import type {Ranked} from "../evaluate/compete.ts";
import {sharesWith} from "../evaluate/decision.ts";
import type {Judgement} from "../evaluate/judge.ts";
import {drawCampaigns, expectedOf, meanOf} from "../evaluate/profit.ts";
import {rankRows} from "../evaluate/ranking.ts";
import {liftStatistic} from "../evaluate/statistic.ts";
import type {EvidenceValue, WhatIf} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {adviceWords} from "./advice.ts";
import {valuesOf} from "./decision.ts";

type NotApplicable = Extract<EvidenceValue, {kind: "not-applicable"}>;

/**
 * The decision at whole percents contacted and at capacity, for the page to move the share and the economics: from
 * the draws of {@link decisionEvidence}, so that both say the same.
 * Not applicable where a customer is worth nothing or no offer works: nothing says how such a figure would spread.
 * @param learned the calibrate rows as the chosen model ranked them: the best share is found on these.
 * @param customers size of the cohort that values are scaled to.
 */
export function whatIf(
  judged: Judgement,
  learned: Ranked,
  study: Study,
  customers: number,
): WhatIf | NotApplicable {
  const {ranked, capacity, baseRate} = judged;
  const {economics, seed} = study;
  if (expectedOf(economics).keeps === 0)
    return {
      kind: "not-applicable",
      reason: "contacting a churner is worth nothing in the study, so there is no value to move",
      by: study.card.owner,
    };
  const chosen = judged.models.find(model => model.chosen)!;
  const fraction = sharesWith(capacity);
  const values = valuesOf(ranked, study, fraction, customers);
  const lifts = liftsOf(ranked, fraction, {seed, draws: baseRate.draws, level: chosen.lift.level});
  return {
    kind: "what-if",
    currency: economics.currency,
    customers,
    capacity,
    baseRate: baseRate.value,
    figures: {
      contactCost: meanOf(economics.contactCost),
      offerCost: meanOf(economics.offerCost),
      customerValue: meanOf(economics.customerValue),
      offerWorks: meanOf(economics.offerWorks),
    },
    level: values[0]!.level,
    liftLevel: chosen.lift.level,
    shares: {
      fraction,
      churners: churnersOf(ranked, study, fraction),
      learned: churnersOf(learned, study, fraction),
      low: values.map(({model}) => model.low),
      high: values.map(({model}) => model.high),
      liftLow: lifts.map(lift => lift?.low ?? null),
      liftHigh: lifts.map(lift => lift?.high ?? null),
    },
    words: adviceWords(chosen.title, economics),
  };
}

/** Would-be churners among the top shares, as a share of all rows. */
function churnersOf(ranked: Ranked, {economics, seed}: Study, fractions: readonly number[]): number[] {
  const rows = {...ranked, clusters: clustersOf(ranked.customer)};
  const {sure} = drawCampaigns(rows, economics, fractions, {seed, draws: 0, customers: 1});
  return fractions.map((_, f) => sure.share(f, "model"));
}

/** Lift at the top shares with its interval, as the models are judged; undefined where nobody is contacted. */
function liftsOf(
  {margins, y, customer}: Ranked,
  fractions: readonly number[],
  options: {readonly seed: number; readonly draws: number; readonly level: number},
) {
  const ranking = rankRows(margins, y);
  const some = fractions.filter(fraction => fraction > 0);
  const found = clusterBootstrap(
    clustersOf(customer),
    some.map(fraction => liftStatistic(ranking, {fraction})),
    options,
  );
  return fractions.map(fraction => (fraction > 0 ? found[some.indexOf(fraction)] : undefined));
}
