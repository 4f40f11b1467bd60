import {boostShap} from "../boost/shap.ts";
import type {Matrix} from "../features/matrix.ts";
import {applyAliveRanking} from "../model/alive.ts";
import {requireFeatures} from "../model/feature-order.ts";
import type {Logistic} from "../model/logistic.ts";
import type {Model, SingleModel} from "../model/model.ts";
import {applyPreparation} from "../model/prepare/preparation.ts";
import {preparedColumns} from "../model/prepare/sources.ts";
import {applyRecency} from "../model/recency.ts";

/** Margins shared out among the features that a study declares: a row's values and the base sum up to its margin. */
export type Explanation = {
  /** The features, as the model takes them. */
  readonly names: readonly string[];
  readonly rows: number;
  /**
   * Row-major: feature j of row i is values[i * names.length + j]. In units of the margin (log-odds; days for the
   * rule of thumb): above 0 when what is known of the feature raises the row's margin above the base.
   */
  readonly values: Float64Array;
  /** The margin of a row of which nothing is known. */
  readonly base: number;
};

/**
 * What "nothing is known of a feature" means, where a model does not tell by itself: what the feature adds to the
 * margin in the mean over rows of reference. Trees know it from their training rows, so theirs is 0 throughout.
 */
export type Reference = {
  readonly features: readonly string[];
  /** One a feature, in units of the margin. */
  readonly means: readonly number[];
};

/**
 * Learns the reference that {@link explainRows} measures from.
 * @param x rows of reference, at least one: the training rows.
 * @throws as explainRows; RangeError without rows.
 */
export function fitReference(model: Model, x: Matrix): Reference {
  if (x.rows === 0) throw new RangeError("fitReference requires rows, got none");
  requireFeatures("fitReference", model.features, x);
  const n = x.names.length;
  const means = new Float64Array(n);
  for (const member of membersOf(model)) {
    if (member.kind === "boost") continue;
    const {values} = sharesOf(member, x);
    for (let k = 0; k < values.length; k++) means[k % n]! += values[k]!;
  }
  const count = x.rows * membersOf(model).length;
  return {features: [...x.names], means: Array.from(means, sum => sum / count)};
}

/**
 * Shapley values of the margin, in terms of the features that the study declares. Boosted trees: exact and
 * path-dependent (see boostShap). Logistic regression: coefficient times the distance from the mean of the reference,
 * exact for features taken as independent (Štrumbelj and Kononenko 2014, section 3); the columns that were made of one
 * feature are added up with their signs, so that it has one value. Rules by one feature: that feature has all. Models
 * averaged over cutoffs: the mean of theirs. Association, not cause.
 *
 * A row's values do not depend on the other rows.
 * @param reference of {@link fitReference}, for the same model.
 * @throws DataError when the features are not those of the model, in its order.
 * @throws TypeError for ml-xgboost, which is never in use and does not keep what it would take.
 * @throws RangeError for a reference of other features.
 */
export function explainRows(model: Model, x: Matrix, reference: Reference): Explanation {
  requireFeatures("explainRows", model.features, x);
  if (reference.features.join("\n") !== model.features.join("\n"))
    throw new RangeError(
      `explainRows requires a reference of the model's features, got ${reference.features.join(", ")}`,
    );
  const n = x.names.length;
  const members = membersOf(model);
  const values = new Float64Array(x.rows * n);
  let base = 0;
  for (const member of members) {
    const shares = sharesOf(member, x);
    for (let k = 0; k < values.length; k++) values[k]! += shares.values[k]! / members.length;
    base += (shares.base + (member.sampled?.shift ?? 0)) / members.length;
  }
  const {means} = reference;
  for (let k = 0; k < values.length; k++) values[k]! -= means[k % n]!;
  return {names: [...x.names], rows: x.rows, values, base: means.reduce((sum, mean) => sum + mean, base)};
}

const membersOf = (model: Model): readonly SingleModel[] =>
  model.kind === "average" ? model.members.map(member => member.model) : [model];

/** Values row-major, which with the base sum up to the margins before the prior is put back. */
type Shares = {readonly values: Float64Array; readonly base: number};

/** What each feature adds to each row's margin. */
function sharesOf(model: SingleModel, x: Matrix): Shares {
  switch (model.kind) {
    case "boost":
      // Its preparation makes one column of one feature.
      return boostShap(model.boost, applyPreparation(model.preparation, x));
    case "logistic":
      return {values: addedByFeature(model, x), base: model.logistic.intercept};
    case "recency":
      return {values: ofOneFeature(x, model.recency.column, applyRecency(model.recency, x)), base: 0};
    case "alive":
      return {values: ofOneFeature(x, model.alive.column, applyAliveRanking(model.alive, x)), base: 0};
    case "dummy":
      return {values: new Float64Array(x.rows * x.names.length), base: logOdds(model.dummy.baseRate)};
    case "ml-xgboost":
      throw new TypeError("explainRows requires a kind of model that may be in use, got ml-xgboost");
  }
}

function addedByFeature(
  {
    preparation,
    logistic,
  }: {preparation: Extract<SingleModel, {kind: "logistic"}>["preparation"]; logistic: Logistic},
  x: Matrix,
): Float64Array {
  const n = x.names.length;
  const prepared = applyPreparation(preparation, x);
  const values = new Float64Array(x.rows * n);
  preparedColumns(preparation, x.names).forEach(({source}, k) => {
    const j = x.names.indexOf(source);
    const coefficient = logistic.coefficients[k]!;
    for (let i = 0; i < x.rows; i++) values[i * n + j]! += coefficient * prepared.values[k * x.rows + i]!;
  });
  return values;
}

function ofOneFeature(x: Matrix, column: string, margins: Float64Array): Float64Array {
  const n = x.names.length;
  const j = x.names.indexOf(column);
  const values = new Float64Array(x.rows * n);
  margins.forEach((margin, i) => {
    values[i * n + j] = margin;
  });
  return values;
}

const logOdds = (p: number): number => Math.log(p / (1 - p));
