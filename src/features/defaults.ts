import {type FeatureDeclaration, MONEY} from "../study.ts";
import {nameOf} from "./families.ts";

const WINDOWS = [30, 90, 180, 365] as const;

/**
 * The usual as-of features of one event type: recency, frequency, monetary value, rhythm, and change against the
 * customer's own past. None depends on the calendar.
 * @param of the event type, `purchase` say. It stands in the titles, its plural formed with an s; the names of the
 * features begin with it in lower case, whatever is no letter or digit made an underscore.
 * @param amounts whether its events have amounts.
 * @param history days of the log before the first cutoff: features with a longer window are left out, since they would
 *   count fewer days there than at later cutoffs. All are given when it is absent.
 */
export function activityFeatures({
  of,
  amounts = true,
  history = Number.POSITIVE_INFINITY,
}: {
  of: string;
  amounts?: boolean;
  history?: number;
}): FeatureDeclaration[] {
  const noun = `${of}s`;
  const prefix = nameOf(of);
  const declare = (
    name: string,
    title: string,
    unit: string,
    rest: Pick<FeatureDeclaration, "measure"> & {days?: number; step?: number},
  ): FeatureDeclaration => ({name: `${prefix}_${name}`, title, unit, of, actionable: false, ...rest});
  const windowed = WINDOWS.flatMap(days => [
    declare(`count_${days}d`, `${capital(noun)} in the last ${days} days`, noun, {measure: "count", days}),
    ...(amounts
      ? [
          declare(`amount_${days}d`, `Amount of ${noun} in the last ${days} days`, MONEY, {
            measure: "sum",
            days,
          }),
        ]
      : []),
  ]);
  const all = [
    declare("recency", `Days since the last ${of}`, "days", {measure: "recency"}),
    declare("tenure", `Days since the first ${of}`, "days", {measure: "first"}),
    declare("count", `${capital(noun)} so far`, noun, {measure: "count"}),
    declare("days", `Days with ${noun} so far`, "days", {measure: "days"}),
    ...(amounts
      ? [
          declare("amount", `Amount of ${noun} so far`, MONEY, {measure: "sum"}),
          declare("amount_mean", `Mean amount of a ${of}`, MONEY, {measure: "mean"}),
          declare("amount_mean_90d", `Mean amount of a ${of} in the last 90 days`, MONEY, {
            measure: "mean",
            days: 90,
          }),
        ]
      : []),
    ...windowed,
    declare("days_90d", `Days with ${noun} in the last 90 days`, "days", {measure: "days", days: 90}),
    declare("gap_mean", `Mean days between ${noun}`, "days", {measure: "gapMean"}),
    declare("gap_sd", `Spread of the days between ${noun}`, "days", {measure: "gapSd"}),
    declare("gap_mean_365d", `Mean days between ${noun} in the last year`, "days", {
      measure: "gapMean",
      days: 365,
    }),
    declare("gap_cv", `How irregular the ${noun} are`, "times the mean gap", {measure: "gapCv"}),
    declare("overdue", `How overdue the next ${of} is`, "times the usual gap", {measure: "overdue"}),
    declare("change_30d", `Change of ${noun} against the 30 days before`, "−1 to 1", {
      measure: "change",
      days: 30,
    }),
    declare("change_90d", `Change of ${noun} against the 90 days before`, "−1 to 1", {
      measure: "change",
      days: 90,
    }),
    declare("trend_180d", `Trend of ${noun} over 180 days`, `${noun} a month`, {
      ...{measure: "trend", days: 180, step: 30},
    }),
    declare(
      "own_share_30d",
      `${capital(noun)} in the last 30 days against the own usual`,
      "times the usual",
      {
        ...{measure: "ownShare", days: 30},
      },
    ),
  ];
  return all.filter(feature => reachOf(feature) <= history);
}

/** Days before the cutoff that a feature looks at; a change looks at as many before its window. */
const reachOf = ({measure, days = 0}: FeatureDeclaration): number => (measure === "change" ? 2 * days : days);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
