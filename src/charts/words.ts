import {decimal} from "../figures.ts";

export {counted, decimal, whole} from "../figures.ts";

/** A share as a percentage: one decimal below 10% unless it is whole, none above; `5%`, `8.2%`, `12%`, `99.6%`. */
export function percent(share: number): string {
  const value = share * 100;
  const isWhole = Math.abs(value - Math.round(value)) < 1e-9;
  const digits = isWhole || (Math.abs(value) >= 9.95 && (value < 99.5 || value === 100)) ? 0 : 1;
  return `${decimal(value, digits)}%`;
}

/** The words of a list: "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/**
 * About how wide a text is in ems of Noto Sans, on the wide side: room is reserved by it before the fonts that
 * measure are at hand.
 */
export function roughEms(text: string): number {
  let ems = 0;
  for (const character of text) {
    if (/[iljtfrI.,:;'|!()[\] \u2009]/.test(character)) ems += 0.33;
    else if (/[mwMW@%&\u2014]/.test(character)) ems += 0.92;
    else if (/[A-Z\d]/.test(character)) ems += 0.64;
    else if (character.codePointAt(0)! > 0x2e7f) ems += 1;
    else ems += 0.59;
  }
  return ems;
}

/**
 * Breaks a text into lines of at most `ems`, at spaces, and in words that are longer. What does not fit into
 * `lines` lines ends in an ellipsis.
 */
export function wrap(text: string, {ems, lines = 2}: {ems: number; lines?: number}): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).flatMap(part => chop(part, ems))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || roughEms(longer) <= ems) line = longer;
    else {
      out.push(line);
      line = word;
    }
  }
  out.push(line);
  if (out.length <= lines) return out;
  return [...out.slice(0, lines - 1), `${chop(out.slice(lines - 1).join(" "), ems - 0.9)[0]}\u2026`];
}

function chop(word: string, ems: number): string[] {
  if (roughEms(word) <= ems) return [word];
  const parts: string[] = [];
  let part = "";
  for (const character of word) {
    if (part !== "" && roughEms(part + character) > ems) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part];
}
