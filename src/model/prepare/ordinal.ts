import {DataError} from "../../data-error.ts";
import {type CategoryColumn, type Column, changeColumns, codesIn, isCategory, seenLevels} from "./column.ts";

/**
 * Numbers the levels of a category by their declared order, from 0. In production a level that is not in the order
 * becomes missing, and missing stays missing.
 */
export type OrdinalEncoder = {
  readonly kind: "ordinal";
  readonly columns: readonly {readonly name: string; readonly levels: readonly string[]}[];
};

/** Levels by name of a feature, lowest first. */
export type LevelOrder = {readonly [feature: string]: readonly string[]};

/** @throws DataError when an order names a level twice, or lacks one of the training rows. */
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
      const unknown = seenLevels(column).find(level => !levels.includes(level));
      if (unknown !== undefined)
        throw new DataError(
          `the order of ${name} lacks ${JSON.stringify(unknown)}, which training rows have; put it in its place`,
        );
      return {name, levels: [...levels]};
    }),
  };
}

export function encodeOrdinal({columns: known}: OrdinalEncoder, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isCategory}, ({name, levels}, column) => [
    {name, values: codesIn(levels, column).map(place => (place < 0 ? Number.NaN : place))},
  ]);
}
