import {randomOf} from "../random.ts";
import {clustersOf, type Interval, percentileInterval, weightDraws} from "./bootstrap.ts";

/** Rows told apart by a value: row i is of group names[code[i]]; -1 where the value is not known. */
export type Groups = {readonly names: readonly string[]; readonly code: Int32Array};

/** Judged rows. One entry a row, all in one order. */
export type DecidedRows = {
  /** Share of the row that is chosen, in [0, 1]: between 0 and 1 where ties over the cut share what is left. */
  readonly chosen: Float64Array;
  /** Calibrated probability of churn. */
  readonly probabilities: ArrayLike<number>;
  /** 1 for a churner, else 0. */
  readonly y: ArrayLike<number>;
  /** Index of the row's customer. */
  readonly customer: Int32Array;
};

/**
 * Rates of a group: `selection`, share of the rows that are chosen; `truePositive`, of the churners; `falsePositive`,
 * of those who stay; `precision`, churners among those chosen; `calibration`, mean predicted probability less the share
 * of churners, 0 being ideal.
 */
export const RATES = ["selection", "truePositive", "falsePositive", "precision", "calibration"] as const;
export type Rate = (typeof RATES)[number];

/** A rate, or why it is not judged. */
export type Judged = Interval | {readonly tooFew: string};

export type GroupRates = {
  readonly name: string;
  readonly rows: number;
  readonly customers: number;
  readonly churners: number;
  /** Of them chosen. */
  readonly selected: number;
  readonly rates: Readonly<Record<Rate, Judged>>;
  /**
   * Whether the group is chosen more or less often than all others, beyond the luck of all groups together at 5 %;
   * null when that cannot be told.
   */
  readonly uneven: "more" | "less" | null;
  /** The rate over that of all rows outside the group; none for the calibration, which may be 0. */
  readonly ratio: Readonly<Record<Exclude<Rate, "calibration">, Judged>>;
};

export type Fairness = {
  readonly groups: readonly GroupRates[];
  readonly unknown: number;
  readonly draws: number;
};

/**
 * A rate is judged from so many customers of a group that it is a share of; `selected` of them at least are on the list,
 * or would be at the share of all.
 */
export const FEWEST = {customers: 30, churners: 10, stayers: 10, selected: 5} as const;

/**
 * Rates of a decision by group with 95 % intervals, in a bootstrap of whole customers that holds the decision fixed.
 * Each group is compared with all others, not with the best: the largest of many gaps is large by chance. A rate of too
 * few customers is not judged.
 * @throws RangeError when a code is out of range or the lengths differ.
 */
export function judgeFairness(
  rows: DecidedRows,
  groups: Groups,
  {
    seed,
    draws = 1000,
    level = 0.95,
  }: {readonly seed: number; readonly draws?: number; readonly level?: number},
): Fairness {
  const {chosen, y, customer} = rows;
  const n = chosen.length;
  if (groups.code.length !== n || y.length !== n || customer.length !== n)
    throw new RangeError(`judgeFairness requires one group a row, got ${groups.code.length} for ${n}`);
  const bad = groups.code.findIndex(code => code < -1 || code >= groups.names.length);
  if (bad >= 0)
    throw new RangeError(
      `judgeFairness requires groups below ${groups.names.length}, got ${groups.code[bad]} in row ${bad}`,
    );
  const counts = groups.names.map((_, g) => countsOf(rows, groups.code, g));
  const everyone = counts.reduce((sum, {rows: n}) => sum + n, 0);
  const share = counts.reduce((sum, {selected}) => sum + selected, 0) / Math.max(1, everyone);
  const all = new Float64Array(n).fill(1);
  const sums = () => sumsOf(rows, groups, all);
  const sure = sums();
  const weigh = weightDraws(clustersOf(customer), {seed});
  const drawn = Array.from({length: draws}, (_, d) => {
    weigh(d, all);
    return sums();
  });
  const judged = (tooFew: string | undefined, of: (one: Sums) => number): Judged => {
    if (tooFew !== undefined) return {tooFew};
    const defined = Float64Array.from(drawn, of).filter(Number.isFinite);
    const value = of(sure);
    if (!Number.isFinite(value) || 2 * defined.length < draws) return {tooFew: "none outside the group"};
    return {value, ...percentileInterval(defined, level), level, draws: defined.length};
  };
  const uneven = unevenGroups(rows, groups, {seed, draws});
  const found = groups.names.map((name, g): GroupRates => {
    const few = fewOf(counts[g]!, share);
    const ratio = (rate: Rate) => (one: Sums) => own(rate)(one) / others(rate)(one);
    const each = <K extends Rate>(names: readonly K[], of: (rate: Rate) => (one: Sums) => number) =>
      Object.fromEntries(names.map(rate => [rate, judged(few(rate), of(rate))])) as Record<K, Judged>;
    const own = (rate: Rate) => (one: Sums) => rateOf(rate, one.groups[g]!);
    const others = (rate: Rate) => (one: Sums) => rateOf(rate, less(one.all, one.groups[g]!));
    return {
      name,
      ...{rows: counts[g]!.rows, customers: counts[g]!.customers, churners: counts[g]!.churners},
      selected: counts[g]!.selected,
      rates: each(RATES, own),
      ratio: each(SHARES, ratio),
      uneven: few("selection") === undefined ? uneven[g]! : null,
    };
  });
  return {
    groups: found,
    unknown: groups.code.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0),
    draws,
  };
}

const SHARES = RATES.filter((rate): rate is Exclude<Rate, "calibration"> => rate !== "calibration");

/** Every pair of values of two groupings as a group of its own; not known where either is not. */
export function intersect(one: Groups, other: Groups): Groups {
  const k = other.names.length;
  const code = one.code.map((a, i) => (a < 0 || other.code[i]! < 0 ? -1 : a * k + other.code[i]!));
  const present = [...new Set(code)].filter(c => c >= 0).sort((a, b) => a - b);
  const place = new Map(present.map((c, i) => [c, i]));
  return {
    names: present.map(c => `${one.names[Math.floor(c / k)]}, ${other.names[c % k]}`),
    code: code.map(c => (c < 0 ? -1 : place.get(c)!)),
  };
}

/** Weighted sums over rows: all, churners, chosen, chosen churners, and the probabilities. */
type Sum = {all: number; churners: number; chosen: number; hit: number; probability: number};
type Sums = {readonly all: Sum; readonly groups: readonly Sum[]};

const noSum = (): Sum => ({all: 0, churners: 0, chosen: 0, hit: 0, probability: 0});

function sumsOf({chosen, probabilities, y}: DecidedRows, {code, names}: Groups, weights: Float64Array): Sums {
  const all = noSum();
  const groups = names.map(noSum);
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    if (w === 0 || code[i]! < 0) continue;
    for (const sum of [all, groups[code[i]!]!]) {
      sum.all += w;
      sum.churners += w * y[i]!;
      sum.chosen += w * chosen[i]!;
      sum.hit += w * chosen[i]! * y[i]!;
      sum.probability += w * probabilities[i]!;
    }
  }
  return {all, groups};
}

const less = (a: Sum, b: Sum): Sum => ({
  all: a.all - b.all,
  churners: a.churners - b.churners,
  chosen: a.chosen - b.chosen,
  hit: a.hit - b.hit,
  probability: a.probability - b.probability,
});

function rateOf(rate: Rate, {all, churners, chosen, hit, probability}: Sum): number {
  switch (rate) {
    case "selection":
      return chosen / all;
    case "truePositive":
      return hit / churners;
    case "falsePositive":
      return (chosen - hit) / (all - churners);
    case "precision":
      return hit / chosen;
    case "calibration":
      return (probability - churners) / all;
  }
}

type Counts = {
  rows: number;
  customers: number;
  churners: number;
  selected: number;
  /** Customers with such a row. */
  readonly of: {churners: number; stayers: number; selected: number; hits: number; vain: number};
};

function countsOf({chosen, y, customer}: DecidedRows, code: Int32Array, g: number): Counts {
  const members = {
    ...{all: new Set<number>(), churners: new Set(), stayers: new Set()},
    ...{selected: new Set(), hits: new Set(), vain: new Set()},
  };
  const counts = {rows: 0, churners: 0, selected: 0};
  for (let i = 0; i < code.length; i++) {
    if (code[i] !== g) continue;
    counts.rows += 1;
    counts.churners += y[i]!;
    counts.selected += chosen[i]!;
    members.all.add(customer[i]!);
    (y[i] === 1 ? members.churners : members.stayers).add(customer[i]!);
    if (chosen[i]! === 0) continue;
    members.selected.add(customer[i]!);
    (y[i] === 1 ? members.hits : members.vain).add(customer[i]!);
  }
  const {churners, stayers, selected, hits, vain} = members;
  return {
    ...counts,
    customers: members.all.size,
    of: {
      ...{churners: churners.size, stayers: stayers.size, selected: selected.size},
      ...{hits: hits.size, vain: vain.size},
    },
  };
}

/** Why a rate of a group is not judged, if it is not. @param share of all rows that is chosen. */
function fewOf({customers, of}: Counts, share: number): (rate: Rate) => string | undefined {
  const few = (n: number, least: number, what: string) => (n < least ? `${n} ${what}` : undefined);
  const all = few(customers, FEWEST.customers, "customers");
  return rate => {
    if (all !== undefined) return all;
    const expected = Math.floor(Math.max(of.selected, share * customers));
    if (rate === "selection") return few(expected, FEWEST.selected, "expected on the list");
    // A share of none or of all has no spread in any draw.
    const some = (hits: number, n: number) =>
      hits === 0 || hits === n ? `${hits} of ${n} chosen` : undefined;
    if (rate === "truePositive")
      return few(of.churners, FEWEST.churners, "churners") ?? some(of.hits, of.churners);
    if (rate === "falsePositive")
      return few(of.stayers, FEWEST.stayers, "who stay") ?? some(of.vain, of.stayers);
    return rate === "precision" ? few(of.selected, FEWEST.selected, "chosen") : undefined;
  };
}

/**
 * Groups that are chosen more or less often than all others beyond luck: customers change groups at random, and a group
 * counts as uneven at 5 % when it is further off than the furthest of all groups would be by that (single-step maxT,
 * Westfall and Young 1993). A customer is of the group of the first row.
 */
function unevenGroups(
  {chosen, customer}: DecidedRows,
  {names, code}: Groups,
  {seed, draws}: {readonly seed: number; readonly draws: number},
): ("more" | "less" | null)[] {
  const place = new Map<number, number>();
  const group: number[] = [];
  const [rows, list]: [number[], number[]] = [[], []];
  for (let i = 0; i < code.length; i++) {
    if (code[i]! < 0) continue;
    let k = place.get(customer[i]!);
    if (k === undefined) {
      k = group.length;
      place.set(customer[i]!, k);
      group.push(code[i]!);
      rows.push(0);
      list.push(0);
    }
    rows[k]! += 1;
    list[k]! += chosen[i]!;
  }
  const total = rows.reduce((sum, n) => sum + n, 0);
  const share = list.reduce((sum, n) => sum + n, 0) / total;
  const distances = (of: readonly number[]): Float64Array => {
    const [n, k] = [new Float64Array(names.length), new Float64Array(names.length)];
    of.forEach((g, c) => {
      n[g]! += rows[c]!;
      k[g]! += list[c]!;
    });
    return n.map((size, g) => {
      const spread = share * (1 - share) * (1 / size - 1 / total);
      return spread > 0 ? (k[g]! / size - share) / Math.sqrt(spread) : 0;
    });
  };
  const random = randomOf(seed, -1);
  const furthest = new Float64Array(draws);
  const shuffled = group.slice();
  for (let d = 0; d < draws; d++) {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    furthest[d] = distances(shuffled).reduce((most, z) => Math.max(most, Math.abs(z)), 0);
  }
  return Array.from(distances(group), z => {
    const beyond = furthest.reduce((sum, most) => sum + (most >= Math.abs(z) ? 1 : 0), 1) / (draws + 1);
    if (beyond > 0.05) return null;
    return z > 0 ? "more" : "less";
  });
}
