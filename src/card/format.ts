import {decimal, percent} from "../figures.ts";
import type {EvidenceColumn, EvidenceValue, Scalar} from "../ledger/evidence.ts";
import {UNSETTLED} from "../study.ts";

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DIGITS = {integer: 0, decimal: 2, percent: 1, money: 0} as const;

export type NumberFormat = keyof typeof DIGITS;
type Options = {readonly format?: NumberFormat; readonly digits?: number; readonly unit?: string};
type NumberValue = Extract<EvidenceValue, {kind: "number"}>;

/**
 * A number as the card prints it, the same in every locale: thin spaces between thousands, a true minus sign.
 * `percent` takes a share, 0.314 is "31.4%"; `money` puts the currency that `unit` starts with in front,
 * "EUR" or "EUR a month".
 * Without `digits`: 0 for integer and money, 1 for percent, 2 for decimal. Another unit follows the number.
 * @throws RangeError when the value is not finite.
 */
export function formatNumber(value: number, {format = "decimal", digits, unit}: Options = {}): string {
  const body = plain(value, format, digits);
  const {currency, rest} = unitOf(format, unit);
  return [currency, body, rest].filter(part => part !== "").join(" ");
}

/** A number of the evidence without its interval, in parts: the currency, the figure, and the rest of its unit. */
export function formatValue(value: NumberValue): {
  readonly currency: string;
  readonly figure: string;
  readonly unit: string;
} {
  const {unit, ...bare} = optionsOf(value);
  const {currency, rest} = unitOf(bare.format, unit);
  return {currency, figure: formatNumber(value.value, bare), unit: rest};
}

/** The interval of a number of the evidence, "27.0% to 35.1%", without its level; undefined when it has none. */
export function formatInterval(value: NumberValue): string | undefined {
  if (value.low === undefined || value.high === undefined) return undefined;
  const {unit, ...bare} = optionsOf(value);
  const {currency} = unitOf(bare.format, unit);
  return `${currency && `${currency} `}${formatNumber(value.low, bare)} to ${formatNumber(value.high, bare)}`;
}

/** Who says that a thing does not apply, in brackets; nothing while the study leaves open who. */
export const decidedBy = (by: string): string => (by.startsWith(UNSETTLED) ? "" : ` (decided by ${by})`);

/** A number with its interval and unit in one line: "2.6 (2.2 to 3.0) times". */
export function formatEstimate(value: NumberValue): string {
  const {currency, figure, unit} = formatValue(value);
  const interval = formatInterval(value);
  return [currency, figure, interval && `(${interval})`, unit].filter(Boolean).join(" ");
}

/** A cell of a table; its unit stands in the heading. Null, which is unknown, is an en dash. */
export function formatCell(cell: Scalar, column: EvidenceColumn): string {
  if (cell === null) return "–";
  if (typeof cell === "string" || column.format === "text") return String(cell);
  const {format = Number.isInteger(cell) && column.digits === undefined ? "integer" : "decimal", digits} =
    column;
  return plain(cell, format, digits);
}

/** Whether a column holds numbers, and so stands to the right. */
export function isNumeric(column: EvidenceColumn, rows: readonly (readonly Scalar[])[], at: number): boolean {
  if (column.format === "text") return false;
  const known = rows.map(row => row[at]).filter(cell => cell !== null);
  return known.length === 0 ? column.format !== undefined : known.every(cell => typeof cell === "number");
}

/** A date written YYYY-MM-DD in words: "30 June 2026". */
export function formatDate(date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}

function plain(value: number, format: NumberFormat, digits: number = DIGITS[format]): string {
  if (!Number.isFinite(value)) throw new RangeError(`formatNumber requires a finite number, got ${value}`);
  return format === "percent" ? percent(value, digits) : decimal(value, digits);
}

// "EUR a campaign" is the currency EUR and "a campaign".
function unitOf(format: NumberFormat | undefined, unit = ""): {currency: string; rest: string} {
  const [, currency = "", rest = unit] =
    format === "money" ? (/^([A-Z]{3})(?: (.*))?$/.exec(unit) ?? []) : [];
  return {currency, rest: currency === "" ? unit : rest === unit ? "" : rest};
}

function optionsOf(value: NumberValue): Options {
  return {
    format:
      value.format ?? (Number.isInteger(value.value) && value.low === undefined ? "integer" : "decimal"),
    ...(value.digits === undefined ? {} : {digits: value.digits}),
    ...(value.unit === undefined ? {} : {unit: value.unit}),
  };
}
