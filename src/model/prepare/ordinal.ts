import {DataError} from "../../data-error.ts";
import {
  type CategoryColumn,
  type Column,
  changeColumns,
  codesIn,
  isCategory,
  listed,
  seenLevels,
} from "./column.ts";

/**
 * Numbers the levels of a category by their declared order, from 0. A level that is not in the order becomes missing,
 * and missing stays missing.
 */
export type OrdinalEncoder = {
  readonly kind: "ordinal";
  readonly columns: readonly {
    readonly name: string;
    readonly levels: readonly string[];
    /** Levels of the training rows that the order does not name, ascending by code unit. */
    readonly unnamed: readonly string[];
  }[];
};

/** Levels by name of a feature, lowest first. */
export type LevelOrder = {readonly [feature: string]: readonly string[]};

/** @throws DataError when an order names a level twice, or none of those that the training rows have. */
export function fitOrdinalEncoder(
  columns: readonly CategoryColumn[],
  {order}: {readonly order: LevelOrder},
): OrdinalEncoder {
  return {
    kind: "ordinal",
    columns: columns.map(column => {
      const {name} = column;
      const levels = order[name]!;
      const twice = levels.find((level, k) => levels.indexOf(level) !== k);
      if (twice !== undefined)
        throw new DataError(`the order of ${name} has ${JSON.stringify(twice)} twice; name each level once`);
      const seen = seenLevels(column);
      const unnamed = seen.filter(level => !levels.includes(level));
      if (seen.length > 0 && unnamed.length === seen.length)
        throw new DataError(
          `the order of ${name} names none of the levels of the training rows, ${listed(seen)}; correct their spelling`,
        );
      return {name, levels: [...levels], unnamed};
    }),
  };
}

export function encodeOrdinal({columns: known}: OrdinalEncoder, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isCategory}, ({name, levels}, column) => [
    {name, values: codesIn(levels, column).map(place => (place < 0 ? Number.NaN : place))},
  ]);
}
