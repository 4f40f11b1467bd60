import {calibrationCurve} from "../evaluate/calibration-curve.ts";
import type {Candidate, Competition, Ranked} from "../evaluate/compete.ts";
import type {Judgement, ModelJudgement} from "../evaluate/judge.ts";
import type {Matrix} from "../features/matrix.ts";
import {briefPercent, counted, decimal, percent, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import {titleOf, workOf} from "../model/model.ts";
import {CROSS_CHECK, type Study} from "../study.ts";
import {sampledText} from "./sampling.ts";
import {searchOf, settingText} from "./search.ts";
import {interval, percentInterval, resamples, type Table, type Text, text, textColumn} from "./words.ts";

/** On what the models are judged, in a sentence. */
export function testText({rows, customers, positives, baseRate, capacity}: Judgement, study: Study): Text {
  return text(
    `The test: ${whole(rows)} rows of ${whole(customers)} customers at cutoffs from ${study.split.testFrom} on, of whom ` +
      `${whole(positives)} (${percent(baseRate.value)}) are positive. A campaign contacts ${briefPercent(capacity)}.`,
  );
}

/** All candidates on the judging rows, each figure with its interval. */
export function modelsTable(judged: Judgement): Table {
  return {
    kind: "table",
    caption:
      `The candidates on ${whole(judged.rows)} test rows of ${whole(judged.customers)} customers with ` +
      `${whole(judged.positives)} churners; 95% intervals by bootstrap over customers, ${resamples(judged.baseRate)}. ` +
      "The rule of thumb: the longer inactive, the riskier",
    columns: [
      textColumn("model", "Model"),
      textColumn("lift", `Lift at ${briefPercent(judged.capacity)}`),
      textColumn("precision", "Churners among contacted"),
      textColumn("recall", "Churners found"),
      textColumn("auc", "ROC AUC"),
      textColumn("averagePrecision", "PR AUC"),
      textColumn("logLoss", "Log loss"),
      textColumn("brier", "Brier score"),
    ],
    rows: [
      ...judged.models.map(model => [
        model.chosen ? `${model.title} (in use)` : model.title,
        interval(model.lift, 2),
        percentInterval(model.precision),
        percentInterval(model.recall),
        interval(model.auc, 3),
        interval(model.averagePrecision, 3),
        interval(model.logLoss, 3),
        interval(model.brier, 3),
      ]),
      ...judged.refused.map(({kind}) => [titleOf(kind), "could not be fitted", "", "", "", "", "", ""]),
    ],
  };
}

/** What each candidate took, why one of them is in use, and what could not be fitted. */
export function choiceTable({candidates, chosen, refused}: Competition): Table {
  const best = candidates[chosen]!;
  const why = ({kind, tuneAuc}: Candidate): string => {
    if (kind === best.kind) return "in use: the highest up for choice";
    if (kind === CROSS_CHECK) return "a cross-check, not up for choice";
    return tuneAuc === best.tuneAuc
      ? "as good, and less simple"
      : `lower by ${decimal(best.tuneAuc - tuneAuc, 3)}`;
  };
  return {
    kind: "table",
    caption:
      "From the simplest to the most flexible. Work is counted, not timed: values looked at, rows times features, once " +
      "for each tree or step, those of the search included",
    columns: [
      textColumn("model", "Model"),
      {name: "settings", title: "Settings tried", format: "integer"},
      {name: "fits", title: "Fits", format: "integer"},
      {name: "work", title: "Work", unit: "million values", format: "decimal", digits: 1},
      {name: "tuneAuc", title: "ROC AUC, tuning", format: "decimal", digits: 3},
      textColumn("why", "The choice"),
    ],
    rows: [
      ...candidates.map(candidate => {
        const {settings, fits} = triesOf(candidate);
        const {kind, model, tuneAuc} = candidate;
        return [titleOf(kind), settings, fits, workOf(model) / 1e6, tuneAuc, why(candidate)];
      }),
      ...refused.map(({kind, reason}) => [
        titleOf(kind),
        ...[null, null, null, null],
        `could not be fitted: ${reason}`,
      ]),
    ],
  };
}

function triesOf({model}: Pick<Candidate, "model">): {settings: number; fits: number} {
  if (model.kind === "average") {
    const all = model.members.map(triesOf);
    return {settings: all[0]!.settings, fits: all.reduce((sum, {fits}) => sum + fits, 0)};
  }
  if (model.kind !== "boost") return {settings: 1, fits: 1};
  const {tried} = model.search;
  return {settings: tried.length, fits: tried.reduce((sum, {rungs}) => sum + rungs.length, 0)};
}

/** Which candidate is in use, why, and whether it earns its place. */
export function chosenText(judged: Judgement, trained: Competition): Text {
  const chosen = judged.models.find(model => model.chosen)!;
  const others = judged.models.filter(model => !model.chosen && model.kind !== CROSS_CHECK);
  const next = others.reduce<ModelJudgement | undefined>(
    (a, b) => (a && a.tuneAuc >= b.tuneAuc ? a : b),
    undefined,
  );
  const gain = judged.gainOverRecency?.auc;
  const earned =
    gain === undefined || chosen.kind === "recency"
      ? ""
      : gain.low > 0
        ? ` On the test customers it ranks better than the rule of thumb by ${interval(gain, 3)} of ROC AUC.`
        : ` On the test customers it is not clearly better than the rule of thumb: the difference in ROC AUC is ` +
          `${interval(gain, 3)}. The rule of thumb is cheaper; consider it.`;
  const beside = next ? ` Next comes ${next.title.toLowerCase()} with ${next.tuneAuc.toFixed(3)}.` : "";
  return text(
    `In use: ${chosen.title.toLowerCase()}. No model that may be used had a higher ROC AUC on the tuning customers ` +
      `(${chosen.tuneAuc.toFixed(3)}), and of equals the simpler is taken.${beside}${foundText(chosen, trained)} ` +
      `The test customers took no part in the choice.${earned}`,
  );
}

/** How the model in use came by its settings. */
function foundText({kind}: ModelJudgement, trained: Competition): string {
  const search = searchOf(trained);
  if (kind !== "boost" || !search) return "";
  const {setting, rungs} = search.tried[search.winner]!;
  const n = search.tried.length;
  const found =
    n === 1
      ? "The settings of the trees are the default, the only ones tried"
      : `The settings of the trees are the best of ${n} tried on the tuning customers${search.winner === 0 ? ", and the default" : ""}`;
  return (
    ` ${found}: ${counted(rungs.at(-1)!.trees, "tree")} of ${settingText(setting)}. As ${n === 1 ? "the number of trees was" : "settings and number of trees were"} found ` +
    "on the same tuning customers, the ROC AUC of the trees there is a little too good."
  );
}

/** How near the second engine of boosted trees comes: two programs seldom make the same mistake. */
export function crossCheckText({crossCheck, rows}: Judgement): Text {
  if (!crossCheck) return text("Boosted trees were not fitted by two engines, so none checks the other.");
  const {correlation, distance} = crossCheck;
  const gain = crossCheck.gain.auc;
  const apart =
    gain.low <= 0 && gain.high >= 0
      ? "which this test cannot tell from none"
      : `in favour of the ${gain.value > 0 ? "first" : "second"}`;
  return text(
    "Boosted trees were fitted by two engines, each with settings of its own. The second only checks the first and is never put " +
      `to use. On the ${whole(rows)} test rows the difference in ROC AUC, first less second, is ${interval(gain, 3)}, ${apart}; ` +
      `the rank correlation of their scores is ${decimal(correlation, 2)}, and their probabilities lie ` +
      `${decimal(100 * distance, 1)} percentage points apart on average.`,
  );
}

/** What lies below and above the lift that was reached. */
export function ceilingText({models, capacity, baseRate, ceiling, promised}: Judgement): Text {
  const chosen = models.find(model => model.chosen)!;
  const reached =
    ceiling.reached === null
      ? ""
      : ` That is ${percent(ceiling.reached, 0)} of the way from chance to the ceiling.`;
  const moving =
    chosen.lift.high > ceiling.lift
      ? " The interval of the lift reaches above the ceiling, since the ceiling moves with the sample, too: with fewer churners " +
        "in it, it is higher."
      : "";
  return text(
    `Contacting ${briefPercent(capacity)} of the customers, the model in use reaches a lift of ${interval(chosen.lift, 2)}. ` +
      `Choosing at random gives 1. Nobody can reach more than ${ceiling.lift.toFixed(2)}, even knowing who will churn, ` +
      `since ${percent(baseRate.value)} do.${reached}${moving} If the model's own probabilities were exactly right, it would ` +
      `be expected to reach ${promised.toFixed(2)}.`,
  );
}

/** How scores became probabilities. */
export function calibrationText({candidates, chosen, rows}: Competition): Text {
  const {calibration, logLoss} = candidates[chosen]!.calibration;
  const {kind} = calibration;
  const name = {isotonic: "isotonic regression", platt: "Platt scaling", beta: "beta calibration"};
  const others = (["platt", "beta", "isotonic"] as const).filter(one => one !== kind);
  return text(
    `Scores become probabilities by ${name[kind]}, fitted on ${whole(rows.calibrate.length)} rows of the calibration ` +
      `customers. It had the lowest log loss there in a five-fold comparison by customer: ${logLoss[kind].toFixed(4)} ` +
      `against ${others.map(other => `${logLoss[other].toFixed(4)} by ${name[other]}`).join(" and ")}.`,
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

/** Which model had to learn from a part of the rows, and how the study samples them. */
export function subsampleEvidence(trained: Competition): EvidenceValue {
  const sampled = sampledText(trained);
  const limited = trained.candidates.flatMap(({model}) =>
    model.kind === "ml-xgboost" && model.subsampled ? [{kind: model.kind, ...model.subsampled}] : [],
  );
  if (limited.length === 0) return text(sampled ?? "Every candidate learned from all training rows.");
  return text(
    [
      ...(sampled ? [sampled] : []),
      ...limited.map(
        ({kind, kept, of}) =>
          `${titleOf(kind)}: learned from ${whole(kept)} of ${whole(of)} training rows, those of whole customers chosen by ` +
          "a hash of the id, since it cannot hold more.",
      ),
    ].join(" "),
  );
}

/** The work that was done, counted and not timed, so that it is the same on every machine. */
export function workTable({candidates, rows}: Competition, x: Matrix): Table {
  return {
    kind: "table",
    caption: "The work behind this card",
    columns: [textColumn("what", "What"), {name: "count", title: "How many", format: "integer"}],
    rows: [
      ["Candidates", candidates.length],
      [
        "Models fitted, the search for settings included",
        candidates.reduce((n, c) => n + triesOf(c).fits, 0),
      ],
      ["Features", x.names.length],
      ["Rows computed (customers at cutoffs)", x.rows],
      ["Rows to learn from", rows.train.length],
      ["Rows to choose and calibrate on", rows.tune.length + rows.calibrate.length],
      ["Rows to judge on", rows.test.length + rows.later.length],
    ],
  };
}
