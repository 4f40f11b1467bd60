import type {EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import type {Definitions} from "../target/definitions.ts";
import {BACK_WITHIN} from "../target/spells.ts";
import {churnTitle, type Table, textColumn} from "./words.ts";

const integer = (name: string, title: string) => ({name, title, format: "integer" as const});
const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 1});

const nameOf = ({rule, own}: Definitions["definitions"][number]): string =>
  `${churnTitle(rule)}${own ? " (the study's)" : ""}`;

/** Who churned never, once, or again, under each definition, and what is not known yet. */
export function spellsTable({definitions}: Definitions): Table {
  return {
    kind: "table",
    caption:
      "Churn is a list of spells: customers who can churn, by how often they did before the first test cutoff; and " +
      "rows of all cutoffs with those that have no label yet",
    columns: [
      textColumn("definition", "Churn is"),
      integer("customers", "Customers"),
      integer("none", "Never churned"),
      integer("one", "Once"),
      integer("more", "Twice or more"),
      integer("rows", "Rows"),
      integer("immature", "Rows not yet known"),
    ],
    rows: definitions.map(definition => {
      const {spells, counts} = definition;
      return [
        nameOf(definition),
        ...[spells.customers, spells.none, spells.one, spells.more, counts.rows, counts.immature],
      ];
    }),
  };
}

/** How soon those who churned came back under each definition. */
export function reactivationTable({definitions}: Definitions): Table {
  return {
    kind: "table",
    caption:
      "Coming back after churn, before the first test cutoff: shares and median by Kaplan and Meier, so that spells " +
      "that are not over count for as long as they were watched",
    columns: [
      textColumn("definition", "Churn is"),
      integer("spells", "Spells"),
      integer("open", "Not over"),
      ...BACK_WITHIN.map(days => share(`back${days}`, `Back in ${days} days`)),
      {name: "median", title: "Median", unit: "days", format: "integer"},
    ],
    rows: definitions.map(definition => {
      const {spells, open, back, medianDays} = definition.spells;
      return [nameOf(definition), spells, open, ...back, medianDays];
    }),
  };
}

/** Who is called early and who late by regularity. Not applicable where no customer has a rhythm. */
export function rhythmEvidence({rhythm, fixedDays}: Definitions, study: Study): EvidenceValue {
  if (rhythm.length === 0)
    return {
      kind: "not-applicable",
      reason: "too few customers have three gaps between events before the first test cutoff",
      by: study.card.owner,
    };
  const names = ["Most even", "Rather even", "Rather uneven", "Least even"];
  const decimals = (name: string, title: string, unit: string) => ({
    ...{name, title, unit, format: "decimal" as const, digits: 1},
  });
  return {
    kind: "table",
    caption:
      "Customers with three gaps or more in four equal groups, by how even their gaps are; medians before the first test cutoff. " +
      `Back: share who came back within ${BACK_WITHIN[1]} days after they were called churned, by the customer's own days ` +
      `and by ${fixedDays} days for all`,
    columns: [
      textColumn("rhythm", "Rhythm"),
      integer("customers", "Customers"),
      decimals("usual", "Usual gap", "days"),
      {name: "allowed", title: "Called after", unit: "days", format: "integer"},
      decimals("multiple", "Called after", "usual gaps"),
      integer("spells", "Spells, own days"),
      share("back", "Back, own days"),
      integer("fixedSpells", `Spells, ${fixedDays} days`),
      share("fixedBack", `Back, ${fixedDays} days`),
    ],
    rows: rhythm.map((group, g) => [
      names[g]!,
      group.customers,
      group.usualGap,
      group.allowed,
      group.allowedInGaps,
      group.regularity.spells,
      group.regularity.back[1]!,
      group.inactivity.spells,
      group.inactivity.back[1]!,
    ]),
  };
}
