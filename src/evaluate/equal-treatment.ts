import {randomOf} from "../random.ts";
import {clustersOf, percentileInterval, weightDraws} from "./bootstrap.ts";
import {chooseAlike, chooseEqualReach, chooseTop} from "./choose.ts";
import type {Groups} from "./fairness.ts";
import {type Economics, expectedOf, triangularAt} from "./profit.ts";
import type {RankedRows} from "./stability.ts";

/** What it costs to treat groups alike, as many contacted in all. */
export type EqualTreatment = {
  /** The same share contacted of each group, or of the would-be churners of each, by the model's probabilities. */
  readonly alike: "selection" | "reach";
  /** Share of the list that changes. */
  readonly moved: number;
  /** Would-be churners reached less, in a cohort of the size asked for. */
  readonly churners: number;
  /** Money lost by it in the study's currency; below 0 where it gains. `low` and `high` hold 90 % of the draws. */
  readonly cost: {readonly value: number; readonly low: number; readonly high: number};
};

const LEVEL = 0.9;

/**
 * Compares the list of the riskiest with lists that treat every group alike. All lists are equally long, so they cost
 * the same; what differs is the would-be churners on them.
 * @param customers size of the cohort that churners and money are scaled to.
 */
export function priceEqualTreatment(
  {margins, probabilities, y, customer}: RankedRows,
  groups: Groups,
  economics: Economics,
  {
    seed,
    customers,
    draws = 2000,
  }: {readonly seed: number; readonly customers: number; readonly draws?: number},
): EqualTreatment[] {
  const {capacity} = economics;
  const list = chooseTop(margins, capacity);
  const lists = {
    selection: chooseAlike(margins, groups, capacity),
    reach: chooseEqualReach(margins, probabilities, groups, capacity),
  };
  const n = y.length;
  return (["selection", "reach"] as const).map(alike => {
    const lost = list.map((part, i) => (part - lists[alike][i]!) * y[i]!);
    const churners = (customers * lost.reduce((sum, part) => sum + part, 0)) / n;
    const weigh = weightDraws(clustersOf(customer), {seed});
    // Draws of customers use the streams from 0 on.
    const random = randomOf(seed, -1);
    const weights = new Float64Array(n);
    const values = Float64Array.from({length: draws}, (_, d) => {
      weigh(d, weights);
      let [sum, total] = [0, 0];
      for (let i = 0; i < n; i++) {
        sum += weights[i]! * lost[i]!;
        total += weights[i]!;
      }
      const works = triangularAt(economics.offerWorks, random());
      return (customers * works * triangularAt(economics.customerValue, random()) * sum) / total;
    });
    const moved = list.reduce((sum, part, i) => sum + Math.max(0, part - lists[alike][i]!), 0);
    return {
      alike,
      moved: moved / (capacity * n),
      churners,
      cost: {value: churners * expectedOf(economics).keeps, ...percentileInterval(values, LEVEL)},
    };
  });
}
