import type {WaterfallData} from "../charts/waterfall.ts";
import {dateOf} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {GOOD_FIT} from "../explain/lime.ts";
import {reasonText} from "../explain/reasons.ts";
import type {TypicalRole} from "../explain/typical.ts";
import {USUAL_MONTHS} from "../explain/usual.ts";
import {counted, decimal, percent, whole} from "../figures.ts";
import type {Reasons, TypicalCustomer, TypicalCustomers} from "../ledger/reason-stages.ts";
import {type Table, textColumn} from "./words.ts";

const ASSOCIATION = "association, not cause";

const WHY: Readonly<Record<TypicalRole, string>> = {
  typical: "On the list, and of all on it the one whose reasons are most like those of the others",
  line: "The last one on the list",
  "looks-risky": "Silent for so long that the rule of thumb would contact this customer; the model would not",
  riskiest: "The riskiest of all: there are too few customers for the capacity to reach one",
};

const atLast = (latest: Day): string =>
  `each at the last moment asked about, which is ${dateOf(latest)} for the latest of them`;

/** The reasons that are given most often to those on the list, as the largest three of a customer. */
export function reasonsTable(
  {cutoff, moments, customers, list}: Reasons,
  {top = 10}: {readonly top?: number} = {},
): Table {
  const found = new Map<string, {raises: number; lowers: number; action: boolean}>();
  const contacted = list.order.subarray(0, list.contacted);
  for (const row of contacted)
    for (const {group, direction, use} of customers[row]!.reasons) {
      const counts = found.get(group) ?? {raises: 0, lowers: 0, action: false};
      counts[direction] += 1;
      found.set(group, {...counts, action: counts.action || use === "action"});
    }
  const rows = [...found]
    .sort(([a, x], [b, y]) => y.raises + y.lowers - x.raises - x.lowers || (a < b ? -1 : 1))
    .slice(0, top);
  const share = (name: string, title: string) => ({name, title, format: "percent" as const, digits: 0});
  return {
    kind: "table",
    caption:
      `How often a reason is among the three largest of a customer, for the ${counted(contacted.length, "test customer")} on the ` +
      `list${moments ? `, ${atLast(cutoff)}` : ` of ${dateOf(cutoff)}`}: ${ASSOCIATION}`,
    columns: [
      textColumn("reason", "Reason"),
      share("raises", "Raises the risk"),
      share("lowers", "Lowers the risk"),
      textColumn("use", "Can be influenced"),
    ],
    rows: rows.map(([group, {raises, lowers, action}]) => [
      ...[group, raises / contacted.length, lowers / contacted.length],
      action ? "yes" : "no",
    ]),
  };
}

/** The three customers side by side: the risk, the reasons, and what could be done. */
export function customersTable({cutoff, moments, average, customers}: TypicalCustomers): Table {
  const nth = ["Largest reason", "Second reason", "Third reason"];
  const row = (title: string, of: (customer: TypicalCustomer) => string): string[] => [
    title,
    ...customers.map(of),
  ];
  const flagged = customers.some(({reasons}) => reasons.sensitive.length > 0);
  return {
    kind: "table",
    caption:
      `Test customers ${moments ? atLast(cutoff) : `at the cutoff ${dateOf(cutoff)}`}, chosen by rule and without their ` +
      `names. The reasons are what moves the model's score: ${ASSOCIATION}. "Usually" is the median of the customer's own ` +
      `${USUAL_MONTHS} months before`,
    columns: [
      textColumn("what", "What"),
      ...customers.map(({who}, k) => ({name: `customer${k}`, title: who, format: "text" as const})),
    ],
    rows: [
      row("Why this customer", ({role}) => WHY[role]),
      row("Risk", ({probability}) => riskText(probability, average)),
      ...nth.map((title, k) =>
        row(title, ({reasons}) => (reasons.reasons[k] ? reasonText(reasons.reasons[k]) : "None")),
      ),
      row("What a team could talk about", ({reasons}) =>
        reasons.actions.length === 0
          ? "Nothing that a team can influence raises the risk"
          : reasons.actions.map(({sentence}) => sentence).join("; also, "),
      ),
      row("Nearest change", changeText),
      ...(flagged
        ? [
            row("Sensitive, not to be given as a reason", ({reasons}) =>
              reasons.sensitive.length === 0
                ? "None"
                : reasons.sensitive
                    .map(({group, direction}) => `${group} (${direction} the risk)`)
                    .join("; "),
            ),
          ]
        : []),
    ],
  };
}

/** How the score of the first of the customers comes about, as the waterfall chart takes it. */
export function waterfallSteps({customers}: TypicalCustomers): WaterfallData {
  const {who, fall} = customers[0]!;
  return {who, ...fall};
}

/** A risk in numbers that people can picture: "38%, about 4 in 10; 3.1 times the average of 12.3%". */
export function riskText(probability: number, average: number): string {
  const times =
    average > 0 ? `; ${decimal(probability / average, 1)} times the average of ${percent(average)}` : "";
  return `${percent(probability)}, ${frequency(probability)}${times}`;
}

function frequency(p: number): string {
  if (p < 0.001) return "fewer than 1 in 1\u2009000";
  if (p >= 0.95) return "nearly all";
  return p >= 0.1 ? `about ${Math.round(10 * p)} in 10` : `about 1 in ${whole(1 / p)}`;
}

/** What would take a customer off the list, by the model. */
export function changeText({contacted, change}: Pick<TypicalCustomer, "contacted" | "change">): string {
  if (!contacted) return "Not on the list";
  if (!change) return "No change of what a team can influence would alter it";
  return (
    `${change.sentences.join(", and ")}. The risk would read ${percent(change.probability)}: what the model associates ` +
    "with such customers, not a promise"
  );
}

/** LIME beside SHAP for each of the customers, with what to make of it. */
export function secondOpinionTable({customers}: TypicalCustomers): Table {
  const decimals = (name: string, title: string) => ({name, title, format: "decimal" as const, digits: 2});
  return {
    kind: "table",
    caption:
      "LIME, a second way to explain a score, beside the reasons given (SHAP). Fit: how much of the model's differences " +
      "near the customer a simple model follows (R²). Steady: how alike its five largest features, and its order of all, " +
      "are from one seed to the next, of 10. The last three compare it with SHAP. Both show " +
      ASSOCIATION,
    columns: [
      textColumn("who", "Customer"),
      decimals("fit", "Fit"),
      decimals("jaccard", "Steady, largest five"),
      decimals("rank", "Steady, order of all"),
      {name: "overlap", title: "Largest five in common", format: "percent", digits: 0},
      {name: "signs", title: "Same direction", format: "percent", digits: 0},
      decimals("agreement", "Order of all alike"),
      textColumn("verdict", "What to make of it"),
    ],
    rows: customers.map(({who, opinion}) => [
      ...[who, opinion.fit, opinion.jaccard, opinion.rankCorrelation],
      ...[opinion.agreement.overlap, opinion.agreement.signs, opinion.agreement.rankCorrelation],
      verdictOf(opinion),
    ]),
  };
}

/** Share of the five largest features that two seeds have to share for LIME to be called steady. */
const STEADY = 0.6;
/** Share of the five largest reasons that LIME has to point the same way for the two to agree. */
const AGREE = 0.8;

/** What a reader should make of the second opinion, in a few words. */
export function verdictOf({fit, jaccard, agreement}: TypicalCustomer["opinion"]): string {
  if (fit === null) return "The model says the same of all: there is nothing to explain";
  if (fit < GOOD_FIT) return "LIME does not follow the model here: not to be relied on";
  if (jaccard < STEADY) return "LIME changes with the seed: not to be relied on";
  return agreement.signs >= AGREE
    ? "Both point the same way"
    : "The two disagree: be careful with the reasons";
}
