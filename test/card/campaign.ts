import {clusterBootstrap, clustersOf} from "../../src/evaluate/bootstrap.ts";
import type {Ranked} from "../../src/evaluate/compete.ts";
import type {Judgement} from "../../src/evaluate/judge.ts";
import {rankRows} from "../../src/evaluate/ranking.ts";
import {liftStatistic, meanStatistic} from "../../src/evaluate/statistic.ts";
import {randomOf} from "../../src/random.ts";

/** Scored customers, two rows each, of whom about one in eight churns; margins tie. */
function rankedOf(customers: number, seed: number): Ranked {
  const random = randomOf(seed);
  const customer = Int32Array.from({length: 2 * customers}, (_, i) => i >> 1);
  const probabilities = Float64Array.from(customer, () => Math.round(50 * random() ** 6) / 55 + 0.005);
  return {
    margins: probabilities.map(p => Math.log(p / (1 - p))),
    probabilities,
    y: Uint8Array.from(probabilities, p => (random() < p ? 1 : 0)),
    customer,
  };
}

/** The calibrate rows as a model ranked them. */
export const learned: Ranked = rankedOf(380, 5);

const ranked = rankedOf(420, 6);

/** What a judgement holds of the chosen model for the decision. */
export function judgedAt(capacity: number, {seed}: {readonly seed: number}): Judgement {
  const ranking = rankRows(ranked.margins, ranked.y);
  const {lift, baseRate} = clusterBootstrap(
    clustersOf(ranked.customer),
    {lift: liftStatistic(ranking, {fraction: capacity}), baseRate: meanStatistic(ranked.y)},
    {seed, draws: 200},
  );
  return {
    ...{ranked, capacity, baseRate, positives: ranked.y.reduce((sum, y) => sum + y, 0)},
    models: [{kind: "logistic", title: "Logistic regression", chosen: true, lift}],
    ceiling: {lift: Math.min(1 / baseRate.value, 1 / capacity)},
  } as unknown as Judgement;
}
