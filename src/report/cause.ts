import type {HabitTrial} from "../explain/habits.ts";
import {summariseExplanation} from "../explain/summary.ts";
import {counted, percent, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {ExplainedRows} from "../ledger/explanation-stages.ts";
import type {Study} from "../study.ts";
import {notApplicable, signalWords} from "./explanation.ts";
import {textColumn} from "./words.ts";

const HABITS: Readonly<Record<HabitTrial["habit"], {readonly does: string; readonly event: string}>> = {
  visits: {does: "Visit the shop", event: "visit"},
  tickets: {does: "Need support", event: "ticket"},
};

/** Signals and causes told apart, where somebody knows: in the simulated shop. */
export function causeEvidence(
  trials: readonly HabitTrial[] | undefined,
  {x, explanation}: ExplainedRows,
  study: Study,
): EvidenceValue & {kind: "table" | "not-applicable"} {
  if (!trials)
    return notApplicable(
      "Not known for real data: which of the signals are causes of churn cannot be read from a log, however large their share " +
        "of the score. An experiment can tell.",
    );
  const summary = summariseExplanation(explanation, x);
  const words = signalWords(study, x);
  const strongestOf = (event: string): string => {
    const names = new Set(study.features.filter(({of}) => [of].flat().includes(event)).map(({name}) => name));
    const k = summary.findIndex(({feature}) => names.has(feature));
    if (k < 0 || summary[k]!.meanAbsolute === 0) return "none";
    const {feature, meanAbsolute} = summary[k]!;
    return `${words(feature).title}: place ${k + 1}, ${meanAbsolute.toFixed(2)} on average`;
  };
  return {
    kind: "table",
    caption:
      "A signal need not be a cause. This log comes from a simulated shop, so it can be lived again: the same customers with the " +
      "same luck, but each does something more often. Compared are the customers at cutoffs who can be judged in both lives. The " +
      "shares that the model gives follow the signal; whether anybody leaves because of it is another matter",
    columns: [
      textColumn("habit", "All customers"),
      textColumn("rows", "Compared"),
      textColumn("signal", "Strongest signal of it"),
      textColumn("model", "Share that the model expects to churn"),
      textColumn("churn", "Share that churns"),
      textColumn("verdict", "So"),
    ],
    rows: trials.map(trial => [
      `${HABITS[trial.habit].does} ${trial.factor} times as often`,
      `${whole(trial.common)} of ${whole(trial.rows[0])} rows before, of ${whole(trial.rows[1])} after`,
      strongestOf(HABITS[trial.habit].event),
      ...(trial.common === 0 ? ["–", "–"] : [beforeAfter(trial.probability), beforeAfter(trial.churn)]),
      verdictOf(trial),
    ]),
  };
}

const beforeAfter = ([before, after]: readonly [number, number]): string =>
  `${percent(before)} before, ${percent(after)} after`;

function verdictOf({common, changed}: HabitTrial): string {
  if (common === 0) return "cannot be said: nobody can be judged in both lives";
  return changed === 0
    ? "a sign, not a cause: the very same customers churn at the same time"
    : `a cause, among others: the outcome of ${counted(changed, "row")} changes`;
}
