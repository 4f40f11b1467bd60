import {type Column, changeColumns, isNumber} from "./column.ts";

/**
 * Shifts and scales numbers to mean 0 and standard deviation 1 over the training rows. In production a value out of
 * the range of training is scaled like any other; a missing one stays missing.
 */
export type Scaler = {
  readonly kind: "scale";
  readonly columns: readonly {
    readonly name: string;
    readonly mean: number;
    /** Population standard deviation; 1 for a constant column, which so becomes 0. */
    readonly deviation: number;
  }[];
};

/** Learns means and standard deviations. @throws RangeError for a missing or infinite value. */
export function fitScaler(columns: readonly Column[]): Scaler {
  return {
    kind: "scale",
    columns: columns.map(({name, values}) => {
      let sum = 0;
      for (const value of values) sum += value;
      const mean = sum / values.length;
      if (!Number.isFinite(mean))
        throw new RangeError(`fitScaler requires finite values, got ${mean} as mean of ${name}`);
      let squares = 0;
      for (const value of values) squares += (value - mean) ** 2;
      const deviation = Math.sqrt(squares / values.length);
      // A spread within rounding of the mean is none: dividing by it would blow noise up.
      return {name, mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 1};
    }),
  };
}

export function scale({columns: known}: Scaler, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isNumber}, ({mean, deviation}, {name, values}) => [
    {name, values: values.map(value => (value - mean) / deviation)},
  ]);
}
