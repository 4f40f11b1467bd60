import {spanText} from "../data/calendar.ts";
import {briefPercent, decimal, percent, whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Churn, Study, TargetName} from "../study.ts";
import {monthsOf} from "../target/targets.ts";

export type Text = Extract<EvidenceValue, {kind: "text"}>;
export type List = Extract<EvidenceValue, {kind: "list"}>;
export type Table = Extract<EvidenceValue, {kind: "table"}>;

export const text = (words: string): Text => ({kind: "text", text: words});
/** A column of a table whose cells are texts. */
export const textColumn = (name: string, title: string) => ({name, title, format: "text"}) as const;
export const list = (items: readonly string[]): List => ({kind: "list", items});

/**
 * An estimate with its interval: 0.712 (0.690 to 0.733); with one more decimal where a bound that is not 0 would else
 * read as 0, or both bounds as one.
 */
export const interval = (
  {value, low, high}: {readonly value: number; readonly low: number; readonly high: number},
  digits: number,
): string => {
  const hidden = (bound: number) => bound !== 0 && Number(bound.toFixed(digits)) === 0;
  const same = low !== high && low.toFixed(digits) === high.toFixed(digits);
  const shown = hidden(low) || hidden(high) || same ? digits + 1 : digits;
  return `${decimal(value, shown)} (${decimal(low, shown)} to ${decimal(high, shown)})`;
};

/** A share with its interval: 31.2% (28.1% to 34.6%). */
export const percentInterval = ({
  value,
  low,
  high,
}: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}): string => `${percent(value)} (${percent(low)} to ${percent(high)})`;

/** How many draws of customers an interval is from. */
export const resamples = ({draws}: {readonly draws: number}): string => `${whole(draws)} resamples`;

/** What a definition of churn says, in a sentence. */
export function churnText(churn: Churn): string {
  switch (churn.kind) {
    case "inactivity":
      return `A customer churns on the day when ${churn.days} days have passed without an event of type "${churn.of}".`;
    case "regularity":
      return (
        `A customer churns when a pause without an event of type "${churn.of}" grows longer than ` +
        `${briefPercent(churn.quantile)} of the pauses to be expected of that customer, from the customer's own pauses ` +
        `so far and, the fewer they are, from those of all customers; after ${churn.leastDays} days at the earliest ` +
        `and ${churn.mostDays} at the latest.`
      );
    case "subscription":
      return `A customer churns on the day when a contract ends and no other is running${graceText(churn.graceDays)}.`;
    case "contract": {
      const term = churn.term ? `, each paid for ${spanText(churn.term)}` : "";
      return (
        `A contract starts with "${churn.start}" and goes on with "${churn.renew}"${term}; a customer churns on the day ` +
        `when it ends, by "${churn.end}"${churn.term ? " or by not being renewed" : ""}${graceText(churn.graceDays)}.`
      );
    }
  }
}

const graceText = (days: number): string =>
  days > 0 ? ` and not taken up again on one of the ${days} days after` : "";

/** The name of a definition of churn, for a table. */
export function churnTitle(churn: Churn): string {
  switch (churn.kind) {
    case "inactivity":
      return `${churn.days} days without "${churn.of}"`;
    case "regularity":
      return `A long pause for the customer without "${churn.of}"`;
    case "subscription":
    case "contract":
      return "The end of a contract";
  }
}

/** What a target asks, in a clause that follows "whether a customer". */
export function targetText(target: TargetName, study: Study): string {
  const {horizon} = study;
  switch (target) {
    case "within":
      return `churns within ${spanText(horizon)} of the cutoff`;
    case "in":
      return `churns ${lastPart(horizon)} after the cutoff, and not earlier`;
    case "silent":
      return `has no event of type "${study.activity}" in the ${spanText(horizon)} after the cutoff`;
  }
}

/** The part of the horizon that IN looks at. */
const lastPart = (horizon: Study["horizon"]): string =>
  "months" in horizon
    ? `in month ${horizon.months}`
    : `from day ${(monthsOf(horizon) - 1) * 30} to day ${horizon.days}`;

/** The name of a target as people read it. */
export function targetTitle(target: TargetName, study: Study): string {
  const span = spanText(study.horizon);
  return {within: `WITHIN ${span}`, in: `IN, ${lastPart(study.horizon)}`, silent: `SILENT for ${span}`}[
    target
  ];
}
