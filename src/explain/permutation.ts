import {rocAuc} from "../evaluate/metrics.ts";
import {requireBothClasses} from "../evaluate/ranking.ts";
import type {Matrix} from "../features/matrix.ts";
import type {Random} from "../random.ts";

/** Margins of the rows of a table, higher is riskier; a row's margin does not depend on the other rows. */
export type Predict = (x: Matrix) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** What a ranking loses when features are torn from their rows. */
export type GroupImportance = {
  readonly features: readonly string[];
  /** Mean fall of the ROC AUC over the permutations; around 0, or below by chance, for features without use. */
  readonly drop: number;
  /** Standard deviation of the falls between permutations (n - 1); 0 with one. It is no interval over customers. */
  readonly deviation: number;
};

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how far the ROC AUC falls when a group of
 * features gets the values of another row, those of the group together, so that they still fit each other. It says
 * what the ranking relies on. Features in different groups that stand for each other share what they have in common,
 * and so may both look small. Association, not cause.
 * @param y 1 for a churner, else 0, one a row.
 * @param groups names of the features that move together; each feature by itself when absent.
 * @param permutations for each, the row whose values each row gets; the same ones for all groups.
 * @returns in the order of the groups.
 * @throws RangeError when `y` holds one class only, there is no permutation, or one is not of the rows of `x`, or a
 * group names a feature that `x` does not have.
 */
export async function permutationImportance(
  predict: Predict,
  x: Matrix,
  y: ArrayLike<number>,
  {
    groups = x.names.map(name => [name]),
    permutations,
  }: {
    readonly groups?: readonly (readonly string[])[];
    readonly permutations: readonly ArrayLike<number>[];
  },
): Promise<GroupImportance[]> {
  requireBothClasses("permutationImportance", y);
  if (permutations.length === 0)
    throw new RangeError("permutationImportance requires a permutation, got none");
  const wrong = permutations.find(order => order.length !== x.rows);
  if (wrong)
    throw new RangeError(
      `permutationImportance requires permutations of ${x.rows} rows, got ${wrong.length}`,
    );
  const base = rocAuc(await predict(x), y);
  const result: GroupImportance[] = [];
  for (const features of groups) {
    const drops: number[] = [];
    for (const order of permutations)
      drops.push(base - rocAuc(await predict(permuteColumns(x, features, order)), y));
    const drop = drops.reduce((sum, one) => sum + one, 0) / drops.length;
    const squares = drops.reduce((sum, one) => sum + (one - drop) ** 2, 0);
    const deviation = drops.length > 1 ? Math.sqrt(squares / (drops.length - 1)) : 0;
    result.push({features: [...features], drop, deviation});
  }
  return result;
}

/** `x` with row i of the named features taken from row rows[i]; the other features stay. */
export function permuteColumns(x: Matrix, features: readonly string[], rows: ArrayLike<number>): Matrix {
  const values = x.values.slice();
  for (const name of features) {
    const j = x.names.indexOf(name);
    if (j < 0) throw new RangeError(`permuteColumns requires features of the table, got ${name}`);
    for (let i = 0; i < x.rows; i++) values[j * x.rows + i] = x.values[j * x.rows + rows[i]!]!;
  }
  return {...x, values};
}

/** The numbers 0 to n - 1 in random order (Fisher and Yates), several times. */
export const drawPermutations = (n: number, {count, random}: {count: number; random: Random}): Int32Array[] =>
  Array.from({length: count}, () => {
    const out = Int32Array.from({length: n}, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const k = Math.floor(random() * (i + 1));
      [out[i], out[k]] = [out[k]!, out[i]!];
    }
    return out;
  });
