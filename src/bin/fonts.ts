import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import type {Measure} from "../charts/svg.ts";

/** The type family of cards and charts. */
export const FONT_FAMILY = "Noto Sans";

const SUBSETS = ["latin", "latin-ext", "greek", "cyrillic"] as const;
const WEIGHTS = [400, 700] as const;

/** One font file of the family, for embedding. */
export type CardFont = {
  readonly family: string;
  readonly weight: 400 | 700;
  readonly subset: (typeof SUBSETS)[number];
  /** The file, WOFF2. */
  readonly bytes: Uint8Array;
  /** The characters it is meant for, as a CSS unicode-range. The subsets hardly overlap; the first one wins. */
  readonly unicodeRange: string;
  /** Whether the file has a glyph for the character. */
  readonly covers: (codePoint: number) => boolean;
};

type OpenFont = {
  readonly unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  layout(text: string): {readonly advanceWidth: number};
};

// Both packages are reached by require: fontkit has no types, and font files can only be resolved, not imported.
const require = createRequire(import.meta.url);
const PACKAGE = "@fontsource/noto-sans";

const once = <T>(make: () => T): (() => T) => {
  let made: {value: T} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
};

const fonts = once(() => {
  const fontkit = require("fontkit") as {create(bytes: Uint8Array): OpenFont};
  const ranges = require(`${PACKAGE}/unicode.json`) as Record<string, string>;
  return WEIGHTS.flatMap(weight =>
    SUBSETS.map(subset => {
      const bytes = readFileSync(
        require.resolve(`${PACKAGE}/files/noto-sans-${subset}-${weight}-normal.woff2`),
      );
      // Opening costs more than reading; most pages need the Latin files only.
      const open = once(() => fontkit.create(bytes));
      const covers = (codePoint: number) => open().hasGlyphForCodePoint(codePoint);
      const card: CardFont = {
        family: FONT_FAMILY,
        weight,
        subset,
        bytes,
        unicodeRange: ranges[subset] ?? "",
        covers,
      };
      return {...card, open};
    }),
  );
});

/**
 * The font files that a card embeds: Noto Sans 400 and 700 for Latin, Greek and Cyrillic, from the installed
 * package, never from the system.
 */
export const cardFonts = (): readonly CardFont[] => fonts();

/** Width in ems of a character that no font of the family has. */
const UNKNOWN_EM = 1;

const widths = new Map<string, number>();

/**
 * Width of a line of text set in Noto Sans, kerning included, in pixels: what a browser shows it at.
 * A character outside Latin, Greek and Cyrillic counts as one em.
 */
export const measure: Measure = (text, {size, bold}) => {
  const key = `${bold ? "b" : "r"}${text}`;
  let em = widths.get(key);
  if (em === undefined) {
    em = widthInEms(text, bold ? 700 : 400);
    // Text recurs within a page, not for ever.
    if (widths.size >= 10_000) widths.clear();
    widths.set(key, em);
  }
  return em * size;
};

function widthInEms(text: string, weight: 400 | 700): number {
  const family = fonts().filter(font => font.weight === weight);
  let width = 0;
  let run = "";
  let runFont: (typeof family)[number] | undefined;
  const flush = () => {
    if (run !== "" && runFont) {
      const opened = runFont.open();
      width += opened.layout(run).advanceWidth / opened.unitsPerEm;
    }
    run = "";
  };
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    const font = family.find(candidate => candidate.covers(codePoint));
    if (font !== runFont) {
      flush();
      runFont = font;
    }
    if (font) run += character;
    else width += UNKNOWN_EM;
  }
  flush();
  return width;
}
