import type {Tree} from "./tree.ts";

/**
 * Splits that have to be passed on a given side: 2 k for the left side of the k-th split of the tree, 2 k + 1 for
 * the right one.
 */
export type Condition = readonly number[];

/** A leaf with the features on its way. Nothing else is needed of the tree to share out what the leaf gives. */
type Way = {
  readonly value: number;
  readonly features: readonly number[];
  /** Of each feature the share of rows, by cover, that meets its conditions. */
  readonly shares: readonly number[];
};

/** Neighbouring leaves that depend on at most 8 conditions together, so that a byte tells where a row belongs. */
export type ShapGroup = {
  readonly conditions: readonly Condition[];
  /** `needs`: two bytes a feature, the conditions that it depends on, and which of them have to be met. */
  readonly leaves: readonly (Way & {readonly needs: Uint8Array})[];
};

/** A leaf with more than 8 features on its way; one condition a feature. */
export type DeepLeaf = Way & {readonly conditions: readonly Condition[]};

export type ShapTree = {
  /** Nodes that split, in the order in which conditions count them. */
  readonly splits: readonly number[];
  readonly groups: readonly ShapGroup[];
  readonly deep: readonly DeepLeaf[];
};

/** Conditions that a byte has room for. */
export const CONDITIONS = 8;

/** What the way to a node demands of a feature. */
type Demands = ReadonlyMap<number, {readonly terms: Condition; readonly share: number}>;

export function shapTree(tree: Tree): ShapTree {
  const splits = tree.feature.flatMap((feature, node) => (feature < 0 ? [] : [node]));
  const below = splitsBelow(tree);
  const groups: ShapGroup[] = [];
  const deep: DeepLeaf[] = [];
  const visit = (node: number, demands: Demands): void => {
    if (demands.size + below[node]! <= CONDITIONS) groups.push(groupOf(tree, node, splits, demands));
    else if (tree.feature[node]! < 0) deep.push(deepLeaf(tree.value[node]!, demands));
    else
      for (const side of SIDES) {
        const feature = tree.feature[node]!;
        const {terms, share} = demands.get(feature) ?? {terms: [], share: 1};
        visit(
          childOf(tree, node, side),
          new Map(demands).set(feature, {
            terms: [...terms, 2 * splits.indexOf(node) + side],
            share: share * shareOf(tree, node, side),
          }),
        );
      }
  };
  visit(0, new Map());
  return {splits, groups, deep};
}

/** Left and right, as conditions count them. */
const SIDES = [0, 1] as const;
type Side = (typeof SIDES)[number];

const childOf = (tree: Tree, node: number, side: Side): number =>
  side === 0 ? tree.left[node]! : tree.right[node]!;

function shareOf(tree: Tree, node: number, side: Side): number {
  return (
    tree.cover[childOf(tree, node, side)]! / (tree.cover[tree.left[node]!]! + tree.cover[tree.right[node]!]!)
  );
}

/** Of each node the splits in its subtree, its own included. */
function splitsBelow({feature, left, right}: Tree): number[] {
  const below: number[] = [];
  // Children stand behind their parent.
  for (let node = feature.length - 1; node >= 0; node--)
    below[node] = feature[node]! < 0 ? 0 : 1 + below[left[node]!]! + below[right[node]!]!;
  return below;
}

function deepLeaf(value: number, demands: Demands): DeepLeaf {
  const all = [...demands.values()];
  return {
    value,
    features: [...demands.keys()],
    shares: all.map(({share}) => share),
    conditions: all.map(({terms}) => terms),
  };
}

type Met = {readonly need: number; readonly want: number; readonly share: number};

function groupOf(tree: Tree, top: number, splits: readonly number[], demands: Demands): ShapGroup {
  const conditions = [...demands.values()].map(({terms}) => terms);
  const leaves: ShapGroup["leaves"][number][] = [];
  const visit = (node: number, met: ReadonlyMap<number, Met>): void => {
    const feature = tree.feature[node]!;
    if (feature < 0) {
      const all = [...met.values()];
      leaves.push({
        value: tree.value[node]!,
        features: [...met.keys()],
        shares: all.map(({share}) => share),
        needs: Uint8Array.from(all.flatMap(({need, want}) => [need, want])),
      });
      return;
    }
    const bit = 1 << (conditions.push([2 * splits.indexOf(node)]) - 1);
    const {need, want, share} = met.get(feature) ?? {need: 0, want: 0, share: 1};
    for (const side of SIDES)
      visit(
        childOf(tree, node, side),
        new Map(met).set(feature, {
          need: need | bit,
          want: side === 0 ? want | bit : want,
          share: share * shareOf(tree, node, side),
        }),
      );
  };
  const met = [...demands].map(([feature, {share}], k): [number, Met] => [
    feature,
    {need: 1 << k, want: 1 << k, share},
  ]);
  visit(top, new Map(met));
  return {conditions, leaves};
}
