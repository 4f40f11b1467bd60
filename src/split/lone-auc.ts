/** Labelled rows with the customers that they belong to, counted once and read by every {@link loneAuc}. */
export type LabelledRows = {
  /** 1 for a churner, else 0. */
  readonly y: Uint8Array;
  /** Customer of each row, from 0 on without a gap. */
  readonly cluster: Int32Array;
  readonly clusters: number;
  readonly positives: number;
  /** Customers with a positive row, or with a negative one, whichever are fewer. */
  readonly fewest: number;
  /** Positive rows that a value must have, and no negative, before that is more than chance. */
  readonly telling: number;
};

/** How well one value a row tells churners apart, ranked up or down and missing ones first or last, as is best. */
export type LoneAuc = {
  /** ROC AUC, a tie counting half: 0.5 to 1. */
  readonly auc: number;
  /** Interval of the AUC, within [0, 1]. */
  readonly low: number;
  readonly high: number;
  /** Whether the higher values are the riskier. */
  readonly rising: boolean;
  /** Share of the positive rows with values, or beyond a bound, that no negative row has; 0 for what chance explains. */
  readonly named: number;
};

/** Chance below which a value that only positives have is not put down to luck. */
const LUCK = 1e-6;

/**
 * @param customer of each row, any integers of at least 0.
 * @returns undefined when the rows hold one class only.
 */
export function labelledRows(y: Uint8Array, customer: Int32Array): LabelledRows | undefined {
  const slot = new Int32Array(1 + customer.reduce((a, b) => Math.max(a, b), -1)).fill(-1);
  const cluster = new Int32Array(y.length);
  const counts: [number, number][] = [];
  for (let i = 0; i < y.length; i++) {
    if (slot[customer[i]!] === -1) slot[customer[i]!] = counts.push([0, 0]) - 1;
    cluster[i] = slot[customer[i]!]!;
    counts[cluster[i]!]![y[i]! as 0 | 1] += 1;
  }
  const positives = y.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === y.length) return undefined;
  const with0 = counts.filter(([negative]) => negative > 0).length;
  const with1 = counts.filter(([, positive]) => positive > 0).length;
  let customers = 1;
  for (let p = positives / y.length; p >= LUCK; p *= positives / y.length) customers += 1;
  // A customer's rows are alike, so they count as one.
  const most = counts.reduce((a, [, positive]) => Math.max(a, positive), 0);
  return {
    ...{y, cluster, clusters: counts.length, positives},
    fewest: Math.min(with0, with1),
    telling: customers * most,
  };
}

/**
 * ROC AUC of one value a row, NaN for missing, with an interval that clusters by customer: the infinitesimal jackknife
 * over customers (DeLong et al. 1988; Obuchowski 1997, but for factors that go to 1). One customer of the rarer kind
 * is added of whom the value says nothing, so that a perfect ranking of few customers is not certain.
 * @param z half width of the interval in standard errors.
 */
export function loneAuc(
  values: Float64Array,
  rows: LabelledRows,
  {z = 1.96}: {readonly z?: number} = {},
): LoneAuc {
  const {group, groups} = groupsOf(values);
  const tally = tallyOf(group, groups, rows.y);
  const [first, last] = [areaOf(tally, 0), areaOf(tally, 1)];
  const missingFirst = Math.abs(first - 0.5) >= Math.abs(last - 0.5);
  const area = missingFirst ? first : last;
  const variance = varianceOf(tally, group, area, missingFirst ? 0 : 1, rows);
  const m = rows.fewest;
  const auc = Math.max(area, 1 - area);
  const centre = (m * auc + 0.5) / (m + 1);
  const spread = z * Math.sqrt((m / (m + 1)) ** 2 * variance + (m * (auc - 0.5) ** 2) / (m + 1) ** 3);
  return {
    auc,
    low: Math.max(0, centre - spread),
    high: Math.max(auc, Math.min(1, centre + spread)),
    rising: area >= 0.5,
    named: namedOf(tally, rows),
  };
}

/** Rows by value: missing ones are group 0, the others 1 to groups - 1 by rising value. */
function groupsOf(values: Float64Array): {readonly group: Int32Array; readonly groups: number} {
  const sorted = values.slice().sort();
  let levels = 0;
  for (let k = 0; k < sorted.length && !Number.isNaN(sorted[k]); k++)
    if (k === 0 || sorted[k] !== sorted[levels - 1]) sorted[levels++] = sorted[k]!;
  const group = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    let [low, high] = [0, levels - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    group[i] = low + 1;
  }
  return {group, groups: levels + 1};
}

/** Positive and negative rows by group. */
type Tally = {readonly positive: Float64Array; readonly negative: Float64Array};

function tallyOf(group: Int32Array, groups: number, y: Uint8Array): Tally {
  const [positive, negative] = [new Float64Array(groups), new Float64Array(groups)];
  for (let i = 0; i < group.length; i++) (y[i] === 1 ? positive : negative)[group[i]!]! += 1;
  return {positive, negative};
}

/** Groups in rank order, the missing ones first (start 0) or last (start 1). */
const groupAt = (k: number, start: 0 | 1, groups: number): number => (k + start) % groups;

/** Area under the curve of the groups as ranked from `start`, rising values riskier. */
function areaOf({positive, negative}: Tally, start: 0 | 1): number {
  const groups = positive.length;
  let [below, area, positives] = [0, 0, 0];
  for (let k = 0; k < groups; k++) {
    const g = groupAt(k, start, groups);
    area += positive[g]! * (below + negative[g]! / 2);
    below += negative[g]!;
    positives += positive[g]!;
  }
  return area / (positives * below);
}

/** Variance of the area: a row's placement less the area, over its class, summed by customer and squared. */
function varianceOf(
  {positive, negative}: Tally,
  group: Int32Array,
  area: number,
  start: 0 | 1,
  {y, cluster, clusters, positives}: LabelledRows,
): number {
  const groups = positive.length;
  const negatives = y.length - positives;
  const [ofPositive, ofNegative] = [new Float64Array(groups), new Float64Array(groups)];
  let [above, below] = [positives, 0];
  for (let k = 0; k < groups; k++) {
    const g = groupAt(k, start, groups);
    above -= positive[g]!;
    ofPositive[g] = ((below + negative[g]! / 2) / negatives - area) / positives;
    ofNegative[g] = ((above + positive[g]! / 2) / positives - area) / negatives;
    below += negative[g]!;
  }
  const sums = new Float64Array(clusters);
  for (let i = 0; i < group.length; i++)
    sums[cluster[i]!]! += (y[i] === 1 ? ofPositive : ofNegative)[group[i]!]!;
  let squares = 0;
  for (let c = 0; c < clusters; c++) squares += sums[c]! * sums[c]!;
  return clusters < 2 ? 0 : (squares * clusters) / (clusters - 1);
}

/** Share of the positives in groups, or in a run of groups at either end, that hold no negative and enough positives. */
function namedOf({positive, negative}: Tally, {positives, telling}: LabelledRows): number {
  const groups = positive.length;
  const named = new Uint8Array(groups);
  for (let g = 0; g < groups; g++) if (negative[g] === 0 && positive[g]! >= telling) named[g] = 1;
  for (const start of [0, 1] as const)
    for (const at of [(k: number) => k, (k: number) => groups - 1 - k]) {
      let [k, found] = [0, 0];
      for (; k < groups && negative[groupAt(at(k), start, groups)] === 0; k++)
        found += positive[groupAt(at(k), start, groups)]!;
      if (found >= telling) for (let j = 0; j < k; j++) named[groupAt(at(j), start, groups)] = 1;
    }
  let sum = 0;
  for (let g = 0; g < groups; g++) if (named[g] === 1) sum += positive[g]!;
  return sum / positives;
}
