import {counted, decimal, percent} from "../figures.ts";
import type {AuditFinding} from "../split/finding.ts";
import {type LabelledRows, type LoneAuc, loneAuc} from "../split/lone-auc.ts";
import type {Matrix} from "./matrix.ts";

/** Lower end of the interval of a lone feature's ROC AUC from which on it is suspicious, and too good to be true. */
const SUSPICIOUS = {auc: 0.9, named: 0.05};
const INCREDIBLE = {auc: 0.95, named: 0.2};

/** A feature with what it does alone. */
export type Alone = LoneAuc & {readonly feature: string};

/** Every feature alone on the rows of `x`, the strongest first; ties keep the order of the columns. */
export function aloneOf(x: Matrix, rows: LabelledRows): Alone[] {
  return x.names
    .map((feature, j) => ({feature, ...loneAuc(x.values.subarray(j * x.rows, (j + 1) * x.rows), rows)}))
    .sort((a, b) => b.auc - a.auc);
}

/**
 * Finds features that alone tell churners apart better than features do: an interval of the ROC AUC above .90 or, as
 * an error, .95; or values that only churners have, of 5% or, as an error, 20% of them.
 * @param mechanical what the days since the last activity do alone, where the target is made of them: what is no
 * better follows from the target's definition, and is a note.
 */
export function checkAlone(x: Matrix, rows: LabelledRows, mechanical: LoneAuc | undefined): AuditFinding[] {
  const all = aloneOf(x, rows);
  const explained: Alone[] = [];
  const found = all.flatMap((alone): AuditFinding[] => {
    const over = ({auc, named}: typeof SUSPICIOUS) => alone.low > auc || alone.named >= named;
    if (!over(SUSPICIOUS)) return [];
    if (mechanical && alone.low <= mechanical.high && alone.named <= mechanical.named + SUSPICIOUS.named) {
      explained.push(alone);
      return [];
    }
    return [
      {
        code: "feature-alone",
        verdict: over(INCREDIBLE) ? "error" : "warning",
        feature: alone.feature,
        message:
          `${alone.feature} alone tells churners apart with a ROC AUC of ${interval(alone)}` +
          `${alone.named > 0 ? `, and ${percent(alone.named)} of them have values that nobody else has` : ""}, on ` +
          `${counted(x.rows, "row")} of training: is it known before the cutoff?`,
      },
    ];
  });
  if (explained.length > 0)
    found.push({
      code: "feature-alone",
      verdict: "note",
      message:
        `${listed(explained.map(({feature}) => feature))} alone ${explained.length === 1 ? "is" : "are"} as strong as ` +
        `${interval(explained[0]!)} in ROC AUC, and no stronger than the days since the last activity, ` +
        `${interval(mechanical!)}, of which the target is made.`,
    });
  const [best] = all;
  return found.length > 0 || !best
    ? found
    : [
        {
          code: "feature-alone",
          verdict: "ok",
          message: `No feature alone is suspiciously good: the strongest is ${best.feature}, with a ROC AUC of ${interval(best)}.`,
        },
      ];
}

const interval = ({auc, low, high}: LoneAuc): string =>
  `${decimal(auc, 3)} (${decimal(low, 3)} to ${decimal(high, 3)})`;

const listed = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} others` : names.join(", ");
