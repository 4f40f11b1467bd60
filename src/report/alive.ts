import {dateOf} from "../data/calendar.ts";
import {DataError} from "../data-error.ts";
import type {Alive} from "../features/alive.ts";
import type {AliveWindow} from "../features/alive-window.ts";
import {whole} from "../figures.ts";
import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Run} from "../ledger/run.ts";
import {warningsList} from "./target.ts";
import {churnText, type Table, textColumn} from "./words.ts";

/** The fitted parameters of buying and spending, each with its standard error and what it says. */
export function aliveTable({of, asOf, buying, spending}: Alive): Table {
  const rows: [string, number, number, string][] = [
    ["r", buying.r, buying.standardErrors.r, "The smaller, the more customers differ in how often they buy"],
    ["alpha", buying.alpha, buying.standardErrors.alpha, "In days: r / alpha purchases a day on average"],
    ["a", buying.a, buying.standardErrors.a, "a / (a + b) of customers leave after a repeat purchase"],
    ["b", buying.b, buying.standardErrors.b, "The smaller a and b, the more customers differ in it"],
  ];
  if (spending)
    rows.push(
      ["p", spending.p, spending.standardErrors.p, "The larger, the less a customer's purchases differ"],
      ["q", spending.q, spending.standardErrors.q, "The larger, the less customers differ"],
      ["v", spending.v, spending.standardErrors.v, "p v / (q - 1) is the mean amount of a purchase"],
    );
  return {
    kind: "table",
    caption:
      `Buying until leaving (BG/NBD${spending ? ", Gamma-Gamma" : ""}), fitted on events of type "${of}" before ` +
      `${dateOf(asOf)} of ${whole(buying.customers)} training customers, ${whole(buying.repeaters)} with a repeat`,
    columns: [
      textColumn("parameter", "Parameter"),
      {name: "value", title: "Value", format: "decimal", digits: 4},
      {name: "error", title: "Standard error", format: "decimal", digits: 4},
      textColumn("meaning", "What it says"),
    ],
    rows,
  };
}

/** What the model says of customers at the moment when an inactivity definition calls them churned. */
export function aliveWindowTable({days, groups, repeaters, calledAfterOne}: AliveWindow): Table {
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  const row = (name: string, group: AliveWindow["repeaters"]) => [
    name,
    group.called,
    orNull(group.medianAlive),
    orNull(group.stillAlive),
    group.customers,
    orNull(group.evenDays),
  ];
  return {
    kind: "table",
    caption:
      `Training customers when they have been silent for ${days} days and are called churned, before the test. The ` +
      "model knows no leaving before a second purchase, so those with one are only counted",
    columns: [
      textColumn("purchases", "Days with a purchase"),
      {name: "called", title: "Called churned", format: "integer"},
      {name: "alive", title: "P(alive), median", format: "percent", digits: 0},
      {name: "still", title: "More likely alive than not", format: "percent", digits: 0},
      {name: "customers", title: "Customers", format: "integer"},
      {name: "even", title: "Days of silence to 50%, median", format: "decimal", digits: 0},
    ],
    rows: [
      ["1", calledAfterOne, null, null, null, null],
      ...groups.map(group =>
        row(
          group.to === null ? `${group.from} or more` : [...new Set([group.from, group.to])].join(" to "),
          group,
        ),
      ),
      row("2 or more", repeaters),
    ],
  };
}

/**
 * Whether the study's days of inactivity agree with P(alive), and the warnings; not applicable where churn is another
 * thing, or the model does not fit the log.
 */
export function aliveWindowEvidence(run: Run): {
  readonly table: EvidenceValue;
  readonly warnings: EvidenceValue;
} {
  const none = (reason: string) => {
    const value = {kind: "not-applicable", reason, by: run.study.card.owner} as const;
    return {table: value, warnings: value};
  };
  try {
    const found = run.aliveWindow();
    if (found) return {table: aliveWindowTable(found), warnings: warningsList(found.warnings)};
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return none(`the model of buying does not fit this log: ${error.message}`);
  }
  return none(`churn is not a number of days of silence here, but: ${churnText(run.study.churn)}`);
}
