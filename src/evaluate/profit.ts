import {randomOf} from "../random.ts";
import type {Study, Triangular} from "../study.ts";
import {type Clusters, percentileInterval, weightDraws} from "./bootstrap.ts";
import {rankTable, refillable, tableTop, totalSum, totalWeight} from "./rank-table.ts";
import {rankRows} from "./ranking.ts";

/** The figures of {@link Study} that a campaign is valued with. */
export type Economics = Pick<
  Study["economics"],
  "contactCost" | "offerCost" | "customerValue" | "offerWorks" | "capacity"
>;

/** Scored rows with their outcome. One entry a row, all in one order. */
export type ScoredRows = {
  /** Higher is riskier: what rows are chosen by. */
  readonly margins: ArrayLike<number>;
  /** 1 for a churner, else 0. */
  readonly y: ArrayLike<number>;
  readonly clusters: Clusters;
};

/** Expected value of a campaign in the study's currency, and where it lies with probability `level`. */
export type Worth = {
  /** Would-be churners among those contacted. */
  readonly churners: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
};

/** What a campaign is worth when those contacted are chosen by the model, at random, or in hindsight. */
export type CampaignValue = {
  /** Share contacted. */
  readonly fraction: number;
  readonly contacted: number;
  readonly model: Worth;
  readonly random: Worth;
  readonly perfect: Worth;
  readonly level: number;
};

export type CampaignOptions = {
  readonly seed: number;
  /** Monte Carlo draws. */
  readonly draws?: number;
  readonly level?: number;
  /** Size of the cohort that values are scaled to; the number of rows when absent. */
  readonly customers?: number;
};

/**
 * Value of contacting the given shares of a cohort of N customers. With k = fraction × N contacted and C
 * would-be churners among them,
 *
 *     value = C × offerWorks × customerValue − k × (contactCost + offerCost):
 *
 * everyone contacted gets the offer and costs both; only a would-be churner can be kept, and offerWorks is the
 * share that is. C is counted in the rows (model: among the top k, ties shared; random: k times the base rate;
 * perfect: the smaller of k and all), so that the value rests on outcomes and not on the model's own word.
 * `value` takes the means of the triangular figures, as independent; `low` and `high` are quantiles over draws
 * of those figures and of the customers, in a bootstrap.
 * @param fractions shares contacted, ascending, in [0, 1].
 * @throws RangeError when a fraction is out of range or not ascending.
 */
export function campaignValues(
  rows: ScoredRows,
  economics: Economics,
  fractions: readonly number[],
  {seed, draws = 1000, level = 0.9, customers = rows.y.length}: CampaignOptions,
): CampaignValue[] {
  const drawn = drawCampaigns(rows, economics, fractions, {seed, draws, customers});
  const {sure} = drawn;
  return fractions.map((fraction, f) => {
    const worth = (choice: Choice): Worth => {
      const values = Float64Array.from({length: draws}, (_, d) => drawn.value(d, f, choice));
      return {
        churners: sure.share(f, choice) * customers,
        value: sure.value(f, choice),
        ...percentileInterval(values, level),
      };
    };
    return {
      fraction,
      contacted: fraction * customers,
      model: worth("model"),
      random: worth("random"),
      perfect: worth("perfect"),
      level,
    };
  });
}

/** {@link campaignValues} at one share, the study's capacity when absent. */
export function campaignValue(
  rows: ScoredRows,
  economics: Economics,
  {fraction = economics.capacity, ...options}: CampaignOptions & {readonly fraction?: number},
): CampaignValue {
  return campaignValues(rows, economics, [fraction], options)[0]!;
}

/** A number from the triangular distribution whose distribution function is at `u`, in [0, 1). */
export function triangularAt({low, mode, high}: Triangular, u: number): number {
  if (high === low) return low;
  return u * (high - low) < mode - low
    ? low + Math.sqrt(u * (high - low) * (mode - low))
    : high - Math.sqrt((1 - u) * (high - low) * (high - mode));
}

/** How those contacted are chosen. */
export type Choice = "model" | "random" | "perfect";

/** Campaigns as they may turn out: draws of the customers and of what is not known of the economics. */
export type CampaignDraws = {
  readonly fractions: readonly number[];
  readonly draws: number;
  /** Value at fractions[f] in draw d, in the study's currency. */
  readonly value: (d: number, f: number, choice: Choice) => number;
  /** The rows as they are, at the means of the economics. */
  readonly sure: {
    /** Would-be churners among those contacted, as a share of all rows. */
    readonly share: (f: number, choice: Choice) => number;
    readonly value: (f: number, choice: Choice) => number;
  };
};

/**
 * Draws campaigns. Two rankings of the same customers have the same draws for a seed: their values may be
 * subtracted draw by draw.
 * @throws RangeError when a fraction is out of range or not ascending.
 */
export function drawCampaigns(
  {margins, y, clusters}: ScoredRows,
  economics: Economics,
  fractions: readonly number[],
  {seed, draws, customers}: {readonly seed: number; readonly draws: number; readonly customers: number},
): CampaignDraws {
  checkFractions(fractions);
  const ranking = rankRows(margins, y);
  const weigh = weightDraws(clusters, {seed});
  // Draws of customers use the streams from 0 on.
  const random = randomOf(seed, -1);
  const weights = new Float64Array(ranking.rows);
  const {table, fill} = refillable(ranking, [...weights.keys()]);
  const n = fractions.length;
  const [shares, bases] = [new Float64Array(draws * n), new Float64Array(draws)];
  const [kept, costs] = [new Float64Array(draws), new Float64Array(draws)];
  for (let d = 0; d < draws; d++) {
    weigh(d, weights);
    fill(weights);
    const total = totalWeight(table);
    for (let f = 0; f < n; f++) shares[d * n + f] = tableTop(table, fractions[f]!) / total;
    bases[d] = totalSum(table) / total;
    const drawn = (figure: number | Triangular): number =>
      typeof figure === "number" ? figure : triangularAt(figure, random());
    kept[d] = drawn(economics.offerWorks) * drawn(economics.customerValue);
    costs[d] = drawn(economics.contactCost) + drawn(economics.offerCost);
  }
  const counted = rankTable(ranking);
  const share = (own: number, base: number, f: number, choice: Choice): number => {
    if (choice === "model") return own;
    return choice === "random" ? fractions[f]! * base : Math.min(fractions[f]!, base);
  };
  const sureShare = (f: number, choice: Choice): number =>
    share(tableTop(counted, fractions[f]!) / ranking.rows, totalSum(counted) / ranking.rows, f, choice);
  const {cost, keeps} = expectedOf(economics);
  return {
    fractions,
    draws,
    value: (d, f, choice) =>
      customers * (share(shares[d * n + f]!, bases[d]!, f, choice) * kept[d]! - fractions[f]! * costs[d]!),
    sure: {
      share: sureShare,
      value: (f, choice) => customers * (sureShare(f, choice) * keeps - fractions[f]! * cost),
    },
  };
}

/** Expected cost of a contact with its offer, and expected worth of contacting a would-be churner. */
export function expectedOf({contactCost, offerCost, offerWorks, customerValue}: Economics): {
  readonly cost: number;
  readonly keeps: number;
} {
  return {
    cost: meanOf(contactCost) + meanOf(offerCost),
    keeps: meanOf(offerWorks) * meanOf(customerValue),
  };
}

/** Mean of a figure of the economics. */
export const meanOf = (figure: number | Triangular): number =>
  typeof figure === "number" ? figure : (figure.low + figure.mode + figure.high) / 3;

function checkFractions(fractions: readonly number[]): void {
  fractions.forEach((fraction, f) => {
    if (!(fraction >= (fractions[f - 1] ?? 0) && fraction <= 1))
      throw new RangeError(`campaignValues requires ascending fractions in [0, 1], got ${fraction}`);
  });
}
