import type {Boost, BoostFeature} from "./boost.ts";
import {EVERY_NUMBER, type Tree} from "./tree.ts";

/** A column of codes, a byte a row: a number's codes count its thresholds from below. */
export type Plane = {
  readonly feature: number;
  /** Which end of the numbers stands for missing: "high" goes right at every cut, "low" goes left. */
  readonly missing: "high" | "low";
};

/** Trees as steps for the program that predicts, see wasm/predict.as.ts. */
export type Plan = {
  /** Of each feature the thresholds that the trees use, ascending; empty for a category or an unused one. */
  readonly thresholds: readonly Float32Array[];
  readonly planes: readonly Plane[];
  readonly trees: readonly PlannedTree[];
};

type PlannedTree = {
  readonly steps: readonly Step[];
  /** Value and node of each leaf, from the left. */
  readonly values: readonly number[];
  readonly nodes: readonly number[];
};

/** Kinds as the program numbers them. `set`: the 256 bits of the codes that go right. */
export type Step = {
  readonly kind: 0 | 1 | 2 | 3;
  readonly number: number;
  readonly plane: number;
  readonly leaf: number;
  readonly set?: Uint8Array;
};

/** Leaves of a tree, and thresholds of a feature, that one byte can tell apart. */
const LEAVES = 256;
const THRESHOLDS = 254;

/** The plan of a model, or nothing when a tree or a feature has more than a byte can tell apart. */
export function planOf({features, trees}: Boost): Plan | undefined {
  const thresholds = features.map(({kind}, j) =>
    kind === "category" ? new Float32Array(0) : thresholdsOf(trees, j),
  );
  // No number reaches the last threshold there is.
  const told = (all: Float32Array): number => (all.at(-1) === EVERY_NUMBER ? all.length - 1 : all.length);
  if (thresholds.some(all => told(all) > THRESHOLDS)) return undefined;
  if (trees.some(({feature}) => feature.filter(j => j < 0).length > LEAVES)) return undefined;
  const planes: Plane[] = [];
  const byKey = new Map<string, number>();
  const planeOf = (feature: number, missing: Plane["missing"]): number => {
    const key = `${feature} ${missing}`;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    byKey.set(key, planes.length);
    return planes.push({feature, missing}) - 1;
  };
  return {thresholds, planes, trees: trees.map(tree => planTree(tree, {features, thresholds, planeOf}))};
}

function thresholdsOf(trees: readonly Tree[], feature: number): Float32Array {
  const seen = new Set<number>();
  for (const tree of trees)
    for (let i = 0; i < tree.feature.length; i++)
      if (tree.feature[i] === feature) seen.add(tree.threshold[i]!);
  return Float32Array.from(seen).sort();
}

type Context = {
  readonly features: readonly BoostFeature[];
  readonly thresholds: readonly Float32Array[];
  readonly planeOf: (feature: number, missing: Plane["missing"]) => number;
};

function planTree(tree: Tree, context: Context): PlannedTree {
  const steps: Step[] = [];
  const nodes: number[] = [];
  const isLeaf = (node: number): boolean => tree.feature[node]! < 0;
  const visit = (node: number): void => {
    if (isLeaf(node)) {
      steps.push({kind: 0, number: nodes.length, plane: 0, leaf: 0});
      nodes.push(node);
      return;
    }
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    const step = stepOf(tree, node, context);
    if (step.kind === 2 && isLeaf(left) && isLeaf(right)) {
      steps.push({...step, kind: 1, leaf: nodes.length + 1});
      nodes.push(left, right);
      return;
    }
    visit(left);
    visit(right);
    steps.push(step);
  };
  visit(0);
  return {steps, nodes, values: nodes.map(node => tree.value[node]!)};
}

function stepOf(tree: Tree, node: number, {features, thresholds, planeOf}: Context): Step {
  const feature = tree.feature[node]!;
  const missingLeft = tree.missingLeft[node] === 1;
  if (features[feature]!.kind === "category") {
    const set = new Uint8Array(32);
    for (const code of [...tree.categories[node]!, ...(missingLeft ? [] : [255])])
      set[code >> 3]! |= 1 << (code & 7);
    return {kind: 3, number: 0, plane: planeOf(feature, "high"), leaf: 0, set};
  }
  // A value is below the threshold when no more thresholds than stand before it are at or below the value.
  const cut = thresholds[feature]!.indexOf(tree.threshold[node]!);
  const number = missingLeft ? cut + 1 : cut;
  return {kind: 2, number, plane: planeOf(feature, missingLeft ? "low" : "high"), leaf: 0};
}
