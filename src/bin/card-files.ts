import {readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {buildCard, type Card, type CardInput, cardJson} from "../card/card.ts";
import {renderHtml} from "../card/html.ts";
import {normalisePdf} from "../card/pdf.ts";
import {openBrowser, printPdf} from "./browser.ts";
import {chartSvg} from "./chart-svg.ts";
import {makeFolder, PACKAGE_FOLDER, sha256} from "./files.ts";
import {cardFonts} from "./fonts.ts";
import type {LoadedStudy} from "./load-study.ts";
import type {Terminal} from "./terminal.ts";

const TEMPLATES = ["page", "block", "source", "note", "table", "what-if"] as const;

export type CardFile = {readonly name: string; readonly sha256: string};

/** Where the card of a study goes by default; that of an earlier day beside the current one, not in its place. */
export const cardFolder = (
  {folder, study: {name}}: Pick<LoadedStudy, "folder" | "study">,
  knownBefore?: string,
): string => join(folder, "reports", knownBefore === undefined ? name : `${name}-as-of-${knownBefore}`);

/**
 * Writes card.json, card.html and, when asked, card.pdf to a folder, and the files that go with them. All are made
 * before the first is put in its place, so a card that cannot be built leaves the folder as it was; a card.pdf of
 * another card does not stay beside this one.
 * @throws DataError as buildCard and renderHtml do.
 */
export async function writeCard(
  input: CardInput,
  folder: string,
  {
    terminal,
    pdf,
    beside = [],
  }: {terminal: Terminal; pdf: boolean; beside?: readonly {name: string; bytes: Uint8Array}[]},
): Promise<{files: CardFile[]}> {
  const card = buildCard(input);
  terminal.progress("drawing the card");
  const html = await pageOf(card);
  const files: [string, Uint8Array][] = [
    ["card.json", Buffer.from(cardJson(card))],
    ["card.html", Buffer.from(html)],
  ];
  if (pdf) {
    terminal.progress("printing the card");
    files.push(["card.pdf", await pdfOf(card, html)]);
  }
  for (const {name, bytes} of beside) files.push([name, bytes]);
  putInPlace(folder, files);
  if (!pdf) rmSync(join(folder, "card.pdf"), {force: true});
  return {files: files.map(([name, bytes]) => ({name, sha256: sha256(bytes)}))};
}

/** The page of a card, with the templates and fonts of this package. */
export function pageOf(card: Card): Promise<string> {
  const read = (name: string) => readFileSync(join(PACKAGE_FOLDER, "templates", "card", name), "utf8");
  const templates = Object.fromEntries(TEMPLATES.map(name => [name, read(`${name}.mustache`).trimEnd()]));
  return renderHtml(card, {
    templates: {...templates, page: `${templates.page}\n`},
    css: read("card.css").trimEnd(),
    script: withoutComments(read("what-if.js")),
    fonts: cardFonts(),
    svg: (chart, name) => chartSvg(chart, {name}),
  });
}

/** A script without the lines that are comments, and without indentation: a page carries it to readers. */
const withoutComments = (script: string): string =>
  script
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "" && !/^(\/\/|\/?\*)/.test(line))
    .join("\n");

/** The page of a card as PDF, card.json within: the same bytes for the same card, on the same browser. */
export async function pdfOf(card: Card, html: string): Promise<Uint8Array> {
  const browser = await openBrowser();
  try {
    return await normalisePdf(await printPdf(html, browser), {
      asOf: card.identity.asOf,
      title: `${card.study.title}: model card`,
      attachments: [
        {
          name: "card.json",
          bytes: Buffer.from(cardJson(card)),
          mimeType: "application/json",
          description: "All that this card shows, as data",
        },
      ],
    });
  } finally {
    await browser.close();
  }
}

function putInPlace(folder: string, files: readonly (readonly [string, Uint8Array])[]): void {
  makeFolder(folder);
  const moves = files.map(
    ([name]) => [join(folder, `.${name}.${process.pid}.tmp`), join(folder, name)] as const,
  );
  try {
    for (const [i, [, bytes]] of files.entries()) writeFileSync(moves[i]![0], bytes);
    for (const [temporary, path] of moves) renameSync(temporary, path);
  } finally {
    for (const [temporary] of moves) rmSync(temporary, {force: true});
  }
}
