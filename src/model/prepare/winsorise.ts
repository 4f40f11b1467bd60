import {type Column, changeColumns, isNumber, requireNoInfinity, sortedKnown} from "./column.ts";

/**
 * Pulls numbers in to bounds. In production a value below `low` counts as `low`, one above `high` as `high`; missing
 * stays missing.
 */
export type Winsoriser = {
  readonly kind: "winsorise";
  /** Share of the known training rows beyond each bound at most, in [0, 0.5). */
  readonly share: number;
  readonly columns: readonly {readonly name: string; readonly low: number; readonly high: number}[];
};

export type WinsoriseOptions = {readonly share?: number};

/**
 * Learns the bounds: values that occurred (type 1 of Hyndman and Fan 1996, from either end). `low` is the smallest
 * with at least the share of the known values at or below it, `high` the largest with at least it at or above. With
 * share 0 they are the least and the greatest. A column whose bounds meet is left as it is: it would become constant.
 * @throws RangeError for a share out of its range or an infinite value.
 */
export function fitWinsoriser(
  columns: readonly Column[],
  {share = 0.005}: WinsoriseOptions = {},
): Winsoriser {
  if (!(share >= 0 && share < 0.5))
    throw new RangeError(`fitWinsoriser requires a share in [0, 0.5), got ${share}`);
  requireNoInfinity("fitWinsoriser", columns);
  const bounds = columns.flatMap(column => {
    const known = sortedKnown(column);
    if (known.length === 0) return [];
    // The slack is rounding: 7% of 100 values are 7.
    const k = Math.max(0, Math.ceil(share * known.length - 1e-9) - 1);
    const [low, high] = [known[k]!, known[known.length - 1 - k]!];
    return low < high ? [{name: column.name, low, high}] : [];
  });
  return {kind: "winsorise", share, columns: bounds};
}

export function winsorise({columns: known}: Winsoriser, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isNumber}, ({low, high}, {name, values}) => [
    {name, values: values.map(value => Math.min(Math.max(value, low), high))},
  ]);
}
