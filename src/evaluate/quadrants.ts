import {ROLES, rowsOf, type Split} from "../split/rows.ts";
import {SETS} from "../split/sets.ts";
import type {Cohort} from "../target/cohort.ts";
import {clusterBootstrap, clustersOf, type Interval} from "./bootstrap.ts";
import {positivesOf, rankRows} from "./ranking.ts";
import {aucStatistic, liftStatistic} from "./statistic.ts";

/**
 * Customers that the model learned from, or test customers, at the cutoffs that it learned from, or at the test
 * cutoffs. Its own training rows are the known at the same time; the headline is the new at a later time.
 */
export const QUADRANTS = ["known-same", "new-same", "known-later", "new-later"] as const;

export type Quadrant = (typeof QUADRANTS)[number];

/** How a model did in one quadrant; intervals are 95 % by bootstrap over customers. */
export type QuadrantJudgement = {
  readonly quadrant: Quadrant;
  readonly rows: number;
  readonly customers: number;
  readonly positives: number;
  /** Absent without both classes. */
  readonly figures?: {readonly auc: Interval /** At capacity. */; readonly lift: Interval};
};

/**
 * The rows of each quadrant, ascending. Tune and calibrate customers are in none, since the choice and the
 * calibration of a model know them in part. At the same time rows treated in their outcome window are left out for
 * new customers as for known ones; at later cutoffs they stay in for both.
 */
export function quadrantRows(
  split: Split,
  cohort: Cohort,
  {labels, treated}: {readonly labels: Int8Array; readonly treated?: Uint8Array | undefined},
): Record<Quadrant, Int32Array> {
  const isIn = (set: "train" | "test", i: number) =>
    split.setOfCustomer[cohort.customer[i]!] === SETS.indexOf(set);
  const unseen = Int32Array.from(split.role.keys()).filter(
    i =>
      split.role[i] === ROLES.indexOf("unused") &&
      isIn("test", i) &&
      split.periods[cohort.cutoff[i]!] === "before" &&
      labels[i] !== -1 &&
      treated?.[i] !== 1,
  );
  return {
    "known-same": rowsOf(split, "train"),
    "new-same": unseen,
    "known-later": rowsOf(split, "later").filter(i => isIn("train", i)),
    "new-later": rowsOf(split, "test"),
  };
}

/**
 * Judges one ranking in the four quadrants: how much of it is memory of the customers, and how much wears off.
 * @param rank margins of cohort rows, higher is riskier.
 * @param capacity share of the rows at which the lift is taken, in (0, 1].
 */
export async function judgeQuadrants(
  split: Split,
  cohort: Cohort,
  rank: (rows: Int32Array) => Float64Array | Promise<Float64Array>,
  {
    labels,
    treated,
    capacity,
    seed,
    draws = 1000,
  }: {
    readonly labels: Int8Array;
    readonly treated?: Uint8Array | undefined;
    readonly capacity: number;
    readonly seed: number;
    readonly draws?: number;
  },
): Promise<QuadrantJudgement[]> {
  const rowsByQuadrant = quadrantRows(split, cohort, {labels, treated});
  const out: QuadrantJudgement[] = [];
  for (const quadrant of QUADRANTS) {
    const rows = rowsByQuadrant[quadrant];
    const customer = rows.map(i => cohort.customer[i]!);
    const ranking = rankRows(
      await rank(rows),
      Uint8Array.from(rows, i => labels[i]!),
    );
    const positives = positivesOf(ranking);
    const statistics = {
      auc: aucStatistic(ranking),
      lift: liftStatistic(ranking, {fraction: capacity}),
    };
    out.push({
      ...{quadrant, rows: rows.length, customers: new Set(customer).size, positives},
      ...(positives === 0 || positives === rows.length
        ? {}
        : {figures: clusterBootstrap(clustersOf(customer), statistics, {seed, draws})}),
    });
  }
  return out;
}
