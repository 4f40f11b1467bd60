import {type Interval, requireOptions} from "../../evaluate/bootstrap.ts";
import {type Economics, meanOf, triangularAt} from "../../evaluate/profit.ts";
import {refillable, tableTop, totalSum, totalWeight} from "../../evaluate/rank-table.ts";
import {rankRows} from "../../evaluate/ranking.ts";
import {randomOf} from "../../random.ts";
import type {Trial} from "../trial.ts";
import {drawFigures, drawnIntervals, intervalOf} from "./draws.ts";
import {armScores, effectScores, requireScore, type ScoredDraws} from "./scores.ts";

export type PolicyOptions = ScoredDraws & {readonly level?: number};

/** What a rule of whom to treat is worth, a customer, in units of the outcome. */
export type PolicyValue = {
  /** Mean outcome of all rows under the rule. */
  readonly value: Interval;
  /** That less the mean outcome when all are treated, and when nobody is; in the same draws. */
  readonly overAll: Interval;
  readonly overNone: Interval;
};

/**
 * Value of treating a set: the weighted mean of treat × (score of the treated) + (1 − treat) × (score of control), by
 * doubly robust scores or inverse propensity weights (Dudík, Langford and Li 2011; Athey and Wager 2021).
 * @param treat one a row, 1 treated, 0 not, or the chance of it between; chosen without the outcomes of these rows.
 * @throws RangeError when an entry is outside [0, 1].
 */
export function policyValue(
  trial: Trial,
  treat: ArrayLike<number>,
  {outcomes, ...options}: PolicyOptions,
): PolicyValue {
  requireScore("policyValue", trial, treat, "shares treated");
  const wrong = Array.from(treat).find(share => share < 0 || share > 1);
  if (wrong !== undefined) throw new RangeError(`policyValue requires shares in [0, 1], got ${wrong}`);
  const scores = armScores(trial, outcomes);
  const read = (weights: Float64Array): number[] => {
    let [total, value, all, none] = [0, 0, 0, 0];
    for (let i = 0; i < weights.length; i++) {
      const w = weights[i]!;
      total += w;
      all += w * scores.treated[i]!;
      none += w * scores.control[i]!;
      value += w * (treat[i]! * scores.treated[i]! + (1 - treat[i]!) * scores.control[i]!);
    }
    return [value / total, (value - all) / total, (value - none) / total];
  };
  const [value, overAll, overNone] = drawnIntervals("policyValue", trial, {...options, read});
  return {value: value!, overAll: overAll!, overNone: overNone!};
}

/** What treating the first by an order does, for a cohort. */
export type PolicyOutcome = {
  /** Customers kept, or units of the outcome, beyond treating nobody. */
  readonly kept: Interval;
  /** Expected gain in the study's currency, beyond treating nobody. */
  readonly money: Interval;
};

/** Treating a share of the customers: by uplift, by risk and at random with the same budget. */
export type PolicyPoint = {
  /** Share treated. */
  readonly fraction: number;
  readonly treated: number;
  readonly uplift: PolicyOutcome;
  readonly risk: PolicyOutcome;
  readonly random: PolicyOutcome;
  /** By uplift less by risk, less treating all, in the same draws. */
  readonly overRisk: PolicyOutcome;
  readonly overAll: PolicyOutcome;
};

export type PolicyCurveOptions = PolicyOptions & {
  /** Shares treated, in [0, 1]. */
  readonly fractions: readonly number[];
  /** Size of the cohort that figures are scaled to; the weight of the rows when absent. */
  readonly customers?: number;
};

/** What the money is counted with; how many the offer keeps is measured here and not assumed. */
export type UpliftEconomics = Pick<Economics, "contactCost" | "offerCost" | "customerValue">;

/**
 * "Customers kept and money, by share treated, by risk against by uplift": of a cohort of N customers and a share f,
 *
 *     kept = N × (sum of the effect scores Γ among the first f) / (weight of all rows),
 *     money = kept × customerValue − f × N × (contactCost + offerCost).
 *
 * Everyone treated gets the offer and costs both, as in campaignValues; the outcome counts customers kept, 0 or 1 a row.
 * Ties over the cut share. Percentile intervals from draws of the customers and, for money, of the triangular
 * figures; all orders see the same draws. Scores Γ are not fitted anew in them.
 * @param by scores, higher first: of uplift, and of risk.
 * @throws RangeError for scores that are not one a row, shares outside [0, 1], draws below 1 or a level outside (0, 1).
 */
export function policyCurve(
  trial: Trial,
  by: {readonly uplift: ArrayLike<number>; readonly risk: ArrayLike<number>},
  economics: UpliftEconomics,
  {fractions, customers, outcomes, seed, draws = 1000, level = 0.95}: PolicyCurveOptions,
): PolicyPoint[] {
  requireScore("policyCurve", trial, by.uplift);
  requireScore("policyCurve", trial, by.risk, "risks");
  requireOptions({draws, level});
  for (const fraction of fractions)
    if (!(fraction >= 0 && fraction <= 1))
      throw new RangeError(`policyCurve requires fractions in [0, 1], got ${fraction}`);
  const gamma = effectScores(armScores(trial, outcomes));
  const rows = gamma.length;
  const size = customers ?? trial.weight?.reduce((a, b) => a + b, 0) ?? rows;
  const identity = Int32Array.from(gamma.keys());
  const tables = [by.uplift, by.risk].map(score =>
    refillable(rankRows(score, new Uint8Array(rows)), identity, gamma),
  );
  // By share: by uplift, by risk; then the average effect.
  const read = (weights: Float64Array): number[] => {
    for (const {fill} of tables) fill(weights);
    const total = totalWeight(tables[0]!.table);
    const tops = fractions.flatMap(f => tables.map(({table}) => tableTop(table, f) / total));
    return [...tops, totalSum(tables[0]!.table) / total];
  };
  const {values, drawn} = drawFigures(trial, {seed, draws, read});
  const worth = drawWorth(economics, {seed, draws});
  const average = 2 * fractions.length;
  const at = (figures: (k: number) => number, {value, cost}: Worth) => {
    const all = figures(average);
    const outcome = (effect: number, share: number) => {
      const kept = size * effect;
      return {kept, money: kept * value - size * share * cost};
    };
    const less = (a: ReturnType<typeof outcome>, b: ReturnType<typeof outcome>) => ({
      kept: a.kept - b.kept,
      money: a.money - b.money,
    });
    return fractions.map((f, k) => {
      const [uplift, risk] = [outcome(figures(2 * k), f), outcome(figures(2 * k + 1), f)];
      return {
        uplift,
        risk,
        random: outcome(f * all, f),
        overRisk: less(uplift, risk),
        overAll: less(uplift, outcome(all, 1)),
      };
    });
  };
  const sure = at(k => values[k]!, {
    value: meanOf(economics.customerValue),
    cost: meanOf(economics.contactCost) + meanOf(economics.offerCost),
  });
  const each = Array.from({length: draws}, (_, d) => at(k => drawn[k]![d]!, worth[d]!));
  return fractions.map((fraction, f) => {
    const interval = (name: Order, of: "kept" | "money"): Interval =>
      intervalOf("policyCurve", {
        value: sure[f]![name][of],
        drawn: Float64Array.from(each, one => one[f]![name][of]),
        level,
      });
    const outcome = (name: Order) => ({kept: interval(name, "kept"), money: interval(name, "money")});
    return {
      fraction,
      treated: fraction * size,
      uplift: outcome("uplift"),
      risk: outcome("risk"),
      random: outcome("random"),
      overRisk: outcome("overRisk"),
      overAll: outcome("overAll"),
    };
  });
}

type Order = "uplift" | "risk" | "random" | "overRisk" | "overAll";
type Worth = {readonly value: number; readonly cost: number};

/** Draws of what is not known of the economics; the streams from 0 on are those of the customers. */
function drawWorth(
  {customerValue, contactCost, offerCost}: UpliftEconomics,
  {seed, draws}: {readonly seed: number; readonly draws: number},
): Worth[] {
  const random = randomOf(seed, -1);
  const drawn = (figure: UpliftEconomics["customerValue"] | number): number =>
    typeof figure === "number" ? figure : triangularAt(figure, random());
  return Array.from({length: draws}, () => ({
    value: drawn(customerValue),
    cost: drawn(contactCost) + drawn(offerCost),
  }));
}
