import {quantileOf} from "../../evaluate/quantile.ts";
import type {Matrix} from "../../features/matrix.ts";

/** Rows alike in one feature of which hardly any, or nearly all, were treated: what contact does there is not seen. */
export type PositivityGap = {
  readonly feature: string;
  /** A level of a category; a fifth of a number, both ends in it, the lower one open unless it is the first; "missing". */
  readonly part:
    | {readonly kind: "level"; readonly level: string}
    | {readonly kind: "range"; readonly low: number; readonly high: number}
    | {readonly kind: "missing"};
  readonly rows: number;
  readonly treated: number;
};

/** Fewer rows than these say nothing of whether contacts were possible. */
const LEAST = 30;
/** A share treated below this, or above what it leaves of 1, is a gap. */
const SHARE = 0.02;
const PARTS = 5;

/**
 * The parts of single features in which one arm is (nearly) absent, in the order of the table. A feature that is not
 * here may still hide a gap together with another: the propensities see those.
 * @param treated 1 treated, 0 control, one a row.
 * @throws RangeError when lengths differ.
 */
export function positivityGaps(x: Matrix, treated: Uint8Array): PositivityGap[] {
  if (treated.length !== x.rows)
    throw new RangeError(`positivityGaps requires ${x.rows} entries of treated, got ${treated.length}`);
  return x.names.flatMap((feature, j) => {
    const values = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    return partsOf(values, x.categories?.[feature]).flatMap(({part, holds}) => {
      let [rows, ones] = [0, 0];
      for (let i = 0; i < values.length; i++)
        if (holds(values[i]!)) {
          rows += 1;
          ones += treated[i]!;
        }
      const share = ones / rows;
      return rows >= LEAST && (share < SHARE || share > 1 - SHARE)
        ? [{feature, part, rows, treated: ones}]
        : [];
    });
  });
}

type Part = {readonly part: PositivityGap["part"]; readonly holds: (value: number) => boolean};

function partsOf(values: Float64Array, levels: readonly string[] | undefined): Part[] {
  const missing: Part = {part: {kind: "missing"}, holds: Number.isNaN};
  if (levels)
    return [
      ...levels.map((level, code): Part => ({part: {kind: "level", level}, holds: value => value === code})),
      missing,
    ];
  const sorted = values.filter(value => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [missing];
  const ends = Array.from({length: PARTS}, (_, k) => quantileOf(sorted, (k + 1) / PARTS));
  const bounds = [...new Set([sorted[0]!, ...ends])];
  const ranges = bounds.slice(bounds.length > 1 && ends[0] !== sorted[0] ? 1 : 0);
  return [
    ...ranges.map((high, k): Part => {
      const before = k === 0 ? Number.NEGATIVE_INFINITY : ranges[k - 1]!;
      const low = k === 0 ? sorted[0]! : before;
      return {part: {kind: "range", low, high}, holds: value => value > before && value <= high};
    }),
    missing,
  ];
}
