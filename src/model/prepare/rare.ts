import {byCodeUnit} from "../../data/event-log.ts";
import {type CategoryColumn, type Column, changeColumns, codesIn, isCategory, OTHER} from "./column.ts";

/**
 * Puts the rare levels of a category together in one, {@link OTHER}. In production a level never seen in training
 * goes there too, or becomes missing where training had no rare level; missing stays missing.
 */
export type RareLevels = {
  readonly kind: "rare";
  /** Training customers that a level needs to stand alone. */
  readonly least: number;
  readonly columns: readonly {
    readonly name: string;
    /** Levels that stand alone, ascending by code unit. */
    readonly levels: readonly string[];
    /** Levels of the training rows that were put together. */
    readonly merged: number;
  }[];
};

export type RareOptions = {
  /** Training customers that a level needs to stand alone. */
  readonly least?: number;
  /** Levels at most, with the one of the rare; the levels of most customers stand alone. */
  readonly most?: number;
};

/**
 * Learns which levels stand alone. Customers are counted and not rows, as the rows of one customer repeat each other.
 * @param customers of each row, as index from 0.
 * @throws RangeError when `least` is below 1 or `most` below 2.
 */
export function fitRareLevels(
  columns: readonly CategoryColumn[],
  customers: Int32Array,
  {least = 20, most = Number.POSITIVE_INFINITY}: RareOptions = {},
): RareLevels {
  if (!(least >= 1 && most >= 2))
    throw new RangeError(`fitRareLevels requires least from 1 and most from 2, got ${least} and ${most}`);
  return {
    kind: "rare",
    least,
    columns: columns.map(column => {
      const counts = [...customersByLevel(column, customers)].sort(
        ([a, n], [b, m]) => m - n || byCodeUnit(a, b),
      );
      const frequent = counts.filter(([level, n]) => n >= least && level !== OTHER);
      const alone = frequent.length === counts.length && counts.length <= most ? most : most - 1;
      const levels = frequent.slice(0, alone).map(([level]) => level);
      return {name: column.name, levels: levels.sort(byCodeUnit), merged: counts.length - levels.length};
    }),
  };
}

export function mergeRare({columns: known}: RareLevels, columns: readonly Column[]): Column[] {
  return changeColumns(columns, {known, of: isCategory}, ({name, levels, merged}, column) => {
    const elsewhere = merged > 0 ? levels.length : Number.NaN;
    const values = codesIn(levels, column).map(code => (code < 0 ? elsewhere : code));
    return [{name, values, levels: merged > 0 ? [...levels, OTHER] : levels}];
  });
}

/** Distinct customers of each level that some row has. */
function customersByLevel({values, levels}: CategoryColumn, customers: Int32Array): Map<string, number> {
  const pairs = new Set<number>();
  values.forEach((code, i) => {
    if (!Number.isNaN(code)) pairs.add(customers[i]! * levels.length + code);
  });
  const counts = new Map<string, number>();
  for (const pair of pairs) {
    const level = levels[pair % levels.length]!;
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return counts;
}
