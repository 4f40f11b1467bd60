import type {Series} from "../charts/lines.ts";
import {shareOfAttainable} from "../evaluate/ceiling.ts";
import type {Judgement} from "../evaluate/judge.ts";
import {type LearningCurve, SHARES} from "../evaluate/learning-curve.ts";
import type {Oracle} from "../evaluate/oracle.ts";
import {briefPercent, decimal, percent, whole} from "../figures.ts";
import {interval, type Text, text} from "./words.ts";

/** What the truth would reach, known for a simulation alone. */
export function oracleText(oracle: Oracle, {models, capacity, ceiling}: Judgement): Text {
  const chosen = models.find(model => model.chosen)!;
  const share = shareOfAttainable(chosen.lift.value, oracle.lift.reached);
  return text(
    "These customers are simulated, so the true probabilities are known" +
      `${oracle.unknown > 0 ? ` of ${whole(oracle.rows)} of the test rows` : ""}; of real customers nobody knows them. Ranked by the ` +
      `truth, contacting ${briefPercent(capacity)} would be expected to reach a lift of ${decimal(oracle.lift.expected)}, and with the ` +
      `outcomes that came reaches ${decimal(oracle.lift.reached)}; the model in use reaches ${decimal(chosen.lift.value)}` +
      `${share === null ? "" : `, ${percent(share, 0)} of the way from chance to there`}. The ROC AUC of the truth is ` +
      `${decimal(oracle.auc.reached, 3)} (${decimal(oracle.auc.expected, 3)} expected), of the model ${decimal(chosen.auc.value, 3)}. ` +
      `Only whoever knew every outcome beforehand would reach ${decimal(ceiling.lift)}: that is a limit, not a goal.`,
  );
}

/** The learning curve as lines over the share learned from. */
export function learningSeries({customers, cutoffs}: LearningCurve): {
  readonly places: readonly string[];
  readonly series: readonly Series[];
} {
  const line = (name: string, points: LearningCurve["customers"]): Series => ({
    name,
    values: SHARES.map(share => points.find(point => point.share === share)?.auc ?? null),
  });
  return {
    places: ["1/8", "1/4", "1/2", "all"],
    series: [line("Fewer customers", customers), line("Less history", cutoffs)],
  };
}

/** Whether more customers, more history or a better model would help. */
export function learningText({customers, cutoffs, gain}: LearningCurve, judged: Judgement): Text {
  const chosen = judged.models.find(model => model.chosen)!;
  const said = (
    what: string,
    found: LearningCurve["gain"]["customers"],
    points: LearningCurve["customers"],
  ): string => {
    if (!found || points.length < 2)
      return `Whether more ${what} would help cannot be said: half of it is too little to learn from.`;
    const all = points.at(-1)!;
    const figures = `with all ${whole(all.rows)} rows instead of half the ${what}, the ROC AUC on the test customers changes by ${interval(found, 3)}`;
    if (found.low > 0) return `More ${what} should still help: ${figures}.`;
    return found.high < 0.01
      ? `More ${what} would hardly help: ${figures}.`
      : `Whether more ${what} would help is not clear: ${figures}.`;
  };
  const simple = judged.models.find(model => model.kind === "logistic");
  const reached = `the model in use reaches a lift of ${interval(chosen.lift, 2)}, and its own probabilities promise ${decimal(judged.promised)}`;
  const more = simple ? chosen.auc.value - simple.auc.value : 0;
  const better =
    simple && chosen.kind === "boost"
      ? `Of the models, boosted trees have a ROC AUC that is ${decimal(Math.abs(more), 3)} ${more < 0 ? "lower" : "higher"} than that of ` +
        `logistic regression; ${reached}. Where simple and complicated models come close, better signals help more than better models.`
      : `${reached[0]!.toUpperCase()}${reached.slice(1)}.`;
  return text(
    `${said("customers", gain.customers, customers)} ${said("history", gain.cutoffs, cutoffs)} ${better}`,
  );
}
