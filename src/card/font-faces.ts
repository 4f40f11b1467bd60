import {createRequire} from "node:module";
import {DataError} from "../data-error.ts";

/** A font file a page may embed. */
export type FontFile = {
  readonly family: string;
  readonly weight: number;
  /** WOFF2 or any other format. */
  readonly bytes: Uint8Array;
  /** Whether the file has a glyph for the character. */
  readonly covers: (codePoint: number) => boolean;
};

// subset-font has no types.
type SubsetFont = (bytes: Uint8Array, text: string, options: {targetFormat: "woff2"}) => Promise<Uint8Array>;

/**
 * `@font-face` rules with the glyphs of the text and no others: each character comes from the first file of each
 * weight that has it.
 * @throws DataError naming a character that no file has, and where it stands when `where` can tell.
 */
export async function fontFaces(
  text: string,
  fonts: readonly FontFile[],
  {where}: {where?: (character: string) => string | undefined} = {},
): Promise<string> {
  const subset = createRequire(import.meta.url)("subset-font") as SubsetFont;
  const characters = [...new Set(text)].filter(c => c > " ").sort((a, b) => codeOf(a) - codeOf(b));
  const rules: string[] = [];
  for (const weight of new Set(fonts.map(font => font.weight))) {
    const left = new Set(characters);
    for (const font of fonts.filter(font => font.weight === weight)) {
      const own = [...left].filter(c => font.covers(codeOf(c)));
      if (own.length === 0) continue;
      for (const c of own) left.delete(c);
      const bytes = await subset(font.bytes, `${own.join("")} `, {targetFormat: "woff2"});
      rules.push(ruleOf(font, bytes, own));
    }
    for (const c of left) throw uncovered(c, where?.(c));
  }
  return rules.join("\n");
}

function ruleOf({family, weight}: FontFile, bytes: Uint8Array, own: readonly string[]): string {
  const source = Buffer.from(bytes).toString("base64");
  const range = [" ", ...own].map(c => `U+${codeOf(c).toString(16)}`).join(",");
  return (
    `@font-face{font-family:"${family}";font-weight:${weight};font-style:normal;` +
    `src:url(data:font/woff2;base64,${source}) format("woff2");unicode-range:${range}}`
  );
}

function uncovered(character: string, where: string | undefined): DataError {
  const code = codeOf(character).toString(16).toUpperCase().padStart(4, "0");
  return new DataError(
    `card requires characters of its font (Latin, Greek, Cyrillic), got ${JSON.stringify(character)} ` +
      `(U+${code})${where === undefined ? "" : ` in ${where}`}; write it in words`,
  );
}

const codeOf = (character: string): number => character.codePointAt(0)!;
