import {spanText} from "../data/calendar.ts";
import type {CadenceCost, CutJudgement} from "../evaluate/cadence.ts";
import {decimal, whole} from "../figures.ts";
import {CADENCE_WORDS, type Cadence} from "../ledger/cadence.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {interval, resamples, type Text, text, textColumn} from "./words.ts";

const NAMES: Readonly<Record<Cadence["every"], string>> = {
  month: "Monthly",
  week: "Weekly",
  day: "Daily",
  moment: "At any time",
};

/** When a model may be asked, by what it was trained on. */
export function cadenceText({cutoffs, horizon}: Pick<Study, "cutoffs" | "horizon">): string {
  const {every} = cutoffs;
  const other =
    every === "month" || every === "week"
      ? " On another day it refuses, or is told to answer all the same (--off-cadence) and marks every answer: what that costs is measured."
      : "";
  return (
    `${NAMES[every]}: the model was trained on ${CADENCE_WORDS[every]} and answers for the ${spanText(horizon)} ` +
    `after it.${other}`
  );
}

/** What it costs to ask the model between its cutoffs, in a sentence. */
export function offCadenceText({every, calendarFeatures, offCadence}: Cadence): Text {
  if (offCadence === null)
    return text(
      every === "month" || every === "week"
        ? "Not measured: there are no outcomes before the test for a day between the cutoffs."
        : `It may be asked ${every === "day" ? "on any day" : "at any time"}, so there is nothing to lose by asking between its cutoffs.`,
    );
  const {onAuc, offAuc, difference, offRows} = offCadence;
  const guard =
    calendarFeatures.length > 0
      ? `It is refused there all the same, since ${calendarFeatures.join(", ")} would mean something else.`
      : "Scoring there needs --off-cadence, and marks every row.";
  return text(
    `Asked half-way between its cutoffs, the model ranks tuning customers with ROC AUC ${interval(offAuc, 3)} instead of ` +
      `${interval(onAuc, 3)}: ${verdict(difference)} (${whole(offRows)} rows). ${guard}`,
  );
}

function verdict({value, low, high}: CadenceCost["difference"]): string {
  const within = (a: number, b: number): string => `(${decimal(a, 3)} to ${decimal(b, 3)})`;
  if (low > 0) return `a gain of ${decimal(value, 3)} ${within(low, high)}`;
  if (high < 0) return `a loss of ${decimal(-value, 3)} ${within(-high, -low)}`;
  return `no clear difference, ${decimal(value, 3)} ${within(low, high)}`;
}

/** Rolling against calendar features, asked on cadence and off. Not applicable where there is no off. */
export function cutsEvidence(cuts: readonly CutJudgement[], study: Study): EvidenceValue {
  if (cuts.length === 0)
    return {
      kind: "not-applicable",
      reason:
        "the model may be asked on any day, or no day between its cutoffs has an outcome before the test",
      by: study.card.owner,
    };
  const {onRows, offRows, onAuc} = cuts[0]!.cost;
  return {
    kind: "table",
    caption:
      `Boosted trees on four features of "${study.activity}", trained on ${CADENCE_WORDS[study.cutoffs.every]} and asked ` +
      `about tuning customers there (${whole(onRows)} rows) and half-way between (${whole(offRows)} rows); ROC AUC with ` +
      `95% intervals by bootstrap over customers, ${resamples(onAuc)}`,
    columns: [
      textColumn("cut", "Features count by"),
      textColumn("on", "On the study's days"),
      textColumn("off", "Half-way between"),
      textColumn("difference", "Difference"),
    ],
    rows: cuts.map(({cut, cost}) => [
      cut === "rolling" ? "30 days up to the cutoff" : "calendar month",
      interval(cost.onAuc, 3),
      interval(cost.offAuc, 3),
      interval(cost.difference, 3),
    ]),
  };
}
