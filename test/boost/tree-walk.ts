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

/** What a set of features, its bits, is worth. */
type Worth = (set: number) => number;

/** Of a row of which some features are known: one that is not goes both ways, by the covers (Lundberg et al. 2020). */
export function pathWorth(model: Boost, {rows, values}: BoostData, row: number): Worth {
  const expected = (tree: Tree, node: number, set: number): number => {
    const j = tree.feature[node]!;
    if (j < 0) return tree.value[node]!;
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    if ((set >> j) & 1)
      return expected(tree, goesLeft(tree, node, values[j * rows + row]!) ? left : right, set);
    const [a, b] = [tree.cover[left]!, tree.cover[right]!];
    return (a * expected(tree, left, set) + b * expected(tree, right, set)) / (a + b);
  };
  return set => model.trees.reduce((sum, tree) => sum + expected(tree, 0, set), model.baseMargin);
}

/** The mean margin of the row with the features outside of the set taken from each background row. */
export function backgroundWorth(model: Boost, x: BoostData, row: number, background: BoostData): Worth {
  return set => {
    let sum = 0;
    for (let k = 0; k < background.rows; k++)
      for (const tree of model.trees) {
        let node = 0;
        for (let j = tree.feature[0]!; j >= 0; j = tree.feature[node]!) {
          const [from, at] = (set >> j) & 1 ? [x, row] : [background, k];
          node = (goesLeft(tree, node, from.values[j * from.rows + at]!) ? tree.left : tree.right)[node]!;
        }
        sum += tree.value[node]!;
      }
    return model.baseMargin + sum / background.rows;
  };
}

/** Shapley values of n players by their definition, over all sets, what the empty one is worth last. */
export function shapleyValues(n: number, worthOf: Worth): number[] {
  const worth = Array.from({length: 2 ** n}, (_, set) => worthOf(set));
  const weights = Array.from({length: n}, (_, size) => 1 / (n * choose(n - 1, size)));
  const shares = Array.from({length: n}, (_, j) =>
    worth.reduce((sum, value, set) => {
      if ((set >> j) & 1) return sum;
      return sum + weights[bits(set)]! * (worth[set | (1 << j)]! - value);
    }, 0),
  );
  return [...shares, worth[0]!];
}

/** Half of the Shapley interaction index of two of n players, by its definition (Fujimoto et al. 2006). */
export function shapleyInteraction(n: number, worthOf: Worth, i: number, j: number): number {
  const [a, b] = [1 << i, 1 << j];
  let sum = 0;
  for (let set = 0; set < 2 ** n; set++) {
    if (set & (a | b)) continue;
    const together = worthOf(set | a | b) - worthOf(set | a) - worthOf(set | b) + worthOf(set);
    sum += together / (2 * (n - 1) * choose(n - 2, bits(set)));
  }
  return sum;
}

/** Path-dependent Shapley values of a row, the bias last. */
export const bruteShapley = (model: Boost, x: BoostData, row: number): number[] =>
  shapleyValues(x.names.length, pathWorth(model, x, row));

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);

const bits = (set: number): number => (set === 0 ? 0 : (set & 1) + bits(set >> 1));
