import type {Matrix} from "../features/matrix.ts";

/** How one feature, or one level of it, lies in the two arms. */
export type Balance = {
  /** For people: the feature, with " = level" for a level of a category and " missing" for the share without a value. */
  readonly name: string;
  readonly feature: string;
  /** "number": means; "share": of a level, of ones where a number is 0 or 1 only, or of rows without a value. */
  readonly kind: "number" | "share";
  /** Weighted mean or share in each arm, of the rows with a value; of all rows for the share without one. */
  readonly treated: number;
  readonly control: number;
  /**
   * Standardised mean difference: treated − control over the pooled standard deviation √((s²₁ + s²₀) / 2) of both arms
   * before weighting (Rosenbaum and Rubin 1985; Austin 2009). With that denominator it measures the same thing before
   * and after weighting. 0 when both are equal, infinite when they differ and no arm varies.
   */
  readonly smd: number;
  /** The same over the standard deviation of the treated before weighting (MatchIt's for the effect on the treated). */
  readonly smdTreated: number;
  /** Weighted variance of the treated over that of the control; null for shares, and when the control does not vary. */
  readonly varianceRatio: number | null;
};

/**
 * Balance of each feature between the arms, in the order of the table; a category gives one entry a level that occurs,
 * and a feature with missing values one entry more, the share without a value. Variances of numbers have the divisor
 * n − 1, with weights Σw − Σw² / Σw; those of shares are p (1 − p). A feature without a value in an arm has no entry but
 * the share without one.
 * @param treated 1 treated, 0 control, one a row.
 * @param weights one a row, at least 0, such as matching or inverse propensity gives; all 1 when absent.
 * @throws RangeError when lengths differ, a weight is negative or not finite, or an arm is without weight.
 */
export function balanceOf(x: Matrix, treated: Uint8Array, weights?: Float64Array): Balance[] {
  checkArms(x, treated, weights);
  const ones = new Float64Array(x.rows).fill(1);
  const rows: Rows = {treated, weights: weights ?? ones, ones};
  return x.names.flatMap((feature, j) =>
    columnsOf(feature, x.values.subarray(j * x.rows, (j + 1) * x.rows), x.categories?.[feature]).flatMap(
      column => balanceOfColumn(column, rows),
    ),
  );
}

/** What is compared of a feature; NaN is no part of it. */
type Column = Pick<Balance, "name" | "feature" | "kind"> & {readonly values: Float64Array};
type Rows = {readonly treated: Uint8Array; readonly weights: Float64Array; readonly ones: Float64Array};

function columnsOf(
  feature: string,
  values: Float64Array,
  levels: readonly string[] | undefined,
): readonly Column[] {
  const share = (name: string, shares: Float64Array): Column => ({
    name,
    feature,
    kind: "share",
    values: shares,
  });
  const columns: Column[] = levels
    ? levels.flatMap((level, code) =>
        values.includes(code)
          ? [
              share(
                `${feature} = ${level}`,
                values.map(value => (Number.isNaN(value) ? value : Number(value === code))),
              ),
            ]
          : [],
      )
    : [{name: feature, feature, kind: isShare(values) ? "share" : "number", values}];
  return values.some(Number.isNaN)
    ? [
        ...columns,
        share(
          `${feature} missing`,
          values.map(value => Number(Number.isNaN(value))),
        ),
      ]
    : columns;
}

const isShare = (values: Float64Array): boolean =>
  values.every(value => value === 0 || value === 1 || Number.isNaN(value));

function balanceOfColumn({name, feature, kind, values}: Column, rows: Rows): Balance[] {
  const momentsOf = (arm: number, weights: Float64Array) =>
    moments(values, {treated: rows.treated, arm, weights, kind});
  const [treated, control] = [momentsOf(1, rows.weights), momentsOf(0, rows.weights)];
  if (!treated || !control) return [];
  const [before1, before0] = [momentsOf(1, rows.ones)!, momentsOf(0, rows.ones)!];
  const difference = treated.mean - control.mean;
  const over = (variance: number): number => (difference === 0 ? 0 : difference / Math.sqrt(variance));
  return [
    {
      name,
      feature,
      kind,
      treated: treated.mean,
      control: control.mean,
      smd: over((before1.variance + before0.variance) / 2),
      smdTreated: over(before1.variance),
      varianceRatio: kind === "share" || !(control.variance > 0) ? null : treated.variance / control.variance,
    },
  ];
}

/** Weighted mean and variance of the values of an arm; undefined without a value that weighs. */
function moments(
  values: Float64Array,
  {
    treated,
    arm,
    weights,
    kind,
  }: {
    readonly treated: Uint8Array;
    readonly arm: number;
    readonly weights: Float64Array;
    readonly kind: Balance["kind"];
  },
): {readonly mean: number; readonly variance: number} | undefined {
  const counts = (i: number): boolean => treated[i] === arm && weights[i]! > 0 && !Number.isNaN(values[i]!);
  let [weight, squares, sum] = [0, 0, 0];
  for (let i = 0; i < values.length; i++)
    if (counts(i)) {
      weight += weights[i]!;
      squares += weights[i]! ** 2;
      sum += weights[i]! * values[i]!;
    }
  if (weight === 0) return undefined;
  const mean = sum / weight;
  if (kind === "share") return {mean, variance: mean * (1 - mean)};
  let scatter = 0;
  for (let i = 0; i < values.length; i++) if (counts(i)) scatter += weights[i]! * (values[i]! - mean) ** 2;
  // Of a single row nothing is known to vary.
  return {mean, variance: scatter === 0 ? 0 : scatter / (weight - squares / weight)};
}

function checkArms(x: Matrix, treated: Uint8Array, weights: Float64Array | undefined): void {
  for (const [name, values] of Object.entries({treated, ...(weights ? {weights} : {})}))
    if (values.length !== x.rows)
      throw new RangeError(
        `balanceOf requires ${x.rows} entries of ${name}, one a row, got ${values.length}`,
      );
  const sums: [number, number] = [0, 0];
  for (let i = 0; i < x.rows; i++) {
    const weight = weights ? weights[i]! : 1;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new RangeError(`balanceOf requires finite weights of at least 0, got ${weight} in row ${i}`);
    if (treated[i]! > 1)
      throw new RangeError(`balanceOf requires treated to be 0 or 1, got ${treated[i]} in row ${i}`);
    sums[treated[i] as 0 | 1] += weight;
  }
  if (!(sums[0] > 0 && sums[1] > 0))
    throw new RangeError(
      `balanceOf requires weight in both arms, got ${sums[1]} treated and ${sums[0]} control`,
    );
}
