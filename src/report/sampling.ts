import {listed} from "../charts/words.ts";
import {dateOf} from "../data/calendar.ts";
import type {Interval} from "../evaluate/bootstrap.ts";
import type {RefusedScheme, SamplingComparison, SchemeJudgement} from "../evaluate/compare-sampling.ts";
import type {Competition} from "../evaluate/compete.ts";
import {briefPercent, percent, whole} from "../figures.ts";
import {titleOf} from "../model/model.ts";
import {isWeighted, type Sampling} from "../sampling/sample.ts";
import type {Study} from "../study.ts";
import {interval, type List, list, resamples, type Table, textColumn} from "./words.ts";

/** What people read for a scheme of sampling. */
export function samplingTitle(sampling: Sampling): string {
  switch (sampling.kind) {
    case "none":
      return "All rows as they are";
    case "undersample":
      return `Active undersampled, ${sampling.ratio} to 1`;
    case "smote":
      return "Churners made up (SMOTE)";
    case "decay":
      return `Older rows count less, half in ${sampling.halfLifeDays} days`;
    case "one-cutoff":
      return "One cutoff a customer";
    case "per-cutoff":
      return "A model a cutoff, averaged";
  }
}

/** The title as it stands within a sentence. */
const inSentence = (sampling: Sampling): string => {
  const title = samplingTitle(sampling);
  return `${title.slice(0, 1).toLowerCase()}${title.slice(1)}`;
};

const isFitted = (one: SchemeJudgement | RefusedScheme): one is SchemeJudgement => !("refused" in one);

/** How well each scheme ranks the same test rows, beside what it learned from. */
export function samplingTable({rows, customers, capacity, schemes}: SamplingComparison): Table {
  const fitted = schemes.find(isFitted);
  const of = fitted ? `, ${resamples(fitted.auc)}` : "";
  return {
    kind: "table",
    caption:
      `Sampled train rows, judged on the same ${whole(rows)} test rows of ${whole(customers)} customers; 95% ` +
      `intervals by bootstrap over customers${of}. Boosted trees with their default setting`,
    columns: [
      textColumn("scheme", "Train rows"),
      textColumn("model", "Model"),
      {name: "rows", title: "Rows learned from", format: "integer"},
      {name: "positives", title: "Of churners", format: "integer"},
      {name: "work", title: "Work", unit: "million values", format: "decimal", digits: 1},
      {name: "tuneAuc", title: "ROC AUC, tuning", format: "decimal", digits: 3},
      textColumn("auc", "ROC AUC, test"),
      textColumn("aucGain", "ROC AUC against all rows"),
      textColumn("lift", `Lift at ${briefPercent(capacity)}, test`),
      textColumn("liftGain", "Lift against all rows"),
    ],
    rows: schemes.map(one => {
      const names = [samplingTitle(one.sampling), titleOf(one.kind)];
      if (!isFitted(one)) return [...names, null, null, null, null, "not tried", "", "", ""];
      const {auc, aucGain, lift, liftGain} = one;
      return [
        ...[...names, one.rows, one.positives, one.work / 1e6, one.tuneAuc],
        ...[interval(auc, 3), aucGain ? interval(aucGain, 3) : ""],
        ...[interval(lift, 2), liftGain ? interval(liftGain, 2) : ""],
      ];
    }),
  };
}

/** What each scheme does to the probabilities of the test rows, and what puts them right. */
export function samplingPriorTable({observed, schemes}: SamplingComparison): Table {
  const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});
  const loss = (name: string, title: string) => ({name, title, format: "decimal" as const, digits: 4});
  return {
    kind: "table",
    caption:
      `Probabilities of the test rows, of which ${percent(observed)} churned: as the sampled rows taught them, with ` +
      "the prior put back, and calibrated on the calibration customers",
    columns: [
      textColumn("scheme", "Train rows"),
      textColumn("model", "Model"),
      share("learned", "Mean, as taught"),
      share("restored", "Prior put back"),
      share("calibrated", "Calibrated"),
      textColumn("bias", "Calibrated less observed, points"),
      loss("learnedLoss", "Log loss, as taught"),
      loss("restoredLoss", "Prior put back"),
      loss("calibratedLoss", "Calibrated"),
      loss("learnedBrier", "Brier score, as taught"),
      loss("restoredBrier", "Prior put back"),
      loss("calibratedBrier", "Calibrated"),
    ],
    rows: schemes.filter(isFitted).map(({sampling, kind, learned, restored, calibrated}) => {
      const all = [learned, restored, calibrated];
      const {value, low, high} = calibrated.bias;
      return [
        ...[samplingTitle(sampling), titleOf(kind)],
        ...all.map(({bias}) => observed + bias.value),
        interval({value: 100 * value, low: 100 * low, high: 100 * high}, 1),
        ...all.map(({logLoss}) => logLoss.value),
        ...all.map(({brier}) => brier.value),
      ];
    }),
  };
}

/** What a scheme gains in ROC AUC over all rows as they are, as the chart of models takes it. */
export function samplingPoints(
  {schemes}: SamplingComparison,
  {kind = "boost", study}: {readonly kind?: SchemeJudgement["kind"]; readonly study: Study},
) {
  const rows = schemes.filter(isFitted).flatMap(({sampling, aucGain, ...one}) =>
    one.kind === kind && aucGain
      ? [
          {
            name: samplingTitle(sampling),
            ...{value: 100 * aucGain.value, low: 100 * aucGain.low, high: 100 * aucGain.high},
            chosen: sampling.kind === study.sampling.kind,
          },
        ]
      : [],
  );
  return {
    metric: `Gain in ROC AUC, in hundredths: ${titleOf(kind).toLowerCase()}, test customers`,
    rows,
    reference: {name: "all rows", value: 0},
  };
}

/** Gain in ROC AUC below which a difference is too small to speak of, however sure it is. */
const LEAST_GAIN = 0.005;

/** What the comparison says: what ranks otherwise, what happens to the probabilities, and what was refused. */
export function samplingList({schemes, observed}: SamplingComparison, study: Study): List {
  const fitted = schemes.filter(isFitted);
  const gains = fitted.flatMap(one => (one.aucGain ? [{...one, gain: one.aucGain}] : []));
  const named = (ones: readonly (Pick<SchemeJudgement, "sampling" | "kind"> & {gain: Interval})[]) =>
    ones
      .map(
        ({sampling, kind, gain}) =>
          `${inSentence(sampling)}, ${titleOf(kind).toLowerCase()}: ${interval(gain, 3)}`,
      )
      .join("; ");
  const better = gains.filter(({gain}) => gain.low > 0 && gain.value >= LEAST_GAIN);
  const worse = gains.filter(({gain}) => gain.high < 0 && gain.value <= -LEAST_GAIN);
  const [off] = fitted
    .filter(({learned, restored}) => learned.bias.value !== restored.bias.value)
    .sort((a, b) => Math.abs(b.learned.bias.value) - Math.abs(a.learned.bias.value));
  return list([
    (better.length === 0
      ? `No scheme ranks the test customers clearly better than all rows as they are (by ${LEAST_GAIN} in ROC AUC at least). `
      : `Clearly better than all rows as they are, in ROC AUC: ${named(better)}. `) +
      `${worse.length === 0 ? "None ranks them clearly worse." : `Clearly worse: ${named(worse)}.`}`,
    ...(off ? [priorText(off, observed)] : []),
    `The study learns from: ${inSentence(study.sampling)}. Change \`sampling\` in the study to another, and ` +
      "judge it by the tuning column.",
    ...refusals(schemes.flatMap(one => (isFitted(one) ? [] : [one]))),
  ]);
}

/** What was not tried, and why; what has one reason is said at once. */
function refusals(refused: readonly RefusedScheme[]): string[] {
  const schemesOf = Map.groupBy(refused, one => (one.idle ? IDLE : one.refused));
  return [...schemesOf].map(([reason, ones]) => {
    const names = [...new Set(ones.map(({sampling}) => NAME[sampling.kind]))];
    const start = listed(names);
    return `${start.slice(0, 1).toUpperCase()}${start.slice(1)} ${names.length > 1 ? "were" : "was"} not tried: ${reason}.`;
  });
}

/** Why a scheme has nothing to do. */
const IDLE = "churners are already as large a share of the training rows as sampling would make them";

const NAME: Readonly<Record<Sampling["kind"], string>> = {
  none: "learning from all rows as they are",
  undersample: "undersampling",
  smote: "SMOTE",
  decay: "counting older rows less",
  "one-cutoff": "one cutoff a customer",
  "per-cutoff": "a model a cutoff",
};

/** How far off a sampled model's probabilities are, and what puts them right. */
function priorText({sampling, kind, ...judged}: SchemeJudgement, observed: number): string {
  const meanOf = (sort: "learned" | "restored" | "calibrated") => percent(observed + judged[sort].bias.value);
  return (
    `Furthest off before the prior is put back is ${inSentence(sampling)} (${titleOf(kind).toLowerCase()}): it ` +
    `predicts ${meanOf("learned")} where ${percent(observed)} churned. With the prior put back it predicts ` +
    `${meanOf("restored")}, and calibrated ${meanOf("calibrated")}.`
  );
}

/** What the candidates learned from, where the study samples its train rows; undefined where it does not. */
export function sampledText({candidates}: Competition): string | undefined {
  const [sampling] = candidates.flatMap(({model}) =>
    model.kind === "average"
      ? [{kind: "per-cutoff"} as const]
      : model.sampled
        ? [model.sampled.sampling]
        : [],
  );
  if (!sampling) return undefined;
  const skipped = candidates.flatMap(({kind, model}) =>
    model.kind === "average" ? model.skipped.map(one => ({...one, kind, day: dateOf(one.cutoff)})) : [],
  );
  const days = [...new Set(skipped.flatMap(({day, reason}) => (reason === undefined ? [day] : [])))];
  const unfitted = skipped.flatMap(({kind, day, reason}) =>
    reason === undefined ? [] : [` ${titleOf(kind)} could not be fitted on ${day}: ${reason}.`],
  );
  return (
    `The candidates learned from sampled training rows: ${inSentence(sampling)}. The prior is put back ` +
    "into the scores where it changed, and all other rows are as they were." +
    (isWeighted(sampling) ? " The second engine takes no weights and takes no part." : "") +
    (days.length === 0 ? "" : ` No model could be fitted on ${days.join(", ")}: one class only.`) +
    unfitted.join("")
  );
}
