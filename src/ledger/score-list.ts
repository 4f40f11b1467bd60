import {dateOf} from "../data/calendar.ts";
import type {Day} from "../data/event-log.ts";
import {contactList} from "../evaluate/contact-list.ts";
import type {Scores} from "./score.ts";
import {MOST_REASONS} from "./score-reasons.ts";

/** Scores as a campaign uses them: the riskiest customer first. */
export type ScoreList = {
  /** Day that was asked about. */
  readonly asOf: Day;
  readonly onCadence: boolean;
  /** Ids by margin, descending; of equal margins the id that sorts first by code unit. */
  readonly customers: readonly string[];
  readonly margins: Float64Array;
  readonly probabilities: Float64Array;
  /** How many of them, from the first, a campaign can contact. */
  readonly contacts: number;
  /** Reasons of each customer in words, the largest first. */
  readonly reasons: readonly (readonly string[])[];
};

/**
 * Puts scores in order and cuts them at a campaign's capacity, see {@link contactList}.
 * @param customers `log.customers`, sorted by code unit.
 * @param reasons of each score, in the order of the scores.
 * @param capacity share of the customers that can be contacted, in (0, 1].
 */
export function scoreList(
  {customer, margins, probabilities, onCadence}: Scores,
  {
    customers,
    asOf,
    capacity,
    reasons,
  }: {customers: readonly string[]; asOf: Day; capacity: number; reasons: readonly (readonly string[])[]},
): ScoreList {
  const {order, contacted} = contactList(margins, customer, capacity);
  return {
    ...{asOf, onCadence},
    customers: Array.from(order, i => customers[customer[i]!]!),
    margins: Float64Array.from(order, i => margins[i]!),
    probabilities: Float64Array.from(order, i => probabilities[i]!),
    contacts: contacted,
    reasons: Array.from(order, i => reasons[i]!),
  };
}

const REASONS = Array.from({length: MOST_REASONS}, (_, k) => `reason_${k + 1}`);
const HEADER = ["customer,rank,probability,margin,contact", ...REASONS, "as_of,off_cadence,model"].join(",");

/**
 * The list as CSV (RFC 4180, lines end in \n), numbers with all their digits. `rank` counts from 1, the riskiest;
 * `contact` is true for those whom a campaign can reach; `reason_1` to `reason_3` say what moves the score most, empty
 * where there is no more to say.
 * @param model what names the model in each row.
 */
export function scoreCsv(list: ScoreList, {model}: {readonly model: string}): string {
  const {customers, probabilities, margins, contacts, reasons, asOf, onCadence} = list;
  const same = `${dateOf(asOf)},${!onCadence},${model}`;
  const lines = customers.map((id, i) => {
    const why = REASONS.map((_, k) => csvCell(reasons[i]![k] ?? "")).join(",");
    return `${csvCell(id)},${i + 1},${probabilities[i]},${margins[i]},${i < contacts},${why},${same}`;
  });
  return `${[HEADER, ...lines].join("\n")}\n`;
}

/** A text as a cell of CSV: in quotes where it has to be. */
export const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
