import {decimal, percent} from "../figures.ts";

/** A number as people say it: whole where it is, else with the decimals that its size leaves of use. */
export function figure(value: number): string {
  const size = Math.abs(value);
  return trimmed(decimal(value, size >= 100 ? 0 : size >= 10 ? 1 : 2));
}

/** A share as a percentage: a decimal below 10% where it needs one, none above. */
export const share = (value: number): string =>
  trimmed(percent(value, Math.abs(value) < 0.0995 ? 1 : 0).replace(/%$/, "")) + "%";

/** An amount: cents where it has them and is below 1000. Without a currency, the number alone. */
export function money(value: number, currency: string | undefined): string {
  const cents = Math.round(100 * value);
  const digits = cents % 100 === 0 || Math.abs(value) >= 1000 ? 0 : 2;
  return `${currency === undefined ? "" : `${currency} `}${decimal(value, digits)}`;
}

/** A number with its noun: "1 day", "1.5 days". */
export function counted(value: number, one: string, many = `${one}s`): string {
  const text = figure(value);
  return `${text} ${text === "1" ? one : many}`;
}

/** "never", "once", "twice", "3 times". */
export function times(value: number): string {
  const text = figure(value);
  return {"0": "never", "1": "once", "2": "twice"}[text] ?? `${text} times`;
}

/** Without the zeros that a fixed number of decimals leaves at the end. */
const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
