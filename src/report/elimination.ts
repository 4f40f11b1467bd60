import {type Chart, eliminationChart} from "../charts/index.ts";
import type {Elimination} from "../explain/elimination.ts";
import {percent, whole} from "../figures.ts";
import type {ExplainedRows} from "../ledger/explanation-stages.ts";
import type {Study} from "../study.ts";
import {notApplicable, signalWords} from "./explanation.ts";
import {type Table, textColumn} from "./words.ts";

/** A feature of which more rows than this are missing needs care. */
const OFTEN_MISSING = 0.05;

/** How few features would do, drawn, and what leaving the others out would save. */
export function eliminationEvidence(
  found: Elimination | undefined,
  {x}: Pick<ExplainedRows, "x">,
  study: Study,
): {readonly chart?: Chart; readonly table: Table | ReturnType<typeof notApplicable>} {
  if (!found)
    return {
      table: notApplicable(
        "Fewer than five training customers churned, or fewer than five did not: too few to tell.",
      ),
    };
  const {steps, best, fewest, kept, dropped, folds, rows, trees} = found;
  const [all, top, few] = [steps[0]!, steps[best]!, steps[fewest]!];
  const words = signalWords(study, x);
  const prone = (names: readonly string[]): number =>
    names.filter(name => words(name).missingShare > OFTEN_MISSING).length;
  return {
    chart: eliminationChart(found),
    table: {
      kind: "table",
      caption:
        `Leaving out a fifth of the features at a time, those that move the scores least, on ${whole(rows)} training rows; ` +
        `ROC AUC on customers left out, ${folds} groups of them in turn, by quick trees (${trees} of them, no search for settings). ` +
        "The fewest within one standard error of the best are enough as far as these rows can tell. The model in use keeps " +
        "all features: this is a proposal for the next one. Association, not cause",
      columns: [
        textColumn("what", "What"),
        textColumn("all", "All features"),
        textColumn("few", "The fewest that do"),
      ],
      rows: [
        ["Features to compute and to look after", whole(all.features), whole(few.features)],
        [
          "ROC AUC, with its standard error",
          aucText(all),
          top === few || top === all
            ? aucText(few)
            : `${aucText(few)}; the best, with ${top.features}: ${aucText(top)}`,
        ],
        [
          `Of them, missing in more than ${percent(OFTEN_MISSING, 0)} of the test rows`,
          whole(prone([...kept, ...dropped])),
          whole(prone(kept)),
        ],
        ["Values looked at in one fit", whole(all.work), whole(few.work)],
        ["Values looked at to score 1000 customers", whole(1000 * all.features), whole(1000 * few.features)],
        ["Kept", "", kept.map(name => words(name).title).join("; ")],
        ["Left out, the first first", "", dropped.map(name => words(name).title).join("; ")],
      ],
    },
  };
}

const aucText = ({auc, standardError}: Elimination["steps"][number]): string =>
  `${auc.toFixed(3)} ± ${standardError.toFixed(3)}`;
