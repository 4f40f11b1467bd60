import type {Boost, BoostFeature, BoostParameters} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {EVERY_NUMBER, type Tree} from "../../src/boost/tree.ts";
import type {Random} from "../../src/random.ts";

export type RandomBoostOptions = {
  readonly trees?: number;
  /** Leaves of each tree, 1 or more. */
  readonly leaves?: number;
  /** "full": halves the leaves at each node; "chain": a leaf and the rest; "any": at random. */
  readonly shape?: "any" | "chain" | "full";
  /** Numeric features, named n0, n1, ... */
  readonly numbers?: number;
  /** Cuts that the thresholds of a numeric feature are drawn from. */
  readonly cuts?: number;
  /** Categorical features, named c0, c1, ...; they stand behind the numeric ones. */
  readonly categories?: number;
  /** Codes that training saw of a category, 254 at most. */
  readonly codes?: number;
  readonly objective?: Boost["objective"];
};

const PARAMETERS: BoostParameters = {
  trees: 200,
  growth: "depth",
  depth: 6,
  leaves: 31,
  rate: 0.1,
  bins: 255,
  l1: 0,
  l2: 1,
  categoryL2: 10,
  minChildWeight: 1,
  minGain: 0,
  rowSample: 1,
  columnSample: 1,
  nodeColumnSample: 1,
  positiveWeight: 1,
  monotone: {},
};

/**
 * Boosted trees that no data made: splits on random features, missing to either side, one numeric split in
 * twenty that parts missing from every number, random sets of codes, values within [-1, 1).
 */
export function randomBoost(random: Random, options: RandomBoostOptions = {}): Boost {
  const {trees = 10, numbers = 4, cuts = 20, categories = 2, codes = 12, objective = "logistic"} = options;
  const features: BoostFeature[] = [
    ...Array.from({length: numbers}, (_, j) => {
      const bins = new Set<number>(cuts > 0 ? [0] : []);
      while (bins.size < cuts) bins.add(Math.fround(4 * random() - 2));
      const sorted = [...bins].sort((a, b) => a - b);
      return {name: `n${j}`, kind: "number" as const, bins: sorted, missing: 9};
    }),
    ...Array.from({length: categories}, (_, j) => {
      const seen = new Set<number>();
      while (seen.size < codes) seen.add(Math.floor(254 * random()));
      const sorted = [...seen].sort((a, b) => a - b);
      return {name: `c${j}`, kind: "category" as const, bins: sorted, missing: 9};
    }),
  ];
  return {
    features,
    objective,
    baseMargin: Math.fround(random() - 0.5),
    trees: Array.from({length: trees}, () => randomTree(random, features, options)),
    parameters: {...PARAMETERS, trees},
    seed: 1,
    training: {rows: 1000, tuneLoss: [], notes: []},
  };
}

/** One such tree, its nodes in preorder; covers and rows of children sum up to those of the parent. */
export function randomTree(
  random: Random,
  features: readonly BoostFeature[],
  {leaves = 16, shape = "any"}: RandomBoostOptions = {},
): Tree {
  const nodes: Node[] = [];
  const grow = (budget: number): Node => {
    const node: Node = {...LEAF};
    const index = nodes.push(node) - 1;
    if (budget > 1) {
      const feature = Math.floor(random() * features.length);
      Object.assign(node, {feature, gain: Math.fround(0.01 + random()), missingLeft: random() < 0.5 ? 1 : 0});
      split(random, node, features[feature]!);
      const part = shape === "full" ? 0.5 : random();
      const left =
        shape === "chain" ? (random() < 0.5 ? 1 : budget - 1) : 1 + Math.floor(part * (budget - 1 + 1e-9));
      node.left = index + 1;
      const first = grow(Math.min(left, budget - 1));
      node.right = nodes.length;
      const second = grow(budget - Math.min(left, budget - 1));
      node.rows = first.rows + second.rows;
      node.cover = Math.fround(first.cover + second.cover);
    } else {
      node.value = Math.fround(2 * random() - 1);
      node.rows = 1 + Math.floor(random() * 200);
      // Sixteenths, so that sums of them are exact.
      node.cover = Math.ceil(node.rows * (0.02 + 0.23 * random()) * 16) / 16;
    }
    return node;
  };
  grow(leaves);
  return {
    feature: nodes.map(node => node.feature),
    threshold: nodes.map(node => node.threshold),
    categories: Object.fromEntries(nodes.flatMap((node, i) => (node.codes ? [[i, node.codes]] : []))),
    missingLeft: nodes.map(node => node.missingLeft),
    left: nodes.map(node => node.left),
    right: nodes.map(node => node.right),
    value: nodes.map(node => node.value),
    gain: nodes.map(node => node.gain),
    cover: nodes.map(node => node.cover),
    rows: nodes.map(node => node.rows),
  };
}

/**
 * Rows for such a model: about a tenth missing, a third of the numbers equal to a cut, some of either zero; of
 * the categories some codes that training did not see and some beyond those that it may see.
 */
export function randomData(random: Random, features: readonly BoostFeature[], rows: number): BoostData {
  const values = new Float64Array(features.length * rows);
  features.forEach(({kind, bins}, j) => {
    for (let i = 0; i < rows; i++)
      values[j * rows + i] =
        random() < 0.1 ? Number.NaN : kind === "number" ? numberNear(random, bins) : codeNear(random, bins);
  });
  return {names: features.map(({name}) => name), rows, values};
}

type Node = {
  feature: number;
  threshold: number;
  codes: number[] | undefined;
  missingLeft: 0 | 1;
  left: number;
  right: number;
  value: number;
  gain: number;
  cover: number;
  rows: number;
};

const LEAF: Node = {
  feature: -1,
  threshold: 0,
  codes: undefined,
  missingLeft: 0,
  left: 0,
  right: 0,
  value: 0,
  gain: 0,
  cover: 0,
  rows: 0,
};

function split(random: Random, node: Node, {kind, bins}: BoostFeature): void {
  if (kind === "number") {
    if (random() < 0.05 || bins.length === 0) Object.assign(node, {threshold: EVERY_NUMBER, missingLeft: 0});
    else node.threshold = bins[Math.floor(random() * bins.length)]!;
  } else {
    const codes = bins.filter(() => random() < 0.5);
    node.codes = codes.length > 0 ? codes : [bins[0]!];
  }
}

function numberNear(random: Random, cuts: readonly number[]): number {
  const kind = random();
  if (kind < 0.3 && cuts.length > 0) return cuts[Math.floor(random() * cuts.length)]!;
  if (kind < 0.35) return 0;
  if (kind < 0.4) return -0;
  if (kind < 0.42) return 3e38 * (random() < 0.5 ? -1 : 1);
  return 5 * random() - 2.5;
}

function codeNear(random: Random, codes: readonly number[]): number {
  const kind = random();
  if (kind < 0.7) return codes[Math.floor(random() * codes.length)]!;
  if (kind < 0.9) return Math.floor(254 * random());
  return [254, 255, 256, 510, 1e9][Math.floor(random() * 5)]!;
}
