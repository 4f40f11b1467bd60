import type {Interval} from "../evaluate/bootstrap.ts";
import type {Judgement, ModelJudgement} from "../evaluate/judge.ts";
import {briefPercent, decimal, whole} from "../figures.ts";
import {CROSS_CHECK} from "../study.ts";
import {interval, resamples, type Table, textColumn} from "./words.ts";

/** Those that a curve is drawn of, the chosen first: not the base rate, which ranks nobody, nor the cross-check. */
export const drawnModels = ({models}: Judgement): ModelJudgement[] =>
  models
    .filter(model => model.chosen || (model.kind !== "dummy" && model.kind !== CROSS_CHECK))
    .sort((a, b) => Number(b.chosen) - Number(a.chosen));

/** ROC curves, as the chart takes them, with the capacity marked on the chosen model's. */
export function rocCurves(judged: Judgement) {
  const models = drawnModels(judged);
  const {recall, precision} = models[0]!;
  const base = judged.baseRate.value;
  return {
    models: models.map(({title, auc, roc}) => ({name: title, auc: auc.value, points: roc})),
    capacity: {
      contacted: judged.capacity,
      recall: recall.value,
      other: ((1 - precision.value) * judged.capacity) / (1 - base),
    },
  };
}

/** Precision-recall curves, as the chart takes them, with the capacity marked on the chosen model's. */
export function precisionRecallCurves(judged: Judgement) {
  const models = drawnModels(judged);
  const {recall, precision} = models[0]!;
  return {
    models: models.map(({title, averagePrecision, precisionRecall}) => ({
      name: title,
      averagePrecision: averagePrecision.value,
      points: precisionRecall.map(point => ({precision: point.precision, recall: point.recall})),
    })),
    baseRate: judged.baseRate.value,
    capacity: {contacted: judged.capacity, recall: recall.value, other: precision.value},
  };
}

/** How far each model's probabilities can be trusted. */
export function calibrationTable(judged: Judgement): Table {
  const number = (name: string, title: string, digits: number) => ({
    ...{name, title, format: "decimal" as const, digits},
  });
  const {error} = judged.models[0]!.calibration;
  return {
    kind: "table",
    caption:
      `Calibrated probabilities on ${whole(judged.rows)} test rows of ${whole(judged.customers)} customers. Brier score = ` +
      "reliability − resolution + uncertainty + spread, in thousandths: what wrong probabilities cost (0 is best), what " +
      "telling customers apart gains, what predicting the base rate for everybody costs, and what is left inside the " +
      `groups. The calibration error is the mean distance of predicted and observed share over ${error.bins} groups of ` +
      "equal size; noise alone keeps it above 0, so beside it stands what chance would show were every probability right, " +
      "and its interval is that of the error without chance. A slope below 1 means predictions too extreme, above 1 too " +
      `timid; with slope 1, an intercept above 0 means too low. 95% intervals by customer, the error's from ${resamples(error)}`,
    columns: [
      textColumn("model", "Model"),
      number("brier", "Brier score", 1),
      number("reliability", "Reliability", 1),
      number("resolution", "Resolution", 1),
      number("uncertainty", "Uncertainty", 1),
      number("spread", "Spread", 1),
      textColumn("error", "Calibration error, points"),
      number("byChance", "By chance, points", 2),
      textColumn("slope", "Slope"),
      textColumn("intercept", "Intercept"),
    ],
    rows: judged.models.map(({title, chosen, calibration: {error: ece, parts, line}}) => [
      chosen ? `${title} (in use)` : title,
      ...[parts.brier, parts.reliability, parts.resolution, parts.uncertainty].map(part => 1000 * part),
      1000 * (parts.withinVariance - parts.withinCovariance),
      interval({value: 100 * ece.value, low: 100 * ece.low, high: 100 * ece.high}, 2),
      100 * ece.byChance,
      line ? interval(line.slope, 2) : null,
      line ? interval(line.intercept, 2) : null,
    ]),
  };
}

/** How the model in use compares with the rule of thumb, figure by figure; null where it is the rule, or there is none. */
export function differencesTable(judged: Judgement): Table | null {
  const gain = judged.gainOverRecency;
  const chosen = judged.models.find(model => model.chosen)!;
  const rule = judged.models.find(model => model.kind === "recency");
  if (!gain || !rule || chosen.kind === "recency") return null;
  const row = (
    name: string,
    of: "auc" | "averagePrecision" | "lift" | "logLoss" | "brier",
    digits: number,
  ) => [name, decimal(chosen[of].value, digits), decimal(rule[of].value, digits), interval(gain[of], digits)];
  return {
    kind: "table",
    caption:
      `The model in use against the rule of thumb on the same ${whole(judged.rows)} test rows: the difference with its ` +
      `95% interval, both models seeing the same customers in each of ${resamples(gain.auc)}; below, the difference in ` +
      "ROC AUC by DeLong's formula for rows that cluster by customer, which draws nothing and should agree. For the two " +
      "losses less is better",
    columns: [
      textColumn("figure", "Figure"),
      textColumn("chosen", chosen.title),
      textColumn("rule", rule.title),
      textColumn("difference", "Difference"),
    ],
    rows: [
      row(`Lift at ${briefPercent(judged.capacity)}`, "lift", 2),
      row("ROC AUC", "auc", 3),
      [
        "ROC AUC, by DeLong",
        decimal(chosen.delong.value, 3),
        decimal(rule.delong.value, 3),
        interval(gain.delong, 3),
      ],
      row("PR AUC", "averagePrecision", 3),
      row("Log loss", "logLoss", 4),
      row("Brier score", "brier", 4),
    ],
  };
}

/** The interval of each model's ROC AUC by the bootstrap and by DeLong's formula; they should agree. */
export function aucTable({models, rows, customers}: Judgement): Table {
  const width = ({low, high}: Pick<Interval, "low" | "high">): number => high - low;
  return {
    kind: "table",
    caption:
      `ROC AUC on ${whole(rows)} test rows of ${whole(customers)} customers with 95% intervals by two methods that share ` +
      `nothing: ${resamples(models[0]!.auc)} of the customers, and DeLong's formula for rows that cluster by customer`,
    columns: [
      textColumn("model", "Model"),
      textColumn("bootstrap", "By resampling"),
      textColumn("delong", "By formula"),
      {name: "ratio", title: "Width, formula over resampling", format: "decimal", digits: 2},
    ],
    rows: models.map(({title, chosen, auc, delong}) => [
      chosen ? `${title} (in use)` : title,
      interval(auc, 3),
      interval(delong, 3),
      width(auc) > 0 ? width(delong) / width(auc) : null,
    ]),
  };
}
