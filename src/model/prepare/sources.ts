import {indicatorName} from "./impute.ts";
import {flagNames} from "./one-hot.ts";
import type {Preparation} from "./preparation.ts";

/** A column that the model proper sees, and the feature that it was made of. */
export type PreparedColumn = {readonly name: string; readonly source: string};

/** The columns that `applyPreparation` makes of the features, in its order, each with the feature it comes from. */
export function preparedColumns(
  steps: readonly Preparation[],
  features: readonly string[],
): PreparedColumn[] {
  let columns: PreparedColumn[] = features.map(name => ({name, source: name}));
  for (const step of steps) {
    if (step.kind === "impute") {
      const flagged = new Set(step.columns.flatMap(({name, indicator}) => (indicator ? [name] : [])));
      const indicators = columns.filter(({name}) => flagged.has(name));
      columns = [...columns, ...indicators.map(({name, source}) => ({name: indicatorName(name), source}))];
    } else if (step.kind === "oneHot") {
      const encoded = new Map(step.columns.map(column => [column.name, flagNames(column)]));
      columns = columns.flatMap(({name, source}) =>
        (encoded.get(name) ?? [name]).map(made => ({name: made, source})),
      );
    }
  }
  return columns;
}
