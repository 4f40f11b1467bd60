import {dateOf} from "../data/calendar.ts";
import type {MetricTable} from "../evaluate/metric-table.ts";
import {briefPercent, counted, percent, whole} from "../figures.ts";
import type {ChampionJudgement} from "../ledger/champion-stages.ts";
import type {Study} from "../study.ts";
import {interval, percentInterval, resamples, type Table, type Text, text, textColumn} from "./words.ts";

/** Whether the new model is to take the place of the one in use today. */
export function championText(judged: ChampionJudgement, {economics: {currency}}: Study): Text {
  const {gain, profit, common, capacity, from, leftOut, customers} = judged;
  const auc = interval(gain.auc, 3);
  const [money] = profit;
  const amount = `${currency} ${whole(money!.value)} (${whole(money!.low)} to ${whole(money!.high)}) a campaign`;
  const verdict =
    gain.auc.low > 0
      ? `The new model ranks better than the champion: its ROC AUC is higher by ${auc}.`
      : gain.auc.high < 0
        ? `The new model ranks worse than the champion, by ${auc} of ROC AUC: keep the champion, and find out why.`
        : `The new model is not clearly better than the champion: the difference in ROC AUC is ${auc}. Changing for its own ` +
          "sake costs trust; keep the champion unless it has other faults.";
  const worth =
    money!.low > 0
      ? `It earns ${amount} more`
      : money!.high < 0
        ? `It earns less: ${amount}`
        : `In money it is not clearly ahead: ${amount}`;
  const left =
    leftOut === 0
      ? ""
      : ` ${counted(leftOut, "test row")} of earlier cutoffs ${leftOut === 1 ? "was" : "were"} left out: the champion learned from their time.`;
  return text(
    `${verdict} ${worth}, with ${briefPercent(capacity)} contacted. ${percent(common)} of its list is on the champion's too. ` +
      `Both were judged on the same ${counted(customers, "customer")}, from whom neither learned, at cutoffs from ` +
      `${dateOf(from)} on.${left}`,
  );
}

/** The two models beside each other, and the difference with an interval of its own. */
export function championTable(judged: ChampionJudgement): Table {
  const {challenger, champion, gain, capacity, rows, customers, positives, digest} = judged;
  const lift = `Lift at ${briefPercent(capacity)}`;
  const line = (title: string, {auc, averagePrecision, lift, precision, recall, logLoss}: MetricTable) => [
    title,
    ...[interval(lift, 2), percentInterval(precision), percentInterval(recall)],
    ...[interval(auc, 3), interval(averagePrecision, 3), interval(logLoss, 3)],
  ];
  return {
    kind: "table",
    caption:
      `Both on ${whole(rows)} test rows of ${whole(customers)} customers with ${whole(positives)} churners; 95% intervals by ` +
      `bootstrap over customers, ${resamples(gain.auc)}. The last line is computed on the same draws: two intervals that ` +
      `overlap say nothing. The champion, ${champion.title.toLowerCase()} on ${counted(champion.features, "feature")}, is the ` +
      `model with digest ${digest.slice(0, 12)}`,
    columns: [
      textColumn("model", "Model"),
      textColumn("lift", lift),
      textColumn("precision", "Churners among contacted"),
      textColumn("recall", "Churners found"),
      textColumn("auc", "ROC AUC"),
      textColumn("averagePrecision", "PR AUC"),
      textColumn("logLoss", "Log loss"),
    ],
    rows: [
      line("New model", challenger),
      line("Champion", champion),
      [
        "Difference",
        ...[interval(gain.lift, 2), null, null],
        ...[interval(gain.auc, 3), interval(gain.averagePrecision, 3), interval(gain.logLoss, 3)],
      ],
    ],
  };
}
