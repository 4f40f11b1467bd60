/** Figures as text, the same in every locale and on every page: thin spaces between thousands, a true minus. */

/** A number with a fixed number of decimals: 1234.5 with 1 is "1 234.5". */
export function decimal(value: number, digits = 2): string {
  const fixed = Math.abs(value).toFixed(digits);
  const [integer = "", fraction] = fixed.split(".");
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  const sign = value < 0 && /[1-9]/.test(fixed) ? "\u2212" : "";
  return `${sign}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A number rounded to an integer: 12345.6 is "12 346". */
export const whole = (value: number): string => decimal(value, 0);

/** A share as a percentage: 0.1234 is "12.3%". */
export const percent = (share: number, digits = 1): string => `${decimal(100 * share, digits)}%`;

/** A share as a percentage with a decimal only where it needs one: 0.1 is "10%", 0.025 is "2.5%". */
export const briefPercent = (share: number): string => percent(share).replace(".0%", "%");

/** A count with its noun, which takes an s: "no rows", "1 row", "12 345 rows". */
export const counted = (n: number, noun: string): string =>
  `${n === 0 ? "no" : whole(n)} ${noun}${n === 1 ? "" : "s"}`;
