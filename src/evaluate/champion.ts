import {clustersOf} from "./bootstrap.ts";
import {bootstrapInThreads} from "./bootstrap-threads.ts";
import {chooseTop} from "./choose.ts";
import type {Ranked} from "./compete.ts";
import {type ProfitGain, profitGains, scoredRows, sharesWith} from "./decision.ts";
import {delongDifference} from "./delong.ts";
import {
  differenceStatistics,
  type MetricTable,
  type ModelComparison,
  metricStatistics,
} from "./metric-table.ts";
import {drawCampaigns, type Economics} from "./profit.ts";
import {rankRows} from "./ranking.ts";

/** A new model against the one that is in use, on the same test rows; intervals by bootstrap over customers. */
export type ChampionComparison = {
  readonly rows: number;
  readonly customers: number;
  readonly positives: number;
  readonly capacity: number;
  readonly challenger: MetricTable;
  readonly champion: MetricTable;
  /** Figures of the challenger less those of the champion, paired. */
  readonly gain: ModelComparison;
  /** What the challenger earns above the champion, at capacity and each at its own best share. */
  readonly profit: readonly ProfitGain[];
  /** Share of the challenger's list at capacity that is on the champion's too, in [0, 1]. */
  readonly common: number;
};

/** Rows as a model ranked them: those that set the share to contact, and those that judge. */
export type JudgedRows = {readonly calibrate: Ranked; readonly test: Ranked};

/**
 * @param customers size of the cohort that values are scaled to.
 * @throws RangeError when the test rows hold one class only.
 */
export async function compareWithChampion(
  challenger: JudgedRows,
  champion: JudgedRows,
  {
    economics,
    seed,
    customers,
    draws = {metrics: 1000, money: 2000},
    threads,
  }: {
    readonly economics: Economics;
    readonly seed: number;
    readonly customers: number;
    readonly draws?: {readonly metrics: number; readonly money: number};
    /** No figure depends on it. */
    readonly threads?: number | undefined;
  },
): Promise<ChampionComparison> {
  const {capacity} = economics;
  const {y, customer} = challenger.test;
  const clusters = clustersOf(customer);
  const [ofChallenger, ofChampion] = [challenger, champion].map(({test}) =>
    metricStatistics(test, {capacity}),
  );
  const found = await bootstrapInThreads(
    clusters,
    {
      challenger: ofChallenger!,
      champion: ofChampion!,
      gain: differenceStatistics(ofChallenger!, ofChampion!),
    },
    {draws: draws.metrics, seed, threads},
  );
  const [one, other] = [challenger, champion].map(({test}) => rankRows(test.margins, test.y));
  const grid = sharesWith(capacity);
  const drawn = (rows: Ranked) =>
    drawCampaigns(scoredRows(rows), economics, grid, {seed, draws: draws.money, customers});
  const campaigns = ({calibrate, test}: JudgedRows) => ({learned: drawn(calibrate), judged: drawn(test)});
  return {
    ...{
      rows: y.length,
      customers: new Set(customer).size,
      positives: y.reduce((sum, label) => sum + label, 0),
    },
    ...{capacity, challenger: found.challenger, champion: found.champion},
    gain: {...found.gain, delong: delongDifference(one!, other!, {clusters})},
    profit: profitGains(
      campaigns(challenger),
      {over: "champion", title: "The champion", choice: "model", ...campaigns(champion)},
      economics,
    ),
    common: commonShare(
      chooseTop(challenger.test.margins, capacity),
      chooseTop(champion.test.margins, capacity),
    ),
  };
}

function commonShare(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [both, all] = [0, 0];
  for (let i = 0; i < one.length; i++) {
    both += Math.min(one[i]!, other[i]!);
    all += one[i]!;
  }
  return both / all;
}
