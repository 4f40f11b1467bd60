import type {Matrix} from "../features/matrix.ts";
import type {Model} from "../model/model.ts";
import type {FeatureDeclaration} from "../study.ts";
import {type Explanation, explainRows, type Reference} from "./explain-rows.ts";
import {type CustomerReasons, reasonsFor} from "./reasons.ts";
import {subjectsOf} from "./subjects.ts";
import {tellingUsual} from "./telling.ts";
import {type PastRows, type StayerMedians, stayerMedians, usualOf, usualOfStayers} from "./usual.ts";

/** What reasons need beside a model: plain data, equal after JSON, so that it can travel with the model. */
export type ReasonBasis = {
  /** Of `fitReference`, for the same model. */
  readonly reference: Reference;
  readonly stayers: StayerMedians;
  readonly features: readonly FeatureDeclaration[];
  /** Of amounts whose unit is "money". */
  readonly currency: string;
};

/**
 * Learns what is usual for those who stayed, and puts it beside what scores are explained from.
 * @param x the training rows. @param y 1 for a churner, else 0.
 */
export const fitReasons = (
  {x, y}: {readonly x: Matrix; readonly y: ArrayLike<number>},
  beside: Omit<ReasonBasis, "stayers">,
): ReasonBasis => ({...beside, stayers: stayerMedians(x, y)});

/**
 * Reasons of rows that a model scores. A customer's earlier rows, where they are at hand, tell what is usual for the
 * customer; else it is what is usual for those who stayed. Either is said only where it tells why, see
 * {@link tellingUsual}.
 * @param past rows at earlier cutoffs, and customer and cutoff of each row of `x`.
 * @throws the errors of `explainRows` and {@link reasonsFor}.
 */
export async function applyReasons(
  {reference, stayers, features, currency}: ReasonBasis,
  model: Model,
  x: Matrix,
  {
    past,
    most = 3,
  }: {
    readonly past?: PastRows & {readonly of: Pick<PastRows, "customer" | "cutoff">};
    readonly most?: number;
  } = {},
): Promise<{readonly explanation: Explanation; readonly customers: CustomerReasons[]}> {
  const explanation = explainRows(model, x, reference);
  const subjects = subjectsOf(features, x);
  const ofStayers = usualOfStayers(stayers);
  const ways = past ? [usualOf({stayers, past, rows: past.of}), ofStayers] : [ofStayers];
  const usual = await tellingUsual(ways, {model, x, explanation, subjects});
  const customers = reasonsFor(x, explanation, {subjects, usual, currency, most});
  return {explanation, customers};
}
