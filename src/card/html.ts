import {createHash} from "node:crypto";
import Mustache from "mustache";
import {type Card, cardDigest} from "./card.ts";
import {type FontFile, fontFaces} from "./font-faces.ts";
import {type DrawChart, viewOf} from "./view.ts";

/** What a page is made of besides its card. */
export type CardAssets = {
  /** Mustache templates: `page`, and the partials it names. */
  readonly templates: Readonly<Record<string, string>> & {readonly page: string};
  /** Style sheet; `{{{…}}}` in it are texts of the page's foot, as CSS strings. */
  readonly css: string;
  /** Module that lets a reader move the figures of a "what-if" entry; a page without one has no script. */
  readonly script: string;
  /** One family, in the order to look a character up in. */
  readonly fonts: readonly FontFile[];
  readonly svg: DrawChart;
};

/** Hexadecimal digits of the card's digest in the foot of printed pages. */
const FOOT_DIGITS = 16;

/**
 * The card as one page that needs nothing else: style and script held by their hash, fonts and pictures inside.
 * It says all that the card says without its script.
 * The same card and assets give the same bytes.
 * @throws DataError naming a character that no font has.
 */
export async function renderHtml(
  card: Card,
  {templates, css, script, fonts, svg}: CardAssets,
): Promise<string> {
  const moves = card.sections.some(({items}) => items.some(({value}) => value.kind === "what-if"));
  const title = `${card.study.title}: model card`;
  return renderPage(
    {...(await viewOf(card, svg)), ...(moves ? {script} : {})},
    {
      ...{template: templates.page, templates, css, fonts, title},
      foot: `sha256 ${cardDigest(card).slice(0, FOOT_DIGITS)}`,
      ...(moves ? {script} : {}),
      where: character => placeOf(card, character),
    },
  );
}

/** What a page is made of besides its view. */
export type PageAssets = Pick<CardAssets, "css" | "fonts"> & {
  readonly template: string;
  /** The partials that the template names. */
  readonly templates: Readonly<Record<string, string>>;
  /** Texts in the foot of printed pages. */
  readonly title: string;
  readonly foot: string;
  readonly script?: string;
  /** Where a character stands, for the message that no font has it. */
  readonly where?: (character: string) => string | undefined;
};

/**
 * A view as a page that needs nothing else. The template takes `style` and `policy` beside the view.
 * @throws DataError naming a character that no font has.
 */
export async function renderPage(
  view: Readonly<Record<string, unknown>>,
  {template, templates, css, fonts, title, foot, script, where}: PageAssets,
): Promise<string> {
  const rules = Mustache.render(css, {title: cssString(title), digest: cssString(foot)});
  const draft = Mustache.render(template, {...view, style: "", policy: ""}, templates);
  // What the page shows, what its style sheet adds, page numbers and the marks of numbers that the script writes;
  // markup costs a few glyphs more.
  const text = `${unescapeHtml(draft)}${rules}${title} Page of 0123456789\u2009\u2212`;
  const faces = await fontFaces(text, fonts, where ? {where} : {});
  const style = `${faces}\n${rules}`;
  const policy =
    `default-src 'none'; style-src ${hashOf(style)}; ${script === undefined ? "" : `script-src ${hashOf(script)}; `}` +
    "font-src data:; img-src data:; base-uri 'none'; form-action 'none'";
  return Mustache.render(template, {...view, style, policy}, templates);
}

/** A text as the source of a content security policy. */
const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** A text as a CSS string that neither quotes nor backslashes nor the end of a style element can break. */
const cssString = (text: string): string =>
  `"${[...text].map(c => (/[\w .,:-]/.test(c) ? c : `\\${c.codePointAt(0)!.toString(16)} `)).join("")}"`;

const unescapeHtml = (html: string): string =>
  html.replace(/&#x([0-9a-f]+);|&#([0-9]+);/gi, (_, hex?: string, decimal?: string) =>
    String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
  );

function placeOf(card: Card, character: string): string | undefined {
  const items = card.sections.flatMap(section => section.items);
  const item = items.find(item => JSON.stringify([item.title, item.value]).includes(character));
  if (item !== undefined) return item.id;
  const word = card.glossary.find(({term, meaning}) => (term + meaning).includes(character));
  if (word !== undefined) return `the glossary, ${word.term}`;
  return JSON.stringify(card.study).includes(character) ? "the study's title, owner or contact" : undefined;
}
