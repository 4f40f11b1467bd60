import {calibrationCurve} from "../evaluate/calibration-curve.ts";
import type {Competition, Ranked} from "../evaluate/compete.ts";
import type {FeatureImportance} from "../evaluate/importance.ts";
import type {Judgement} from "../evaluate/judge.ts";
import {type CatalogueEntry, featureCatalogue} from "../features/catalogue.ts";
import type {Matrix} from "../features/matrix.ts";
import {briefPercent, decimal, percent, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {type Table, type Text, text} from "./words.ts";

const interval = ({value, low, high}: {value: number; low: number; high: number}, digits: number): string =>
  `${decimal(value, digits)} (${decimal(low, digits)} to ${decimal(high, digits)})`;

/** The features in business words. */
export function catalogueTable(study: Study, x: Matrix): Table {
  const entries: readonly CatalogueEntry[] = featureCatalogue(study.features, x);
  return {
    kind: "table",
    caption: "The features, each read from events before the cutoff",
    columns: [
      {name: "title", title: "Feature", format: "text"},
      {name: "unit", title: "Unit", format: "text"},
      {name: "window", title: "Looks back", format: "text"},
      {name: "missing", title: "Missing", format: "percent", digits: 1},
      {name: "actionable", title: "Can be influenced", format: "text"},
      {name: "name", title: "Name in the data", format: "text"},
    ],
    rows: entries.map(e => [e.title, e.unit, e.window, e.missingShare, e.actionable ? "yes" : "no", e.name]),
  };
}

/** On what the models are judged, in a sentence. */
export function testText({rows, customers, positives, baseRate, capacity}: Judgement, study: Study): Text {
  return text(
    `The test: ${whole(rows)} rows of ${whole(customers)} customers at cutoffs from ${study.split.testFrom} on, of whom ` +
      `${whole(positives)} (${percent(baseRate.value)}) are positive. A campaign contacts ${briefPercent(capacity)}.`,
  );
}

/** All candidates on the judging rows, each figure with its interval. */
export function modelsTable(judged: Judgement): Table {
  const text = (name: string, title: string) => ({name, title, format: "text" as const});
  return {
    kind: "table",
    caption:
      `The candidates on ${whole(judged.rows)} test rows of ${whole(judged.customers)} customers with ` +
      `${whole(judged.positives)} churners; 95% intervals by bootstrap over customers. ` +
      "The rule of thumb: the longer inactive, the riskier",
    columns: [
      text("model", "Model"),
      {name: "tuneAuc", title: "ROC AUC, tuning", format: "decimal", digits: 3},
      text("auc", "ROC AUC"),
      text("averagePrecision", "PR AUC"),
      text("lift", `Lift at ${briefPercent(judged.capacity)}`),
      text("logLoss", "Log loss"),
      text("brier", "Brier score"),
    ],
    rows: judged.models.map(model => [
      model.chosen ? `${model.title} (in use)` : model.title,
      model.tuneAuc,
      interval(model.auc, 3),
      interval(model.averagePrecision, 3),
      interval(model.lift, 2),
      interval(model.logLoss, 3),
      interval(model.brier, 3),
    ]),
  };
}

/** Which candidate is in use, why, and whether it earns its place. */
export function chosenText(judged: Judgement): Text {
  const chosen = judged.models.find(model => model.chosen)!;
  const gain = judged.gainOverRecency;
  const earned =
    gain === undefined || chosen.kind === "recency"
      ? ""
      : gain.low > 0
        ? ` On the test customers it ranks better than the rule of thumb by ${interval(gain, 3)} of ROC AUC.`
        : ` On the test customers it is not clearly better than the rule of thumb: the difference in ROC AUC is ` +
          `${interval(gain, 3)}. The rule of thumb is cheaper; consider it.`;
  return text(
    `In use: ${chosen.title.toLowerCase()}. None had a higher ROC AUC on the tuning customers (${chosen.tuneAuc.toFixed(3)}), and of equals the simpler is taken; ` +
      `the test customers took no part in the choice.${earned}`,
  );
}

/** What lies below and above the lift that was reached. */
export function ceilingText({models, capacity, baseRate, ceiling, promised}: Judgement): Text {
  const chosen = models.find(model => model.chosen)!;
  const reached =
    ceiling.reached === null
      ? ""
      : ` That is ${percent(ceiling.reached, 0)} of the way from chance to the ceiling.`;
  return text(
    `Contacting ${briefPercent(capacity)} of the customers, the model in use reaches a lift of ${interval(chosen.lift, 2)}. ` +
      `Choosing at random gives 1. Nobody can reach more than ${ceiling.lift.toFixed(2)}, even knowing who will churn, ` +
      `since ${percent(baseRate.value)} do.${reached} If the model's own probabilities were exactly right, it would ` +
      `be expected to reach ${promised.toFixed(2)}.`,
  );
}

/** How scores became probabilities. */
export function calibrationText({candidates, chosen, rows}: Competition): Text {
  const {calibration, logLoss} = candidates[chosen]!.calibration;
  const {kind} = calibration;
  const name = {isotonic: "isotonic regression", platt: "Platt scaling"};
  const other = kind === "isotonic" ? "platt" : "isotonic";
  return text(
    `Scores become probabilities by ${name[kind]}, fitted on ${whole(rows.calibrate.length)} rows of the calibration ` +
      `customers. It had the lower log loss there in a five-fold comparison by customer: ${logLoss[kind].toFixed(4)} ` +
      `against ${logLoss[other].toFixed(4)} by ${name[other]}.`,
  );
}

/** Predicted against observed in tenths of the rows, as the calibration chart takes it. */
export function calibrationPoints({
  probabilities,
  y,
  customer,
}: Ranked): {predicted: number; observed: number; low: number; high: number; n: number}[] {
  return calibrationCurve(probabilities, y, {bins: 10, clusters: customer}).map(({rows: n, ...point}) => ({
    ...point,
    n,
  }));
}

/** Which model had to learn from a part of the rows. */
export function subsampleEvidence({candidates}: Competition): EvidenceValue {
  const limited = candidates.flatMap(({model}) =>
    model.kind === "ml-xgboost" && model.subsampled ? [{kind: model.kind, ...model.subsampled}] : [],
  );
  if (limited.length === 0) return text("Every candidate learned from all training rows.");
  return text(
    limited
      .map(
        ({kind, kept, of}) =>
          `${kind} learned from ${whole(kept)} of ${whole(of)} training rows, those of whole customers chosen by ` +
          "a hash of the id, since it cannot hold more.",
      )
      .join(" "),
  );
}

/** What the model in use looks at, and what that does not mean. */
export function signalsEvidence(
  importance: readonly FeatureImportance[],
  study: Study,
): {table: Table; caution: Text} {
  const declared = new Map(study.features.map(feature => [feature.name, feature]));
  const top = importance
    .filter(({drop}) => drop > 0)
    .sort((a, b) => b.drop - a.drop || (a.feature < b.feature ? -1 : 1))
    .slice(0, 12);
  return {
    table: {
      kind: "table",
      caption:
        "The signals that the ranking depends on most: fall in ROC AUC when a feature is shuffled among the tuning customers",
      columns: [
        {name: "title", title: "Signal", format: "text"},
        {name: "drop", title: "Fall in ROC AUC", format: "decimal", digits: 4},
        {name: "direction", title: "Ranked as riskier", format: "text"},
        {name: "actionable", title: "Can be influenced", format: "text"},
      ],
      rows: top.map(({feature, drop, direction}) => [
        declared.get(feature)?.title ?? feature,
        drop,
        direction > 0 ? "the higher" : direction < 0 ? "the lower" : "no clear direction",
        declared.get(feature)?.actionable ? "yes" : "no",
      ]),
    },
    caution: text(
      "These are correlations in past behaviour. A signal shows who is at risk, not why, and changing it need not change " +
        "the risk: activity often falls before a customer leaves, and pushing it up again may keep nobody. Whether contacting a " +
        "customer changes anything can be learned only by an experiment with a random group left alone.",
    ),
  };
}

/** The work that was done, counted and not timed, so that it is the same on every machine. */
export function workTable({candidates, rows}: Competition, x: Matrix): Table {
  return {
    kind: "table",
    caption: "The work behind this card",
    columns: [
      {name: "what", title: "What", format: "text"},
      {name: "count", title: "How many", format: "integer"},
    ],
    rows: [
      ["Candidates fitted", candidates.length],
      ["Features", x.names.length],
      ["Rows computed (customers at cutoffs)", x.rows],
      ["Rows to learn from", rows.train.length],
      ["Rows to choose and calibrate on", rows.tune.length + rows.calibrate.length],
      ["Rows to judge on", rows.test.length + rows.later.length],
    ],
  };
}
