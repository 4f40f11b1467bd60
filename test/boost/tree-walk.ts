import type {Boost} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import type {Tree} from "../../src/boost/tree.ts";

/** Whether a value goes left at a node, as the doc of Tree says. */
function goesLeft(tree: Tree, node: number, value: number): boolean {
  if (Number.isNaN(value)) return tree.missingLeft[node] === 1;
  const codes = tree.categories[node];
  return codes ? !codes.includes(value) : Math.fround(value) < tree.threshold[node]!;
}

/** Margins by walking each tree for each row, summed in single precision. */
export function walkMargins(model: Boost, {rows, values}: BoostData): number[] {
  return Array.from({length: rows}, (_, i) =>
    model.trees.reduce((margin, tree) => {
      let node = 0;
      while (tree.feature[node]! >= 0)
        node = (goesLeft(tree, node, values[tree.feature[node]! * rows + i]!) ? tree.left : tree.right)[
          node
        ]!;
      return Math.fround(margin + tree.value[node]!);
    }, model.baseMargin),
  );
}

/**
 * Shapley values by their definition, over all sets of features, the bias last (Lundberg et al. 2020: a feature
 * out of the set goes both ways, by the covers). Exponential in the number of features.
 */
export function bruteShapley(model: Boost, {names, rows, values}: BoostData, row: number): number[] {
  const n = names.length;
  const expected = (tree: Tree, node: number, set: number): number => {
    const j = tree.feature[node]!;
    if (j < 0) return tree.value[node]!;
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    if ((set >> j) & 1)
      return expected(tree, goesLeft(tree, node, values[j * rows + row]!) ? left : right, set);
    const [a, b] = [tree.cover[left]!, tree.cover[right]!];
    return (a * expected(tree, left, set) + b * expected(tree, right, set)) / (a + b);
  };
  const worth = Array.from({length: 2 ** n}, (_, set) =>
    model.trees.reduce((sum, tree) => sum + expected(tree, 0, set), model.baseMargin),
  );
  const weights = Array.from({length: n}, (_, size) => 1 / (n * choose(n - 1, size)));
  const shares = names.map((_, j) =>
    worth.reduce((sum, value, set) => {
      if ((set >> j) & 1) return sum;
      return sum + weights[bits(set)]! * (worth[set | (1 << j)]! - value);
    }, 0),
  );
  return [...shares, worth[0]!];
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

const bits = (set: number): number => (set === 0 ? 0 : (set & 1) + bits(set >> 1));
