import {briefPercent} from "../figures.ts";
import type {DataCheck} from "../study.ts";
import {dateOf, dayOf} from "./calendar.ts";
import {quoted} from "./database.ts";
import {number} from "./evaluate.ts";
import {filled} from "./raw.ts";

type Check<Kind extends DataCheck["check"]> = Extract<DataCheck, {readonly check: Kind}>;

/** The checks that a row keeps or breaks by itself. */
export type RowCheck = Check<"type" | "range" | "values" | "missing">;

export const isRowCheck = (check: DataCheck): check is RowCheck =>
  ["type", "range", "values", "missing"].includes(check.check);

type Type = Check<"type">["type"];

const TYPES: Readonly<
  Record<Type, {readonly words: string; readonly is: (cell: string, time: string) => string}>
> = {
  integer: {
    words: "a whole number",
    is: cell => `regexp_full_match(${filled(cell)}, '[+-]?\\d+(\\.0*)?')`,
  },
  number: {words: "a number", is: cell => `${number(cell)} IS NOT NULL`},
  date: {words: "a date or time", is: (_, time) => `${time} IS NOT NULL`},
  boolean: {
    words: "true or false, yes or no, 1 or 0",
    is: cell => `lower(${filled(cell)}) IN ('true', 'false', 'yes', 'no', '1', '0')`,
  },
  // What a wrong encoding leaves in a text, or a broken export; tabs and line ends may be meant.
  text: {
    words: "text without control and replacement characters",
    is: cell => `NOT regexp_matches(${cell}, '[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F\\x{FFFD}]')`,
  },
};

/**
 * SQL, never NULL, that is true of a row that breaks the check. Cells are judged without the spaces around them; a
 * blank one is missing, and breaks no check but `missing`. What is no number, or no date, is in no range of them.
 * @param cell SQL for the text. @param time SQL for the time that it stands for, where {@link readsTime}.
 */
export function breaks(check: RowCheck, cell: string, time: string): string {
  const text = filled(cell);
  if (check.check === "missing") return `${text} IS NULL`;
  return `(${text} IS NOT NULL AND NOT coalesce(${keeps(check, cell, time)}, false))`;
}

function keeps(check: Exclude<RowCheck, Check<"missing">>, cell: string, time: string): string {
  if (check.check === "type") return TYPES[check.type].is(cell, time);
  if (check.check === "values") return `${filled(cell)} IN (${check.of.map(quoted).join(", ")})`;
  const {least, most} = check;
  const value = isDated(check) ? time : number(cell);
  return [
    least === undefined ? [] : `${value} >= ${typeof least === "string" ? timestamp(dayOf(least)) : least}`,
    most === undefined
      ? []
      : typeof most === "string"
        ? `${value} < ${timestamp(dayOf(most) + 1)}`
        : `${value} <= ${most}`,
  ]
    .flat()
    .join(" AND ");
}

/** Whether a check is about the times of its column. */
export const readsTime = (check: DataCheck): boolean =>
  check.check === "fresh" ||
  check.check === "volume" ||
  (check.check === "type" && check.type === "date") ||
  (check.check === "range" && isDated(check));

const isDated = ({least, most}: Check<"range">): boolean => typeof (least ?? most) === "string";

/** SQL for the start of a day. */
export const timestamp = (day: number): string => `TIMESTAMP '${dateOf(day)}'`;

/** Most allowed values that a message lists. */
const LISTED = 8;

/** Which rows break a check, after "3 rows". */
export function wordsOf(check: RowCheck): string {
  const {column} = check;
  switch (check.check) {
    case "type":
      return `whose ${column} is not ${TYPES[check.type].words}`;
    case "range":
      return `whose ${column} is not ${rangeWords(check)}`;
    case "values": {
      const more = check.of.length - LISTED;
      return `whose ${column} is none of ${check.of.slice(0, LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    }
    case "missing":
      return `without ${column}${check.maxShare === 0 ? "" : `, of which ${briefPercent(check.maxShare)} are allowed`}`;
  }
}

function rangeWords(check: Check<"range">): string {
  const {least, most} = check;
  const noun = isDated(check) ? "a date" : "a number";
  if (least === undefined) return `${noun} up to ${most}`;
  return most === undefined ? `${noun} from ${least} on` : `${noun} from ${least} to ${most}`;
}
