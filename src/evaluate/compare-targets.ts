import {addSpan} from "../data/calendar.ts";
import type {Matrix} from "../features/matrix.ts";
import {rowsOf} from "../split/rows.ts";
import type {Span, Study, TargetName} from "../study.ts";
import {monthsOf, type Targets} from "../target/targets.ts";
import {type Clusters, clusterBootstrap, type Interval} from "./bootstrap.ts";
import {hindsightCeiling} from "./ceiling.ts";
import {rocAuc} from "./metrics.ts";
import {campaignValue, type Worth} from "./profit.ts";
import {fitQuick, QUICK, type QuickOptions, quickMargins} from "./quick.ts";
import {type Ranking, rankRows} from "./ranking.ts";
import {
  aucStatistic,
  difference,
  liftStatistic,
  meanStatistic,
  recallStatistic,
  type Statistic,
} from "./statistic.ts";

export const TARGETS: readonly TargetName[] = ["within", "in", "silent"];

/** What ranks the rows: days since the last activity alone, or a model of the target. */
export const RANKERS = ["recency", ...QUICK] as const;
export type Ranker = (typeof RANKERS)[number];

/** A campaign with the list of one target, judged by who churns within the horizon, whatever the target. */
export type CampaignJudgement = {
  /** Share of the churners within the horizon who are on the list. */
  readonly reached: Interval;
  /** The same of those who churn no sooner than {@link TargetComparison.actDays} days after the cutoff. */
  readonly reachedInTime: Interval | null;
  /** Share of all churners within the horizon who are on the list and have that long left; null without churners. */
  readonly inTime: number | null;
  /** Days from the cutoff to the churn day of the churners on the list, the median; null when there is none. */
  readonly medianDays: number | null;
  /** Churners on the list and what the campaign is worth, for a cohort of `customers`. */
  readonly worth: Worth;
  /** `reached`, and `reachedInTime`, above that of the study's own target, paired; absent for that one. */
  readonly gain?: Interval;
  readonly gainInTime?: Interval;
};

export type TargetJudgement = {
  readonly target: TargetName;
  readonly rows: number;
  readonly positives: number;
  /** There unless the rows to learn from or to judge lack a class. */
  readonly judged?: {
    readonly baseRate: Interval;
    /** Highest possible lift at capacity. */
    readonly ceiling: number;
    /** How well each ranks the target's own positives. */
    readonly by: Readonly<Record<Ranker, {readonly auc: Interval; readonly lift: Interval}>>;
    /** ROC AUC of the trees above recency alone, paired. */
    readonly gainOverRecency: Interval;
    readonly campaign: CampaignJudgement;
    /**
     * ROC AUC of the trees' score, for those whose first churn day lies in a month after the cutoff against those who
     * do not churn in any of the months; by {@link TargetComparison.months}, null without both.
     */
    readonly towards: readonly (number | null)[];
  };
};

/**
 * The three targets with the same features, rows and models, judged on tuning customers at cutoffs whose outcome is
 * known before the first test cutoff: a choice of target is a choice, and may not look at the test.
 */
export type TargetComparison = {
  readonly rows: number;
  readonly customers: number;
  readonly capacity: number;
  /** Days that a team needs to act: 30, or half of a horizon under 60 days. */
  readonly actDays: number;
  /** Size of the cohort that counts and money are for. */
  readonly cohortSize: number;
  readonly targets: readonly TargetJudgement[];
  /** 1 for the first 30 days after the cutoff, and so on; and the churners of each. */
  readonly months: readonly number[];
  readonly churners: readonly number[];
};

export type CompareOptions = Omit<QuickOptions, "labels"> & {
  readonly targets: Targets;
  readonly study: Pick<Study, "economics" | "horizon" | "target">;
  readonly cohortSize: number;
  /** Bootstrap draws. */
  readonly draws?: number;
};

/** Months before churn that the score is followed over, where the log is long enough. */
const MONTHS = 6;

/** Fits the targets side by side, see {@link TargetComparison}. @param x features, rows as in the cohort. */
export async function compareTargets(x: Matrix, options: CompareOptions): Promise<TargetComparison> {
  const {cohort, targets, split, study, cohortSize} = options;
  const rows = rowsOf(split, "tune");
  const customer = Int32Array.from(rows, i => cohort.customer[i]!);
  const margins = new Map<TargetName, Record<Ranker, Float64Array>>();
  for (const target of TARGETS) {
    const own = await marginsOf(x, rows, {...options, labels: targets[target]});
    if (own) margins.set(target, own);
  }
  const actDays = Math.min(30, Math.floor(daysOf(study.horizon) / 2));
  const towards = monthsToChurn(rows, options);
  const judging: Judging = {
    ...{options, rows, actDays, towards},
    within: Uint8Array.from(rows, i => targets.within[i]!),
    clusters: {cluster: customer, n: 1 + customer.reduce((a, b) => Math.max(a, b), 0)},
    reference: margins.get(study.target)?.boost,
  };
  return {
    rows: rows.length,
    customers: new Set(customer).size,
    capacity: study.economics.capacity,
    ...{actDays, cohortSize},
    targets: TARGETS.map(target => {
      const y = Uint8Array.from(rows, i => targets[target][i]!);
      const own = margins.get(target);
      return {
        target,
        rows: rows.length,
        positives: y.reduce((sum, label) => sum + label, 0),
        ...(own ? {judged: judgeTarget(target, y, own, judging)} : {}),
      };
    }),
    months: Array.from({length: towards.months}, (_, m) => m + 1),
    churners: Array.from({length: towards.months}, (_, m) => towards.month.filter(k => k === m + 1).length),
  };
}

/** What each ranker says of the tune rows; undefined when the target cannot be learned there. */
async function marginsOf(
  x: Matrix,
  rows: Int32Array,
  options: QuickOptions,
): Promise<Record<Ranker, Float64Array> | undefined> {
  const {recency} = options.cohort;
  const found: Partial<Record<Ranker, Float64Array>> = {
    recency: Float64Array.from(rows, i => (recency[i]! < 0 ? Number.MAX_SAFE_INTEGER : recency[i]!)),
  };
  for (const kind of QUICK) {
    const model = await fitQuick(kind, x, options);
    if (!model) return undefined;
    found[kind] = await quickMargins(model, x, rows);
  }
  return found as Record<Ranker, Float64Array>;
}

/** What all targets are judged by. */
type Judging = {
  readonly options: CompareOptions;
  readonly rows: Int32Array;
  readonly actDays: number;
  readonly towards: Towards;
  /** The yardstick: who churns within the horizon. */
  readonly within: Uint8Array;
  readonly clusters: Clusters;
  /** The trees' margins for the study's own target. */
  readonly reference: Float64Array | undefined;
};

function judgeTarget(
  target: TargetName,
  y: Uint8Array,
  margins: Record<Ranker, Float64Array>,
  judging: Judging,
): NonNullable<TargetJudgement["judged"]> {
  const {options, clusters, towards} = judging;
  const {draws = 1000, seed, study} = options;
  const {capacity} = study.economics;
  const by = Object.fromEntries(
    RANKERS.map(ranker => {
      const ranking = rankRows(margins[ranker], y);
      return [ranker, {auc: aucStatistic(ranking), lift: liftStatistic(ranking, {fraction: capacity})}];
    }),
  ) as Record<Ranker, {auc: Statistic; lift: Statistic}>;
  const found = clusterBootstrap(
    clusters,
    {by, baseRate: meanStatistic(y), gain: difference(by.boost.auc, by.recency.auc)},
    {draws, seed},
  );
  return {
    baseRate: found.baseRate,
    ceiling: hindsightCeiling(found.baseRate.value, {fraction: capacity}),
    by: found.by,
    gainOverRecency: found.gain,
    campaign: judgeCampaign(target, margins.boost, judging),
    towards: Array.from({length: towards.months}, (_, m) => aucOfMonth(margins.boost, towards.month, m + 1)),
  };
}

function judgeCampaign(target: TargetName, margins: Float64Array, judging: Judging): CampaignJudgement {
  const {options, rows, within, clusters, actDays, reference} = judging;
  const {targets, study, cohortSize, draws = 1000, seed} = options;
  const {capacity} = study.economics;
  const left = Int32Array.from(rows, i => targets.firstChurn[i]!);
  const late = within.map((w, k) => (w === 1 && left[k]! >= actDays ? 1 : 0));
  const reach = (by: Float64Array, y: Uint8Array | readonly number[]): Statistic =>
    recallStatistic(rankRows(by, y), {fraction: capacity});
  const statistics: Record<string, Statistic> = {reached: reach(margins, within)};
  if (late.includes(1)) statistics.inTime = reach(margins, late);
  if (reference && target !== study.target) {
    statistics.gain = difference(reach(margins, within), reach(reference, within));
    if (late.includes(1)) statistics.gainInTime = difference(reach(margins, late), reach(reference, late));
  }
  const found = clusterBootstrap(clusters, statistics, {draws, seed});
  const share = contactShares(rankRows(margins, within), capacity);
  const reached = [...rows.keys()].filter(k => within[k] === 1 && share[k]! > 0);
  const churners = within.reduce((sum, w) => sum + w, 0);
  const inTime = reached.reduce((sum, k) => sum + (left[k]! >= actDays ? share[k]! : 0), 0);
  return {
    reached: found.reached!,
    reachedInTime: found.inTime ?? null,
    inTime: churners === 0 ? null : inTime / churners,
    medianDays: weightedMedian(
      reached.map(k => left[k]!),
      reached.map(k => share[k]!),
    ),
    worth: campaignValue({margins, y: within, clusters}, study.economics, {
      ...{seed, draws},
      customers: cohortSize,
    }).model,
    ...(found.gain ? {gain: found.gain} : {}),
    ...(found.gainInTime ? {gainInTime: found.gainInTime} : {}),
  };
}

/** By row, the part of it that is on a list of the top fraction: 1, 0, or the shared part of a tie over the cut. */
export function contactShares(ranking: Ranking, fraction: number): Float64Array {
  const {order, ends, rows} = ranking;
  const places = fraction * rows;
  const share = new Float64Array(rows);
  let start = 0;
  for (const end of ends) {
    const part = Math.min(1, Math.max(0, (places - start) / (end - start)));
    for (let k = start; k < end; k++) share[order[k]!] = part;
    start = end;
  }
  return share;
}

/** The smallest value with at least half of the weight at or below it; null without weight. */
export function weightedMedian(values: readonly number[], weights: readonly number[]): number | null {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const half = weights.reduce((sum, w) => sum + w, 0) / 2;
  let passed = 0;
  for (const k of order) {
    passed += weights[k]!;
    if (passed >= half && passed > 0) return values[k]!;
  }
  return null;
}

/** By row, the month of the first churn day after the cutoff: 1 and up, 0 for none in `months`, -1 not looked at. */
type Towards = {readonly months: number; readonly month: Int8Array};

function monthsToChurn(rows: Int32Array, {cohort, targets, split, study}: CompareOptions): Towards {
  const t = (i: number): number => cohort.cutoffs[cohort.cutoff[i]!]!;
  const reaches = (i: number, months: number): boolean => t(i) + 30 * months <= split.testFrom;
  const least = Math.min(monthsOf(study.horizon), MONTHS);
  const months = rows.some(i => reaches(i, MONTHS)) ? MONTHS : least;
  const month = Int8Array.from(rows, i => {
    if (!reaches(i, months)) return -1;
    const days = targets.firstChurn[i]!;
    return days < 0 || days >= 30 * months ? 0 : 1 + Math.floor(days / 30);
  });
  return {months, month};
}

function aucOfMonth(margins: Float64Array, month: Int8Array, at: number): number | null {
  const rows = [...month.keys()].filter(k => month[k] === 0 || month[k] === at);
  const y = rows.map(k => (month[k] === at ? 1 : 0));
  if (!y.includes(0) || !y.includes(1)) return null;
  return rocAuc(
    rows.map(k => margins[k]!),
    y,
  );
}

const daysOf = (horizon: Span): number => addSpan(0, horizon);
