/**
 * A binary tree as parallel arrays, one entry a node, parents before children, node 0 the root. Row x goes left
 * at node i when x[feature] < at, right otherwise, and when missing as `missingLeft` says.
 */
export type Tree = {
  /** Feature that the node splits on, -1 at a leaf. */
  readonly feature: readonly number[];
  /** The threshold; at a leaf its value. Single precision. */
  readonly at: readonly number[];
  /** Child nodes; 0 at a leaf. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** 1 when missing goes left. */
  readonly missingLeft: readonly (0 | 1)[];
};

/**
 * Adds to `out` the sum over `trees` of the leaf that each row falls into.
 * @param values column-major single-precision features; NaN is missing.
 */
export function addTrees(
  trees: readonly Tree[],
  values: Float32Array,
  rows: number,
  out: Float64Array,
): void {
  for (const tree of trees) {
    const feature = Int32Array.from(tree.feature);
    const at = Float32Array.from(tree.at);
    const left = Int32Array.from(tree.left);
    const right = Int32Array.from(tree.right);
    const missing = left.map((child, i) => (tree.missingLeft[i] === 1 ? child : right[i]!));
    for (let i = 0; i < rows; i++) {
      let node = 0;
      for (let j = feature[0]!; j >= 0; j = feature[node]!) {
        const value = values[j * rows + i]!;
        if (value < at[node]!) node = left[node]!;
        else node = Number.isNaN(value) ? missing[node]! : right[node]!;
      }
      out[i]! += at[node]!;
    }
  }
}

/**
 * Reads trees from a model file of XGBoost before 1.0 (binary, little endian): the learner's parameters, the
 * names of objective and booster, the booster's parameters, then a tree each of parameters, nodes, statistics.
 * @returns the trees and the margin that they start from.
 * @throws RangeError when the file is not one of a binary classifier with a tree booster.
 */
export function readXgboostFile(bytes: Uint8Array): {readonly baseMargin: number; readonly trees: Tree[]} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = LEARNER_BYTES;
  const text = (): string => {
    const length = view.getUint32(at, true);
    const value = String.fromCharCode(...bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
    return value;
  };
  const [objective, booster] = [text(), text()];
  if (objective !== "binary:logistic" || booster !== "gbtree")
    throw new RangeError(
      `readXgboostFile requires binary:logistic with gbtree, got ${objective} with ${booster}`,
    );
  const count = view.getInt32(at, true);
  at += BOOSTER_BYTES;
  const trees: Tree[] = [];
  for (let t = 0; t < count; t++) {
    const nodes = view.getInt32(at + 4, true);
    at += TREE_BYTES;
    trees.push(readTree(view, at));
    at += nodes * (NODE_BYTES + STATISTICS_BYTES);
  }
  // With 0 added, minus zero is zero, as it is after a round trip through JSON.
  return {baseMargin: view.getFloat32(0, true) + 0, trees};
}

const LEARNER_BYTES = 136;
const BOOSTER_BYTES = 160;
const TREE_BYTES = 148;
/** Parent, left child, right child, feature with the direction of missing in its top bit, threshold or value. */
const NODE_BYTES = 20;
const STATISTICS_BYTES = 16;

function readTree(view: DataView, start: number): Tree {
  const tree = {
    feature: [] as number[],
    at: [] as number[],
    left: [] as number[],
    right: [] as number[],
    missingLeft: [] as (0 | 1)[],
  };
  // Pruned nodes stay in the file; walking from the root leaves them out.
  const copy = (node: number): number => {
    const at = start + node * NODE_BYTES;
    const child = view.getInt32(at + 4, true);
    const split = view.getUint32(at + 12, true);
    const index = tree.feature.length;
    tree.feature.push(child < 0 ? -1 : split & 0x7fffffff);
    tree.at.push(shortest(view.getFloat32(at + 16, true)));
    tree.left.push(0);
    tree.right.push(0);
    tree.missingLeft.push(child >= 0 && split >>> 31 === 1 ? 1 : 0);
    if (child >= 0) {
      tree.left[index] = copy(child);
      tree.right[index] = copy(view.getInt32(at + 8, true));
    }
    return index;
  };
  copy(0);
  return tree;
}

/** The number with 9 digits that rounds to the same single-precision one: it keeps the saved model short. */
const shortest = (value: number): number => Number(value.toPrecision(9));
