import {type Matrix, takeRows} from "../features/matrix.ts";
import {applyCalibration, type CalibrationChoice, chooseCalibration} from "../model/calibration.ts";
import {applyModel, fitModel, type Model, type ModelKind} from "../model/model.ts";
import {type Role, rowsOf, type Split} from "../split/rows.ts";
import type {Cohort} from "../target/cohort.ts";
import {rocAuc} from "./metrics.ts";

/** The roles whose rows a candidate is applied to. */
export const JUDGED = ["tune", "calibrate", "test", "later"] as const;
type Judged = (typeof JUDGED)[number];

/** A fitted model with its calibration and what it said of every judged row. */
export type Candidate = {
  readonly kind: ModelKind;
  readonly model: Model;
  readonly calibration: CalibrationChoice;
  /** ROC AUC on the tuning customers, by which the choice is made. */
  readonly tuneAuc: number;
  /** In the order of {@link Competition.rows}; higher is riskier. */
  readonly margins: Readonly<Record<Judged, Float64Array>>;
};

/** All candidates, fitted on the same rows. */
export type Competition = {
  /** In the order of the study, from simple to flexible. */
  readonly candidates: readonly Candidate[];
  /** Index of the candidate in use. */
  readonly chosen: number;
  /** Cohort rows by role, ascending. */
  readonly rows: Readonly<Record<Exclude<Role, "unused">, Int32Array>>;
};

/** The rows of one role as a model judged them. */
export type Ranked = {
  readonly margins: Float64Array;
  readonly probabilities: Float64Array;
  readonly y: Uint8Array;
  /** Index of the row's customer in the log. */
  readonly customer: Int32Array;
};

/**
 * Fits every kind of model on the train rows, calibrates it on the calibrate rows, and chooses the one with the
 * highest ROC AUC on the tune rows; of equals the one named first. Test rows are scored and take no part.
 * @param x rows as in the cohort. @param labels one a row, 0 or 1 wherever the row has a role.
 */
export async function competeModels(
  x: Matrix,
  {
    cohort,
    customers,
    labels,
    split,
    kinds,
    seed,
    recencyFeature,
  }: {
    readonly cohort: Cohort;
    readonly customers: readonly string[];
    readonly labels: Int8Array;
    readonly split: Split;
    readonly kinds: readonly ModelKind[];
    readonly seed: number;
    /** Feature that the rule of thumb ranks by; required where it is among the kinds. */
    readonly recencyFeature: string | undefined;
  },
): Promise<Competition> {
  const rows = Object.fromEntries(
    (["train", ...JUDGED] as const).map(role => [role, rowsOf(split, role)]),
  ) as Competition["rows"];
  const labelsOf = (role: Judged | "train") => Uint8Array.from(rows[role], i => labels[i]!);
  const idsOf = (role: Judged | "train") => Array.from(rows[role], i => customers[cohort.customer[i]!]!);
  const inputs = Object.fromEntries(JUDGED.map(role => [role, takeRows(x, rows[role])])) as Record<
    Judged,
    Matrix
  >;
  const train = {
    x: takeRows(x, rows.train),
    y: labelsOf("train"),
    customers: idsOf("train"),
  };
  const candidates: Candidate[] = [];
  for (const kind of kinds) {
    const model = await fitModel(kind, train, {
      seed,
      ...(recencyFeature === undefined ? {} : {recencyFeature}),
    });
    const margins = {} as Record<Judged, Float64Array>;
    for (const role of JUDGED) margins[role] = await applyModel(model, inputs[role]);
    candidates.push({
      kind,
      model,
      calibration: chooseCalibration(margins.calibrate, labelsOf("calibrate"), idsOf("calibrate"), {
        seed,
      }),
      tuneAuc: rocAuc(margins.tune, labelsOf("tune")),
      margins,
    });
  }
  const chosen = candidates.reduce((best, c, k) => (c.tuneAuc > candidates[best]!.tuneAuc ? k : best), 0);
  return {candidates, chosen, rows};
}

/** The rows of a role, or of several after one another, as a candidate judged them. */
export function rankedOf(
  competition: Competition,
  {
    cohort,
    labels,
    candidate,
    roles,
  }: {cohort: Cohort; labels: Int8Array; candidate: number; roles: readonly Judged[]},
): Ranked {
  const {margins, calibration} = competition.candidates[candidate]!;
  const rows = Int32Array.from(roles.flatMap(role => [...competition.rows[role]]));
  const all = Float64Array.from(roles.flatMap(role => [...margins[role]]));
  return {
    margins: all,
    probabilities: applyCalibration(calibration.calibration, all),
    y: Uint8Array.from(rows, i => labels[i]!),
    customer: rows.map(i => cohort.customer[i]!),
  };
}
