import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {expect, test} from "vitest";
import {cardFonts, measure} from "../../src/bin/fonts.ts";

const require = createRequire(import.meta.url);

test("measure(text) is the width that the font lays the text out to, kerning included", () => {
  const fontkit = require("fontkit") as {
    create(bytes: Uint8Array): {unitsPerEm: number; layout(text: string): {advanceWidth: number}};
  };
  for (const weight of [400, 700] as const) {
    const file = require.resolve(`@fontsource/noto-sans/files/noto-sans-latin-${weight}-normal.woff2`);
    const font = fontkit.create(readFileSync(file));
    for (const text of [
      "Contract type: month-to-month",
      "AVATAR Te",
      "WWWW",
      "12\u2009345.67 %",
      "\u22121",
    ]) {
      const em = font.layout(text).advanceWidth / font.unitsPerEm;
      expect(measure(text, {size: 13, bold: weight === 700})).toBeCloseTo(em * 13, 9);
    }
  }
});

test("measure(text) agrees with Chromium to a tenth of a pixel", () => {
  // Width of the text in a page set in the same web font at 10 px, by getBoundingClientRect.
  expect(measure("Contract type: month-to-month", {size: 10, bold: false})).toBeCloseTo(147.3, 1);
});

test("measure(text) sums over Latin, Greek and Cyrillic, and counts one em for any other character", () => {
  const font = {size: 10, bold: false};
  const sum = ["abc", "\u03b1\u03b2", "\u0436\u0437"].reduce((width, text) => width + measure(text, font), 0);
  expect(measure("abc\u03b1\u03b2\u0436\u0437", font)).toBeCloseTo(sum, 9);
  expect(measure("\u5408", font)).toBe(10);
  expect(measure("", font)).toBe(0);
});

test("cardFonts() are eight font files with what each is meant for", () => {
  const fonts = cardFonts();
  expect(fonts.map(f => `${f.subset} ${f.weight}`)).toEqual(
    [400, 700].flatMap(weight =>
      ["latin", "latin-ext", "greek", "cyrillic"].map(subset => `${subset} ${weight}`),
    ),
  );
  for (const font of fonts) {
    expect(Buffer.from(font.bytes.subarray(0, 4)).toString("latin1")).toBe("wOF2");
    expect(font.unicodeRange).toMatch(/^U\+/);
  }
  expect(fonts[0]!.covers(0x41)).toBe(true);
  expect(fonts[0]!.covers(0x416)).toBe(false);
});
