import {DataError} from "../data-error.ts";
import {type Matrix, takeRows} from "../features/matrix.ts";
import {fitSampled} from "../model/average.ts";
import {applyCalibration, type CalibrationChoice, chooseCalibration} from "../model/calibration.ts";
import {applyModel, canLearn, type Model, type ModelKind} from "../model/model.ts";
import type {LevelOrder} from "../model/prepare/ordinal.ts";
import type {SearchProgress} from "../model/search.ts";
import type {Sampling} from "../sampling/sample.ts";
import type {TrainingData} from "../sampling/training-data.ts";
import {type Role, rowsOf, type Split} from "../split/rows.ts";
import {CROSS_CHECK, MODEL_KINDS, OPT_IN} from "../study.ts";
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

/** A kind of model that could not be fitted, and why. */
export type RefusedKind = {readonly kind: ModelKind; readonly reason: string};

/** All candidates, fitted on the same rows. */
export type Competition = {
  /** From the simplest to the most flexible. */
  readonly candidates: readonly Candidate[];
  /** Kinds that a study asked for and that could not be fitted. */
  readonly refused: readonly RefusedKind[];
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

/** Seconds that have passed, from any origin: of the wall clock, and of the process on all its threads. */
export type Stopwatch = () => {readonly wallSeconds: number; readonly cpuSeconds: number};

/** What one fit took; `setting` and `share` are those of the search, where there is one. */
export type FitCost = {
  readonly model: ModelKind;
  /** Index of the setting, and the share of the training customers in (0, 1]. */
  readonly setting?: number;
  readonly share?: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
};

export type CompeteOptions = {
  readonly cohort: Cohort;
  readonly customers: readonly string[];
  readonly labels: Int8Array;
  readonly split: Split;
  readonly kinds: readonly ModelKind[];
  /** Those of them of which it is known that they cannot be fitted. */
  readonly refused?: readonly RefusedKind[];
  /** What is done to the train rows before a model learns; nothing when absent. */
  readonly sampling?: Sampling;
  /** Categories whose levels have an order, lowest first. */
  readonly order?: LevelOrder | undefined;
  readonly seed: number;
  /** Settings that the search for boosted trees tries. */
  readonly searchCandidates: number;
  /** Feature that the rule of thumb ranks by; required where it is among the kinds. */
  readonly recencyFeature: string | undefined;
  /** Feature that "alive" ranks by; required where it is among the kinds. */
  readonly silentFeature?: string | undefined;
  /** No figure depends on it. */
  readonly threads?: number | undefined;
  readonly progress?: ((kind: ModelKind, at?: SearchProgress) => void) | undefined;
  /** Told what each fit took; needs a stopwatch. */
  readonly spent?: ((cost: FitCost) => void) | undefined;
  readonly stopwatch?: Stopwatch | undefined;
};

/**
 * Fits every kind of model on the train rows, sampled where that is asked for, calibrates it on the calibrate rows,
 * and chooses the one with the highest ROC AUC on the tune rows; of equals the simpler, and never the cross-check.
 * The settings of boosted trees are found on the tune rows too. Test rows are scored and take no part. A kind that
 * cannot learn from the sample is left out; the opt-in kind, where it cannot be fitted, is named as refused.
 * @param x rows as in the cohort. @param labels one a row, 0 or 1 wherever the row has a role.
 * @throws RangeError when no kind may be chosen; DataError when none is left, since the opt-in kind was refused.
 */
export async function competeModels(x: Matrix, options: CompeteOptions): Promise<Competition> {
  const {split, sampling = {kind: "none"}} = options;
  const rows = Object.fromEntries(
    (["train", ...JUDGED] as const).map(role => [role, rowsOf(split, role)]),
  ) as Competition["rows"];
  const train = dataOf(x, options, "train");
  const judged = Object.fromEntries(JUDGED.map(role => [role, dataOf(x, options, role)])) as Record<
    Judged,
    RoleData
  >;
  const candidates: Candidate[] = [];
  const refused = [...(options.refused ?? [])];
  const kinds = MODEL_KINDS.filter(one => options.kinds.includes(one) && canLearn(one, sampling));
  for (const kind of kinds.filter(one => !refused.some(({kind}) => kind === one))) {
    try {
      candidates.push(await fitCandidate(kind, {train, judged}, options));
    } catch (error) {
      if (kind !== OPT_IN || !(error instanceof DataError)) throw error;
      refused.push({kind, reason: error.message});
    }
  }
  return {candidates, refused, chosen: choose(candidates, refused), rows};
}

async function fitCandidate(
  kind: ModelKind,
  {train, judged}: {readonly train: RoleData; readonly judged: Readonly<Record<Judged, RoleData>>},
  options: CompeteOptions,
): Promise<Candidate> {
  const {tune, calibrate} = judged;
  const {seed, sampling = {kind: "none"}, order = {}} = options;
  const {progress, threads = 1, recencyFeature, silentFeature} = options;
  const lap = lapsOf(kind, options);
  progress?.(kind);
  const model = await fitSampled(kind, train, {
    ...{seed, tune, sampling, order},
    ...(recencyFeature === undefined ? {} : {recencyFeature}),
    ...(silentFeature === undefined ? {} : {silentFeature}),
    search: {
      ...{candidates: options.searchCandidates, auc: rocAuc, threads},
      ...(progress ? {progress: at => progress(kind, at)} : {}),
      fitted: (setting, {share}) => lap({setting, share}),
    },
  });
  if (kind !== "boost") lap({});
  const margins = {} as Record<Judged, Float64Array>;
  for (const role of JUDGED) margins[role] = await applyModel(model, judged[role].x);
  return {
    kind,
    model,
    calibration: chooseCalibration(margins.calibrate, calibrate.y, calibrate.customers, {seed}),
    tuneAuc: rocAuc(margins.tune, tune.y),
    margins,
  };
}

/** Rows of one role. */
export type RoleData = TrainingData & {readonly y: Uint8Array};

/** The rows of a role, ascending, with labels, customer ids and cutoffs. */
export function dataOf(
  x: Matrix,
  {cohort, customers, labels, split}: Pick<CompeteOptions, "cohort" | "customers" | "labels" | "split">,
  role: Exclude<Role, "unused">,
): RoleData {
  const rows = rowsOf(split, role);
  return {
    x: takeRows(x, rows),
    y: Uint8Array.from(rows, i => labels[i]!),
    customers: Array.from(rows, i => customers[cohort.customer[i]!]!),
    cutoffs: Float64Array.from(rows, i => cohort.cutoffs[cohort.cutoff[i]!]!),
  };
}

function choose(candidates: readonly Candidate[], [refused]: readonly RefusedKind[]): number {
  const eligible = candidates.flatMap(({kind}, k) => (kind === CROSS_CHECK ? [] : [k]));
  if (eligible.length === 0 && refused)
    throw new DataError(`no model is left to choose from: ${refused.reason}`);
  if (eligible.length === 0)
    throw new RangeError(`competeModels requires a model that may be chosen, got ${CROSS_CHECK} alone`);
  return eligible.reduce((best, k) => (candidates[k]!.tuneAuc > candidates[best]!.tuneAuc ? k : best));
}

/** Reports what has passed since the last lap, or since it was made. */
function lapsOf(model: ModelKind, {stopwatch, spent}: CompeteOptions) {
  let last = stopwatch?.();
  return (fit: Pick<FitCost, "setting" | "share">): void => {
    const now = stopwatch?.();
    if (now && last)
      spent?.({
        model,
        ...fit,
        wallSeconds: now.wallSeconds - last.wallSeconds,
        cpuSeconds: now.cpuSeconds - last.cpuSeconds,
      });
    last = now;
  };
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
