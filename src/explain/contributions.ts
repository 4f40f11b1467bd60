import type {Explanation} from "./explain-rows.ts";
import type {SubjectGroup} from "./subjects.ts";

/**
 * Contributions are compared in whole steps of this size, in units of the margin. Differences by rounding, of the
 * order of 1e-15, are then ties, unless a contribution lies just between two steps.
 */
export const PRECISION = 1e-6;

/** A contribution in whole steps of {@link PRECISION}. */
export const stepsOf = (contribution: number): number => Math.round(contribution / PRECISION) + 0;

/**
 * Sums the contributions of each group, with their signs, in catalogue order.
 * @returns a function that writes the sums of a row to `out`, one a group.
 * @throws RangeError when a member has no contribution, or a contribution belongs to no group.
 */
export function groupSums(
  who: string,
  {names, values}: Explanation,
  groups: readonly SubjectGroup[],
): {readonly columns: readonly Int32Array[]; readonly sum: (row: number, out: Float64Array) => Float64Array} {
  const place = new Map(names.map((name, j) => [name, j]));
  const columns = groups.map(({members}) =>
    Int32Array.from(members, ({name}) => {
      const j = place.get(name);
      if (j === undefined) throw new RangeError(`${who} requires a contribution of ${name}, got none`);
      return j;
    }),
  );
  const grouped = new Set(columns.flatMap(column => [...column]));
  const left = names.find((_, j) => !grouped.has(j));
  if (left !== undefined)
    throw new RangeError(`${who} requires ${left} to be in the catalogue, got no entry`);
  return {
    columns,
    sum: (row, out) => {
      const start = row * names.length;
      for (const [g, column] of columns.entries()) {
        let sum = 0;
        for (const j of column) sum += values[start + j]!;
        out[g] = sum;
      }
      return out;
    },
  };
}
