import {
  type CategoryColumn,
  type Column,
  changeColumns,
  codesIn,
  isCategory,
  MISSING,
  seenLevels,
} from "./column.ts";

/**
 * Replaces a category by a column a level, `<name>=<level>`, 1 where the row has it, else 0. None is left out: the
 * columns are for models with a penalty. In production a level never seen in training is 0 in all of them; missing
 * has a column of its own when training had it, else it is 0 in all.
 */
export type OneHotEncoder = {
  readonly kind: "oneHot";
  readonly columns: readonly {
    readonly name: string;
    /** Ascending by code unit. */
    readonly levels: readonly string[];
    /** Whether missing has a column. */
    readonly missing: boolean;
  }[];
};

export function fitOneHotEncoder(columns: readonly CategoryColumn[]): OneHotEncoder {
  return {
    kind: "oneHot",
    columns: columns.map(column => ({
      name: column.name,
      levels: seenLevels(column),
      missing: column.values.some(Number.isNaN),
    })),
  };
}

export function encodeOneHot({columns: known}: OneHotEncoder, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isCategory}, ({name, levels, missing}, column) => {
    const places = codesIn(levels, column);
    return flagNames({name, levels, missing}).map((flag, k) => ({
      name: flag,
      values: places.map(place => ((k < levels.length ? place === k : Number.isNaN(place)) ? 1 : 0)),
    }));
  });
}

/** The columns that a category is replaced by, in order. */
export const flagNames = ({name, levels, missing}: OneHotEncoder["columns"][number]): string[] =>
  [...levels, ...(missing ? [MISSING] : [])].map(level => `${name}=${level}`);
