import {counted, decimal, percent} from "../../figures.ts";
import {listed, MISSING, OTHER} from "./column.ts";
import type {Preparation} from "./preparation.ts";

/** A step in words. */
export type PreparationEntry = {
  readonly step: string;
  /** The features that it changes, by title; those of many numbers are counted. */
  readonly columns: string;
  /** What it learned from the training rows. */
  readonly learned: string;
  /** What happens to a row in production that training did not foresee. */
  readonly production: string;
};

/**
 * Steps in words, in order: one entry for the numbers of a step, one for each of its categories.
 * @param title what people read for a feature; its name when absent.
 */
export function describePreparation(
  steps: readonly Preparation[],
  {title = name => name}: {readonly title?: (name: string) => string} = {},
): PreparationEntry[] {
  return steps.flatMap(step => entriesOf(step, title));
}

type Title = (name: string) => string;

function entriesOf(step: Preparation, title: Title): PreparationEntry[] {
  switch (step.kind) {
    case "ordinal":
      return step.columns.map(({name, levels, unnamed}) => ({
        step: "Levels in their order become numbers",
        columns: title(name),
        learned:
          `the declared order, from 0: ${levels.join(", ")}` +
          (unnamed.length === 0 ? "" : `; missing, as it does not name them: ${listed(unnamed)}`),
        production: "a level that is not in the order becomes missing; missing stays missing",
      }));
    case "winsorise":
      return [
        {
          step: "Extreme numbers are pulled in",
          columns: numbers(step.columns, title),
          learned: `bounds with at most ${percent(step.share)} of the rows beyond each`,
          production: "a number beyond a bound counts as the bound; missing stays missing",
        },
      ];
    case "rare":
      return step.columns.map(column => ({
        step: "Rare levels are put together",
        columns: title(column.name),
        learned: rareText(step.least, column),
        production:
          `a level never seen in training ${column.merged > 0 ? `is taken for ${OTHER}` : "becomes missing"}; ` +
          "missing stays missing",
      }));
    case "imputeLevel":
      return [
        {
          step: "Missing becomes a level",
          columns: step.columns.map(({name}) => title(name)).join(", "),
          learned: "nothing",
          production: `missing is the level ${MISSING}`,
        },
      ];
    case "target":
      return step.columns.map(column => ({
        step: "Levels become shares of churners",
        columns: title(column.name),
        learned: targetText(step, column),
        production: `a level never seen in training, and missing, becomes ${percent(step.prior)}, the share of all`,
      }));
    case "impute":
      return [imputeEntry(step, title)];
    case "scale":
      return [
        {
          step: "Numbers are scaled",
          columns: numbers(step.columns, title),
          learned: "mean and standard deviation of each",
          production: "a number beyond those of training is scaled like any other",
        },
      ];
    case "oneHot":
      return step.columns.map(({name, levels, missing}) => ({
        step: "Each level becomes a column of 0 and 1",
        columns: title(name),
        learned: `${counted(levels.length, "level")}${missing ? ", and missing" : ""}: ${levels.join(", ")}`,
        production:
          "a level never seen in training is 0 in all columns; missing " +
          (missing || levels.includes(MISSING) ? "has a column of its own" : "is 0 in all, too"),
      }));
  }
}

/** Numbers named singly up to this many. */
const NAMED = 3;

const numbers = (columns: readonly {readonly name: string}[], title: Title): string =>
  columns.length > NAMED
    ? counted(columns.length, "number")
    : columns.map(({name}) => title(name)).join(", ");

type Of<Kind extends Preparation["kind"]> = Extract<Preparation, {kind: Kind}>;

function imputeEntry({by, columns}: Of<"impute">, title: Title): PreparationEntry {
  const marked = columns.filter(({indicator}) => indicator);
  const fill = by === "median" ? "the median of each" : `nothing: all are filled with ${columns[0]!.fill}`;
  return {
    step: "Missing numbers are filled",
    columns: numbers(columns, title),
    learned:
      fill +
      (marked.length === 0
        ? "; none was missing in training"
        : `; a mark for those that were missing in training: ${numbers(marked, title)}`),
    production:
      `a missing number becomes ${by === "median" ? "the median" : "that number"} of training, and is marked where ` +
      "the model has a mark for it",
  };
}

function rareText(least: number, {levels, merged}: Of<"rare">["columns"][number]): string {
  const alone = levels.length === 0 ? "no level stands alone" : `alone: ${levels.join(", ")}`;
  return merged === 0
    ? `${alone}; none is rare, below ${counted(least, "customer")}`
    : `${alone}; ${counted(merged, "rare level")} as ${OTHER}`;
}

function targetText(
  {prior, strength, folds}: Of<"target">,
  {levels, shares}: Of<"target">["columns"][number],
): string {
  if (levels.length === 0) return "no level: all were missing";
  const order = levels.map((_, k) => k).sort((a, b) => shares[a]! - shares[b]! || a - b);
  const [low, high] = [order[0]!, order.at(-1)!];
  return (
    `${counted(levels.length, "level")}, from ${levels[low]} (${percent(shares[low]!)}) to ${levels[high]} ` +
    `(${percent(shares[high]!)}), shrunk towards ${percent(prior)} with the weight of ${decimal(strength, 0)} ` +
    `customers; training rows by what the other ${folds - 1} of ${folds} groups of customers say`
  );
}
