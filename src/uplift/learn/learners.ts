import {joinColumns, type Matrix, takeRows} from "../../features/matrix.ts";
import {requireFeatures} from "../../model/feature-order.ts";
import {applyPreparation, type Preparation} from "../../model/prepare/preparation.ts";
import {weightsOf} from "../trial.ts";
import {
  foldNumbers,
  foldsOf,
  inUpliftOrder,
  placesOf,
  rowsWhere,
  takeUplift,
  type UpliftData,
} from "../uplift-data.ts";
import {clipped, crossFitNuisance, fitArm, type NuisanceOptions} from "./nuisance.ts";
import {
  doublyRobustScores,
  imputedEffects,
  type Nuisance,
  residualisedOutcome,
  transformedOutcome,
} from "./pseudo-outcome.ts";
import {
  applyRegression,
  type Base,
  fitRegression,
  fitUpliftPreparation,
  type Regression,
} from "./regression.ts";

/**
 * How an effect is learned. "average": the same for all, the mean of the doubly robust scores, which every other has to
 * beat. "S": one model of the outcome with the arm as a feature (linear: with its products with the features). "T": one
 * model an arm. "X": imputed effects (Künzel et al. 2019). "R": residual on residual (Nie and Wager 2021). "DR": doubly
 * robust scores (Kennedy 2023). "TO": transformed outcome (Athey and Imbens 2016).
 */
export const UPLIFT_KINDS = ["average", "S", "T", "X", "R", "DR", "TO"] as const;

export type UpliftKind = (typeof UPLIFT_KINDS)[number];

type Learned =
  | {readonly kind: "average"; readonly effect: number}
  | {readonly kind: "S"; readonly outcome: Regression}
  | {readonly kind: "T"; readonly control: Regression; readonly treated: Regression}
  | {
      readonly kind: "X";
      /** Effects imputed in each arm; the propensity of a row weighs those of the control arm. */
      readonly control: Regression;
      readonly treated: Regression;
      readonly propensity: Regression;
    }
  | {readonly kind: "R" | "DR" | "TO"; readonly effect: Regression};

/** A fitted model of an effect: plain data, equal after a round trip through JSON. */
export type UpliftModel = Learned & {
  readonly base: Base;
  /** The features that it is applied to, in order. */
  readonly features: readonly string[];
  readonly preparation: readonly Preparation[];
  readonly trained: {readonly rows: number; readonly treated: number};
};

export type UpliftOptions = {
  /** "boost" when absent. */
  readonly base?: Base;
  /** "known", as in an experiment, when absent. */
  readonly propensity?: NuisanceOptions["propensity"];
  /** No result depends on their number. */
  readonly threads?: number;
};

/**
 * Learns E[Y(1) - Y(0) | x] of the rows of a trial. Outcomes and propensities that a learner needs first are
 * cross-fitted by customer; strength of penalty and number of trees are chosen on customers held out. Nothing is
 * drawn: equal bytes for equal rows, in any order and with any number of threads.
 *
 * Without an experiment the effect holds only if the features hold all that decided who was treated and matters for
 * the outcome.
 * @throws RangeError when the trial is none, rows do not match, a value is infinite, or an arm is empty outside a fold.
 */
export async function fitUplift<Kind extends UpliftKind>(
  kind: Kind,
  data: UpliftData,
  {base = "boost", propensity = "known", threads}: UpliftOptions = {},
): Promise<Extract<UpliftModel, {kind: Kind}>> {
  const ordered = takeUplift(data, inUpliftOrder("fitUplift", data));
  const {trial, ids} = ordered;
  const customers = Array.from(trial.customer, c => ids[c]!);
  const {steps: preparation, x} = fitUpliftPreparation(ordered.x, customers, base);
  const model = {
    ...(await learn(kind, {...ordered, x}, {base, propensity, threads})),
    ...{base, features: [...data.x.names], preparation},
    trained: {rows: x.rows, treated: trial.treated.reduce((a, b) => a + b, 0)},
  };
  return model as unknown as Extract<UpliftModel, {kind: Kind}>;
}

async function learn(kind: UpliftKind, data: UpliftData, options: NuisanceOptions): Promise<Learned> {
  const {trial} = data;
  switch (kind) {
    case "S":
      return {kind, outcome: await fitSingle(data, options)};
    case "T":
      return {kind, control: await fitArm(data, 0, options), treated: await fitArm(data, 1, options)};
    case "TO": {
      // The outcome around its mean has the same effect, and less noise.
      const weights = weightsOf(trial);
      const mean = weightedMean(trial.outcome, weights);
      const centred = {...trial, outcome: trial.outcome.map(y => y - mean)};
      const known = await propensityOf(data, options);
      const values = transformedOutcome(centred, known);
      return {kind, effect: await fitEffect(data, values, weights, options)};
    }
  }
  const nuisance = await crossFitNuisance(data, options);
  const weights = weightsOf(trial);
  if (kind === "X") return fitImputed(data, nuisance, options);
  if (kind === "R") {
    const pseudo = residualisedOutcome(trial, nuisance);
    const both = pseudo.weights.map((w, i) => w * weights[i]!);
    return {kind, effect: await fitEffect(data, pseudo.values, both, options)};
  }
  const scores = doublyRobustScores(trial, nuisance);
  return kind === "DR"
    ? {kind, effect: await fitEffect(data, scores, weights, options)}
    : {kind, effect: weightedMean(scores, weights)};
}

/** The propensities alone; where they are known nothing has to be fitted. */
async function propensityOf(data: UpliftData, options: NuisanceOptions): Promise<Nuisance> {
  const {propensity} = data.trial;
  if (options.propensity === "known") return {control: propensity, treated: propensity, propensity};
  return crossFitNuisance(data, options);
}

const fitEffect = (
  data: UpliftData,
  values: Float64Array,
  weights: Float64Array,
  {base, threads}: NuisanceOptions,
): Promise<Regression> =>
  fitRegression(data.x, values, {
    ...{base, threads, of: "amount", weights},
    place: placesOf(data, "uplift held out"),
  });

function fitSingle(data: UpliftData, {base, threads}: NuisanceOptions): Promise<Regression> {
  const {trial} = data;
  return fitRegression(withArm(data.x, Float64Array.from(trial.treated), base), trial.outcome, {
    ...{base, threads, weights: weightsOf(trial), place: placesOf(data, "uplift held out")},
    of: trial.outcome.every(y => y === 0 || y === 1) ? "class" : "amount",
  });
}

async function fitImputed(data: UpliftData, nuisance: Nuisance, options: NuisanceOptions): Promise<Learned> {
  const {trial} = data;
  const effects = imputedEffects(trial, nuisance);
  const ofArm = (arm: number) => {
    const rows = rowsWhere(trial.treated, v => v === arm);
    const part = takeUplift(data, rows);
    const values = Float64Array.from(rows, i => effects[i]!);
    return fitEffect(part, values, weightsOf(part.trial), options);
  };
  const weights = weightsOf(trial);
  return {
    kind: "X",
    control: await ofArm(0),
    treated: await ofArm(1),
    propensity:
      options.propensity === "known"
        ? {kind: "constant", value: weightedMean(trial.propensity, weights)}
        : await fitRegression(data.x, Float64Array.from(trial.treated), {
            ...{base: options.base, threads: options.threads, of: "class", weights},
            place: placesOf(data, "uplift held out"),
          }),
  };
}

/** Names that no feature has. */
const ARM = "\u0000arm";
/** A penalty on the coefficient of the arm would be one on the average effect: in this unit it hardly counts. */
const ARM_UNIT = 100;

/** `x` with the arm as a further column; for the linear base its products with the features, too. */
function withArm(x: Matrix, treated: Float64Array, base: Base): Matrix {
  const half = treated.map(t => t - 0.5);
  const arm = {names: [ARM], rows: x.rows, values: half.map(h => h * ARM_UNIT)};
  if (base === "boost") return joinColumns(x, arm);
  return joinColumns(joinColumns(x, arm), {
    names: x.names.map(name => `${ARM} ${name}`),
    rows: x.rows,
    values: x.values.map((value, at) => value * half[at % x.rows]!),
  });
}

/**
 * The effect that the model expects of each row, E[Y(1) - Y(0) | x]; a row's does not depend on the other rows.
 * @throws DataError naming the feature that is missing, unknown, or out of the model's order.
 * @throws RangeError when a value is infinite.
 */
export function applyUplift(model: UpliftModel, x: Matrix): Float64Array {
  requireFeatures("applyUplift", model.features, x);
  const prepared = applyPreparation(model.preparation, x);
  const by = (regression: Regression) => applyRegression(regression, prepared);
  switch (model.kind) {
    case "average":
      return new Float64Array(x.rows).fill(model.effect);
    case "S": {
      const armed = (t: number) =>
        applyRegression(model.outcome, withArm(prepared, new Float64Array(x.rows).fill(t), model.base));
      return difference(armed(1), armed(0));
    }
    case "T":
      return difference(by(model.treated), by(model.control));
    case "X": {
      const [control, treated, e] = [by(model.control), by(model.treated), clipped(by(model.propensity))];
      return control.map((effect, i) => e[i]! * effect + (1 - e[i]!) * treated[i]!);
    }
    default:
      return by(model.effect);
  }
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);

const weightedMean = (values: Float64Array, weights: Float64Array): number =>
  values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / weights.reduce((a, b) => a + b, 0);

/** Folds of customers that each get their effects from a model of the others. */
const FOLDS = 5;

/** How {@link crossFitUplift} cuts customers. */
const CUT = {salt: "uplift rows", folds: FOLDS};

/** The fold of each row in {@link crossFitUplift}. */
export const upliftFolds = (data: Pick<UpliftData, "trial" | "ids">): Int32Array => foldNumbers(data, CUT);

/**
 * The effect of each row by a model that did not see its customer. Nothing is to be judged by it that hangs on the order:
 * the models share rows with those that judge them, see `learnForward`. And as one order of all rows the effects take
 * `placesWithinFolds`, with the folds of {@link upliftFolds}: as they are, orders without worth look harmful.
 * @returns in the order of the rows.
 * @throws the errors of {@link fitUplift}.
 */
export async function crossFitUplift(
  kind: UpliftKind,
  data: UpliftData,
  options: UpliftOptions = {},
): Promise<Float64Array> {
  inUpliftOrder("crossFitUplift", data);
  const out = new Float64Array(data.x.rows);
  for (const {inside, outside} of foldsOf(data, CUT)) {
    const model = await fitUplift(kind, takeUplift(data, outside), options);
    const effects = applyUplift(model, takeRows(data.x, inside));
    inside.forEach((row, i) => {
      out[row] = effects[i]!;
    });
  }
  return out;
}
