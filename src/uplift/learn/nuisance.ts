import {type Matrix, takeRows} from "../../features/matrix.ts";
import {type Trial, weightsOf} from "../trial.ts";
import {foldsOf, placesOf, rowsWhere, takeUplift, type UpliftData} from "../uplift-data.ts";
import type {Nuisance} from "./pseudo-outcome.ts";
import {applyRegression, type Base, fitRegression, type Regression} from "./regression.ts";

export type NuisanceOptions = {
  readonly base: Base;
  /** Whether the propensities of the trial hold, as in an experiment, or are to be learned from the features. */
  readonly propensity: "known" | "estimated";
  /** No result depends on their number. */
  readonly threads?: number | undefined;
};

/** Expected outcome by arm, and propensity where it is learned. */
export type NuisanceModel = {
  readonly control: Regression;
  readonly treated: Regression;
  readonly propensity: Regression | null;
};

/** Folds of customers of the cross-fitting. */
export const NUISANCE_FOLDS = 5;
/** Estimated propensities are kept this far from 0 and 1, so that no row has a weight of more than 50. */
const OVERLAP = 0.02;

const inClasses = ({outcome}: Trial): boolean => outcome.every(y => y === 0 || y === 1);

/**
 * Fits what is to be expected of each arm.
 * @param data of prepared features.
 * @param of whether outcomes are classes, which a part of the rows may not show.
 * @throws RangeError when an arm is empty.
 */
export async function fitNuisance(
  data: UpliftData,
  {base, propensity, threads}: NuisanceOptions,
  of: "class" | "amount" = inClasses(data.trial) ? "class" : "amount",
): Promise<NuisanceModel> {
  const arm = (which: 0 | 1) => fitArm(data, which, {base, threads, of});
  const {trial, x} = data;
  return {
    control: await arm(0),
    treated: await arm(1),
    propensity:
      propensity === "known"
        ? null
        : await fitRegression(x, Float64Array.from(trial.treated), {
            ...{base, of: "class", threads, weights: weightsOf(trial)},
            place: placesOf(data, "uplift held out"),
          }),
  };
}

/** Fits the expected outcome of one arm. */
export function fitArm(
  data: UpliftData,
  arm: 0 | 1,
  {base, threads, of}: {base: Base; threads?: number | undefined; of?: "class" | "amount"},
): Promise<Regression> {
  const rows = rowsWhere(data.trial.treated, v => v === arm);
  const {x, trial, ids} = takeUplift(data, rows);
  return fitRegression(x, trial.outcome, {
    ...{base, threads, of: of ?? (inClasses(data.trial) ? "class" : "amount")},
    weights: weightsOf(trial),
    place: placesOf({trial, ids}, "uplift held out"),
  });
}

/** What is to be expected of rows with prepared features. @param known their propensities, for where none was learned. */
export function applyNuisance(model: NuisanceModel, x: Matrix, known: Float64Array): Nuisance {
  return {
    control: applyRegression(model.control, x),
    treated: applyRegression(model.treated, x),
    propensity: model.propensity ? clipped(applyRegression(model.propensity, x)) : known,
  };
}

export const clipped = (propensity: Float64Array): Float64Array =>
  propensity.map(e => Math.min(1 - OVERLAP, Math.max(OVERLAP, e)));

/**
 * What is to be expected of each row by models that did not see its customer: customers are cut into
 * {@link NUISANCE_FOLDS} folds by a hash of their id (cross-fitting; Chernozhukov et al. 2018).
 * @param data of prepared features.
 * @throws RangeError when an arm is empty outside of a fold.
 */
export async function crossFitNuisance(data: UpliftData, options: NuisanceOptions): Promise<Nuisance> {
  const rows = data.x.rows;
  const out = {
    control: new Float64Array(rows),
    treated: new Float64Array(rows),
    propensity: Float64Array.from(data.trial.propensity),
  };
  const of = inClasses(data.trial) ? "class" : "amount";
  for (const {inside, outside} of foldsOf(data, {salt: "uplift nuisance", folds: NUISANCE_FOLDS})) {
    const model = await fitNuisance(takeUplift(data, outside), options, of);
    const known = Float64Array.from(inside, i => data.trial.propensity[i]!);
    const found = applyNuisance(model, takeRows(data.x, inside), known);
    inside.forEach((row, i) => {
      out.control[row] = found.control[i]!;
      out.treated[row] = found.treated[i]!;
      out.propensity[row] = found.propensity[i]!;
    });
  }
  return out;
}
