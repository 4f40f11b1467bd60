import {DataError} from "../../data-error.ts";
import type {Matrix} from "../../features/matrix.ts";
import {hashUnit} from "../../split/sets.ts";
import {
  type CategoryColumn,
  type Column,
  columnsOf,
  isCategory,
  isNumber,
  matrixOf,
  seenLevels,
} from "./column.ts";
import {
  fitImputer,
  fitLevelImputer,
  type ImputeOptions,
  type Imputer,
  impute,
  imputeLevel,
  type LevelImputer,
} from "./impute.ts";
import {encodeOneHot, fitOneHotEncoder, type OneHotEncoder} from "./one-hot.ts";
import {encodeOrdinal, fitOrdinalEncoder, type LevelOrder, type OrdinalEncoder} from "./ordinal.ts";
import {fitRareLevels, mergeRare, type RareLevels, type RareOptions} from "./rare.ts";
import {fitScaler, type Scaler, scale} from "./scale.ts";
import {
  encodeTarget,
  fitTargetEncoder,
  type LabelledRows,
  type TargetEncoder,
  type TargetOptions,
} from "./target.ts";
import {fitWinsoriser, type WinsoriseOptions, type Winsoriser, winsorise} from "./winsorise.ts";

/** A step learned from the training rows, saved in the model and applied from there. */
export type Preparation =
  | OrdinalEncoder
  | Winsoriser
  | RareLevels
  | LevelImputer
  | TargetEncoder
  | Imputer
  | Scaler
  | OneHotEncoder;

/** How each kind of step is to learn. */
type Options = {
  readonly ordinal: {readonly order: LevelOrder};
  readonly winsorise: WinsoriseOptions;
  readonly rare: RareOptions;
  readonly imputeLevel: object;
  /** With `above`, only categories of more levels. */
  readonly target: TargetOptions & {readonly above?: number};
  readonly impute: ImputeOptions;
  readonly scale: object;
  readonly oneHot: object;
};

type Kind = keyof Options;

/**
 * A step that is still to learn. It takes the columns it can that the steps before it left: ordinal the categories
 * with an order, rare, imputeLevel, target and oneHot all categories, winsorise, impute and scale all numbers; with
 * `columns` those of them.
 */
export type Rule = {
  [K in Kind]: {readonly kind: K; readonly columns?: readonly string[]} & Options[K];
}[Kind];

/** Steps to learn, in order. */
export type PreparationPlan = readonly Rule[];

/** Rows to learn from. */
export type PreparationRows = {
  readonly x: Matrix;
  /** 1 for a churner, else 0, one a row. */
  readonly y: ArrayLike<number>;
  /** Customer id of each row. */
  readonly customers: readonly string[];
};

/**
 * Learns the steps of a plan one after another, each from the training rows as the steps before it left them.
 * @returns the steps, and `x` as a model may learn from it. For the training rows that is not what
 * {@link applyPreparation} makes of them: where a step learns from the labels, a row gets what the step learns from
 * other customers alone. A step that finds no column is left out.
 * @throws RangeError without rows, for a label other than 0 and 1, or for a value that a step does not take.
 * @throws DataError when a rule names a column that is not there or that it cannot take.
 */
export function fitPreparation(
  {x, y, customers}: PreparationRows,
  plan: PreparationPlan,
): {readonly steps: readonly Preparation[]; readonly x: Matrix} {
  const rows = labelledRows(x.rows, y, customers);
  const steps: Preparation[] = [];
  let columns = columnsOf(x);
  for (const rule of plan) {
    const chosen = chooseColumns(rule, columns);
    if (chosen.length === 0) continue;
    const {step, training} = learn(rule, chosen, rows);
    if (step.columns.length === 0) continue;
    steps.push(step);
    columns = training ? withColumns(columns, training) : apply(step, columns);
  }
  return {steps, x: matrixOf(columns, x.rows)};
}

/**
 * Applies steps in order. A row's result depends on that row alone.
 * @throws DataError when a feature that a step knows is missing or of the other kind, number or category.
 * @throws RangeError when a category holds what is no code of its levels.
 */
export function applyPreparation(steps: readonly Preparation[], x: Matrix): Matrix {
  if (steps.length === 0) return x;
  return matrixOf(
    steps.reduce((columns, step) => apply(step, columns), columnsOf(x)),
    x.rows,
  );
}

type Learned = {
  readonly step: Preparation;
  /** The columns of the training rows, where they are not what the step makes of them. */
  readonly training?: readonly Column[];
};

function learn(rule: Rule, chosen: readonly Column[], rows: LabelledRows): Learned {
  // A rule for categories was given no others.
  const categories = chosen as readonly CategoryColumn[];
  switch (rule.kind) {
    case "ordinal":
      return {step: fitOrdinalEncoder(categories, rule)};
    case "winsorise":
      return {step: fitWinsoriser(chosen, rule)};
    case "rare":
      return {step: fitRareLevels(categories, rows.customers, rule)};
    case "imputeLevel":
      return {step: fitLevelImputer(categories)};
    case "target": {
      const {encoder, training} = fitTargetEncoder(categories, rows, rule);
      return {step: encoder, training};
    }
    case "impute":
      return {step: fitImputer(chosen, rule)};
    case "scale":
      return {step: fitScaler(chosen)};
    case "oneHot":
      return {step: fitOneHotEncoder(categories)};
  }
}

function apply(step: Preparation, columns: readonly Column[]): Column[] {
  switch (step.kind) {
    case "ordinal":
      return encodeOrdinal(step, columns);
    case "winsorise":
      return winsorise(step, columns);
    case "rare":
      return mergeRare(step, columns);
    case "imputeLevel":
      return imputeLevel(step, columns);
    case "target":
      return encodeTarget(step, columns);
    case "impute":
      return impute(step, columns);
    case "scale":
      return scale(step, columns);
    case "oneHot":
      return encodeOneHot(step, columns);
  }
}

const OF_NUMBERS: ReadonlySet<Kind> = new Set(["winsorise", "impute", "scale"]);

function chooseColumns(rule: Rule, columns: readonly Column[]): readonly Column[] {
  const named = rule.columns ?? (rule.kind === "ordinal" ? Object.keys(rule.order) : undefined);
  const able = columns.filter(OF_NUMBERS.has(rule.kind) ? isNumber : isCategory);
  const wrong = named?.find(name => !able.some(column => column.name === name));
  if (wrong !== undefined)
    throw new DataError(
      `the step ${rule.kind} requires ${OF_NUMBERS.has(rule.kind) ? "numbers" : "a category"} in ${wrong}, got ` +
        `${columns.some(({name}) => name === wrong) ? "the other kind" : "no such feature"}; correct its name`,
    );
  const chosen = named ? able.filter(({name}) => named.includes(name)) : able;
  const unordered = rule.kind === "ordinal" && chosen.find(({name}) => rule.order[name] === undefined);
  if (unordered) throw new DataError(`the step ordinal requires an order of ${unordered.name}; declare it`);
  if (rule.kind !== "target" || rule.above === undefined) return chosen;
  const {above} = rule;
  return chosen.filter(column => isCategory(column) && seenLevels(column).length > above);
}

function withColumns(columns: readonly Column[], changed: readonly Column[]): Column[] {
  const byName = new Map(changed.map(column => [column.name, column]));
  return columns.map(column => byName.get(column.name) ?? column);
}

/** Checks the labels, and gives each customer an index and, by a hash of the id, a fold. */
function labelledRows(rows: number, y: ArrayLike<number>, ids: readonly string[]): LabelledRows {
  if (rows === 0) throw new RangeError("fitPreparation requires rows, got none");
  if (y.length !== rows || ids.length !== rows)
    throw new RangeError(
      `fitPreparation requires one label and one customer a row, got ${y.length} and ${ids.length} for ${rows}`,
    );
  for (let i = 0; i < rows; i++)
    if (y[i] !== 0 && y[i] !== 1)
      throw new RangeError(`fitPreparation requires labels 0 or 1, got ${y[i]} in row ${i}`);
  const index = new Map<string, number>();
  for (const id of ids) if (!index.has(id)) index.set(id, index.size);
  const customers = Int32Array.from(ids, id => index.get(id)!);
  return {
    y,
    customers,
    foldOf: folds => {
      const fold = Uint32Array.from(index.keys(), id => Math.floor(hashUnit(id, "target encoding") * folds));
      return Uint32Array.from(customers, c => fold[c]!);
    },
  };
}
