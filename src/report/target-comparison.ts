import {type TowardsChurnData, towardsChurnChart} from "../charts/towards-churn.ts";
import type {Interval} from "../evaluate/bootstrap.ts";
import {
  type CampaignJudgement,
  RANKERS,
  type TargetComparison,
  type TargetJudgement,
} from "../evaluate/compare-targets.ts";
import {briefPercent, counted, decimal, percent, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {monthsOf} from "../target/targets.ts";
import {interval, resamples, type Table, type Text, targetTitle, text, textColumn} from "./words.ts";

const TITLES: Readonly<Record<(typeof RANKERS)[number], string>> = {
  recency: "recency alone",
  logistic: "logistic regression",
  boost: "boosted trees",
};

/** How well each target can be predicted, in its own positives, beside recency alone. */
export function targetSkillTable(comparison: TargetComparison, study: Study): Table {
  const {capacity, rows, customers, targets} = comparison;
  const judged = targets.find(one => one.judged)?.judged;
  const of = judged ? `, ${resamples(judged.baseRate)}` : "";
  return {
    kind: "table",
    caption:
      `The targets on the same ${whole(rows)} rows of ${whole(customers)} tuning customers before the test, each ` +
      `predicted with all features and default settings; lift at ${briefPercent(capacity)} contacted, 95% intervals by ` +
      `bootstrap over customers${of}. Recency alone: the longer inactive, the riskier`,
    columns: [
      textColumn("target", "Target"),
      {name: "positives", title: "Positives", format: "integer"},
      {name: "rate", title: "Share", format: "percent", digits: 1},
      ...RANKERS.map(ranker => textColumn(`auc-${ranker}`, `ROC AUC, ${TITLES[ranker]}`)),
      ...RANKERS.map(ranker => textColumn(`lift-${ranker}`, `Lift, ${TITLES[ranker]}`)),
      {name: "ceiling", title: "Highest possible lift", format: "decimal", digits: 1},
    ],
    rows: targets.map(({target, positives, rows: n, judged}) => [
      targetTitle(target, study),
      positives,
      n === 0 ? null : positives / n,
      ...RANKERS.map(ranker => (judged ? interval(judged.by[ranker].auc, 2) : null)),
      ...RANKERS.map(ranker => (judged ? interval(judged.by[ranker].lift, 2) : null)),
      judged?.ceiling ?? null,
    ]),
  };
}

/** What a campaign gains by the list of each target, all judged by who churns within the horizon. */
export function targetCampaignTable(comparison: TargetComparison, study: Study): Table {
  const {capacity, actDays, cohortSize, targets} = comparison;
  const {currency} = study.economics;
  return {
    kind: "table",
    caption:
      `One campaign that contacts the ${briefPercent(capacity)} of ${counted(cohortSize, "customer")} ranked highest by the ` +
      "trees of each target. All lists are judged by who churns within the horizon, whatever they were made for, and " +
      "projected from the tuning customers' share of churners; " +
      `value in ${currency} with the range that holds 90% of what assumptions and data allow`,
    columns: [
      textColumn("target", "List by"),
      {name: "churners", title: "Churners reached", format: "integer"},
      textColumn("reached", "Share of all churners"),
      textColumn("inTime", `Share of the churners with ${actDays} or more days left`),
      {name: "lead", title: "Days left, median", format: "integer"},
      {
        name: "late",
        title: `Of those reached, with ${actDays} or more days left`,
        format: "percent",
        digits: 1,
      },
      textColumn("value", "Value"),
    ],
    rows: targets.map(({target, judged}) => {
      const title = targetTitle(target, study);
      if (!judged) return [title, null, null, null, null, null, null];
      const {reached, reachedInTime, medianDays, inTime, worth} = judged.campaign;
      return [
        title,
        Math.round(worth.churners),
        percentInterval(reached),
        reachedInTime && percentInterval(reachedInTime),
        medianDays,
        reached.value > 0 && inTime !== null ? inTime / reached.value : null,
        `${whole(worth.value)} (${whole(worth.low)} to ${whole(worth.high)})`,
      ];
    }),
  };
}

const percentInterval = ({value, low, high}: Interval): string =>
  `${percent(value)} (${percent(low)} to ${percent(high)})`;

/** The signal by months until churn; targets without a model are left out. Not applicable where none has one. */
export function towardsEvidence({months, churners, targets}: TargetComparison, study: Study): EvidenceValue {
  const series = targets.flatMap(({target, judged}) =>
    judged ? [{name: target.toUpperCase(), values: judged.towards}] : [],
  );
  if (series.length === 0)
    return {
      kind: "not-applicable",
      reason: "the tuning customers have too few positives of any target",
      by: study.card.owner,
    };
  return towardsChurnChart({months, churners, series, remark: remarkOn(series, study)});
}

/** For IN whoever churns before its month is a negative, so that a good model ranks them low. */
function remarkOn(series: TowardsChurnData["series"], {horizon}: Study): string | undefined {
  const before = monthsOf(horizon) - 1;
  // Months are 1, 2, and so on: the first ones are those before the month of IN.
  const early = series.find(({name}) => name === "IN")?.values.slice(0, before) ?? [];
  return early.some(auc => auc !== null && auc < 0.5)
    ? "By design IN ranks those low who churn before its month"
    : undefined;
}

/** Which target the study uses, and what the figures say for it and against it. */
export function targetChoiceText(comparison: TargetComparison, study: Study): Text {
  const own = comparison.targets.find(({target}) => target === study.target);
  const name = study.target.toUpperCase();
  if (!own?.judged)
    return text(
      `The study uses ${name}. The tuning customers have too few of its positives to compare it with the others.`,
    );
  const {campaign} = own.judged;
  const others = comparison.targets.filter(
    (one): one is Judged => one.target !== study.target && one.judged !== undefined,
  );
  const lead =
    campaign.medianDays === null ? "" : `, with a median of ${campaign.medianDays} days left to act`;
  const sentences = [
    `The study uses ${name}: at ${briefPercent(comparison.capacity)} contacted its list holds ` +
      `${percentInterval(campaign.reached)} of those who churn within the horizon${lead}.`,
    ...others.map(other => against(other, own as Judged, comparison)),
    verdict(others, own as Judged),
    "Measured on tuning customers before the test, so the choice has not looked at a test row.",
  ];
  return text(sentences.join(" "));
}

type Judged = TargetJudgement & {readonly judged: NonNullable<TargetJudgement["judged"]>};

function against({target, judged}: Judged, own: Judged, {actDays}: TargetComparison): string {
  const {campaign} = judged;
  const {reached, medianDays, reachedInTime, gain} = campaign;
  const clear = isMore(gain) || isFewer(gain);
  const size = gain
    ? `${decimal(100 * Math.abs(gain.value), 1)} points ${gain.value < 0 ? "fewer" : "more"}`
    : "";
  const mine = own.judged.campaign;
  const early =
    reachedInTime && mine.reachedInTime
      ? `; of those with ${actDays} days left it holds ${percent(reachedInTime.value)}, against ${percent(mine.reachedInTime.value)}`
      : "";
  return (
    `The list by ${target.toUpperCase()} holds ${percent(reached.value)}${gain ? `, ${size}${clear ? "" : " and no clear difference"}` : ""}` +
    `${medianDays === null ? "" : `, with ${medianDays} days left`}${early}.`
  );
}

const isMore = (gain: Interval | undefined): boolean => gain !== undefined && gain.low > 0;
const isFewer = (gain: Interval | undefined): boolean => gain !== undefined && gain.high < 0;

/** Whether another target serves the campaign clearly better: in churners reached, and in those reached in time. */
function verdict(others: readonly Judged[], own: Judged): string {
  const of = (holds: (campaign: CampaignJudgement) => boolean): string =>
    others
      .filter(({judged}) => holds(judged.campaign))
      .map(({target}) => target.toUpperCase())
      .join(" and ");
  const [early, late] = [
    of(({gain, gainInTime}) => isFewer(gain) && isMore(gainInTime)),
    of(({gain, gainInTime}) => isMore(gain) && isFewer(gainInTime)),
  ];
  const better = of(
    ({gain, gainInTime}) => (isMore(gain) || isMore(gainInTime)) && !isFewer(gain) && !isFewer(gainInTime),
  );
  const name = own.target.toUpperCase();
  if (better)
    return `By these figures ${better} would serve the campaign clearly better: reconsider the choice, unless the question itself asks for ${name}.`;
  if (early || late) {
    const sides = [
      ...(late ? [`${late} reaches more of all churners and fewer of those with time left`] : []),
      ...(early ? [`${early} reaches fewer of all and more of those with time left`] : []),
    ];
    return `So it is a trade, ${sides.join(", and ")}: how fast the team acts decides, and the study keeps ${name}.`;
  }
  const worse = of(({gain}) => isFewer(gain));
  if (worse)
    return `It reaches clearly more than ${worse}, and no other clearly more, which is why it is used.`;
  return `The figures do not decide between them: the question that the campaign asks does, and the study asks for ${name}.`;
}
