import {CATEGORY_LIMIT} from "../../boost/tree.ts";
import type {Matrix} from "../../features/matrix.ts";
import type {LevelOrder} from "./ordinal.ts";
import type {PreparationPlan, Rule} from "./preparation.ts";

/** Categories of more levels, missing among them, are encoded by the target. */
const FEW = 8;

/** Columns that {@link treePlan} makes of the features at most. */
export const widthOf = ({names, categories = {}}: Pick<Matrix, "names" | "categories">): number =>
  names.length + (FEW - 1) * Object.keys(categories).length;

export type PlanOptions = {
  /** Categories whose levels have an order. */
  readonly order?: LevelOrder | undefined;
};

const ordinal = (order: LevelOrder | undefined): Rule[] =>
  order && Object.keys(order).length > 0 ? [{kind: "ordinal", order}] : [];

/**
 * For models that add up features times coefficients. One-hot columns come after the scaling, as 0 and 1: scaled, a
 * rare level would be large and so escape the penalty.
 *
 * Nothing is winsorised: bounds at 0.5% moved the ROC AUC of the tuning customers by -0.0004 (95% interval -0.0015 to
 * 0.0006) on the demo shop and by 0.0010 (-0.0002 to 0.0023) on CDNOW.
 */
export function linearPlan({order}: PlanOptions = {}): PreparationPlan {
  return [
    ...ordinal(order),
    {kind: "rare"},
    {kind: "imputeLevel"},
    {kind: "target", above: FEW},
    {kind: "impute"},
    {kind: "scale"},
    {kind: "oneHot"},
  ];
}

/** For trees that know numbers only, and where a missing one goes. */
export function treePlan({order}: PlanOptions = {}): PreparationPlan {
  return [
    ...ordinal(order),
    {kind: "rare"},
    {kind: "imputeLevel"},
    {kind: "target", above: FEW},
    {kind: "oneHot"},
  ];
}

/** For trees that split on sets of levels, and know where a missing value goes. */
export function nativePlan({order}: PlanOptions = {}): PreparationPlan {
  return [...ordinal(order), {kind: "rare", most: CATEGORY_LIMIT}];
}
