import {
  type CategoryColumn,
  type Column,
  changeColumns,
  isCategory,
  isNumber,
  MISSING,
  requireNoInfinity,
  sortedKnown,
} from "./column.ts";

/**
 * Fills what is missing, and says so: a number that had missing values in training gets a further column,
 * `<name>_missing`, 1 where it was missing, else 0. The further columns stand last. In production a missing number
 * becomes the fill learned in training, whether or not it has an indicator.
 */
export type Imputer = {
  readonly kind: "impute";
  readonly by: "median" | "constant";
  readonly columns: readonly {
    readonly name: string;
    readonly fill: number;
    readonly indicator: boolean;
  }[];
};

/** Makes missing a value of a category: in production a missing category becomes the level {@link MISSING}. */
export type LevelImputer = {
  readonly kind: "imputeLevel";
  readonly columns: readonly {readonly name: string}[];
};

/** A number to fill in for all columns; the median of each when absent. */
export type ImputeOptions = {readonly fill?: number};

/**
 * Learns medians, or takes the constant, and which columns need an indicator. The median of an even number of values
 * is halfway between the middle two; of a column without any value it is 0.
 * @throws RangeError for an infinite value.
 */
export function fitImputer(columns: readonly Column[], {fill}: ImputeOptions = {}): Imputer {
  requireNoInfinity("fitImputer", columns);
  if (fill !== undefined && !Number.isFinite(fill))
    throw new RangeError(`fitImputer requires a finite fill, got ${fill}`);
  return {
    kind: "impute",
    by: fill === undefined ? "median" : "constant",
    columns: columns.map(column => {
      const known = sortedKnown(column);
      const indicator = known.length < column.values.length;
      return {name: column.name, fill: fill ?? medianOf(known), indicator};
    }),
  };
}

export function fitLevelImputer(columns: readonly CategoryColumn[]): LevelImputer {
  return {kind: "imputeLevel", columns: columns.map(({name}) => ({name}))};
}

export function impute({columns: known}: Imputer, columns: readonly Column[]): Column[] {
  const indicators: Column[] = [];
  const filled = changeColumns(columns, {known, of: isNumber}, ({name, fill, indicator}, {values}) => {
    if (indicator)
      indicators.push({
        name: indicatorName(name),
        values: values.map(value => (Number.isNaN(value) ? 1 : 0)),
      });
    return [{name, values: values.map(value => (Number.isNaN(value) ? fill : value))}];
  });
  return [...filled, ...indicators];
}

/** The further column of a number that had missing values in training. */
export const indicatorName = (name: string): string => `${name}_missing`;

export function imputeLevel({columns: known}: LevelImputer, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isCategory}, (_, {name, values, levels}) => {
    const there = levels.indexOf(MISSING);
    const code = there < 0 ? levels.length : there;
    return [
      {
        name,
        values: values.map(value => (Number.isNaN(value) ? code : value)),
        levels: there < 0 ? [...levels, MISSING] : levels,
      },
    ];
  });
}

function medianOf(known: Float64Array): number {
  const half = known.length >> 1;
  if (known.length === 0) return 0;
  return known.length % 2 === 1 ? known[half]! : (known[half - 1]! + known[half]!) / 2;
}
