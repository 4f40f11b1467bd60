import {createHash} from "node:crypto";
import {fileURLToPath} from "node:url";
import {beforeAll, expect, test} from "vitest";
import {pageOf} from "../../src/bin/card-files.ts";
import {buildCard, cardDigest} from "../../src/card/card.ts";
import {SECTIONS} from "../../src/card/sections.ts";
import type {EvidenceValue} from "../../src/ledger/evidence.ts";
import {printedElsewhere} from "./elsewhere.ts";
import {exampleEvidence, exampleInput} from "./example.ts";

const card = buildCard(exampleInput);
let html = "";

beforeAll(async () => {
  html = await pageOf(card);
});

const withValue = (id: string, value: EvidenceValue) =>
  buildCard({
    ...exampleInput,
    evidence: exampleEvidence.map(record => (record.id === id ? {...record, value} : record)),
  });

/** The page without styles and markup. */
const wordsOf = (page: string) => page.replace(/<(style|script)[ >].*?<\/\1>/gs, "").replace(/<[^>]*>/g, "");

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64");

test("pageOf(card) asks the network for nothing and runs no script but its own", () => {
  expect(html).not.toMatch(/<link|<img|<iframe|\son[a-z]+=|\sstyle=|\bfetch\b|XMLHttp|WebSocket|import\(/);
  expect([...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
    '<script type="application/json">',
    '<script type="module">',
  ]);
  const addresses = [...html.matchAll(/(?:href|src|url)\s*[=(]\s*["']?([^"')\s>]+)/g)].map(
    match => match[1]!,
  );
  expect(addresses.filter(address => !/^(#|data:font\/woff2;base64,)/.test(address))).toEqual([]);
});

test("pageOf(card) allows its own style sheet and script by hash and no other", () => {
  const style = /<style>(.*?)<\/style>/s.exec(html)![1]!;
  const script = /<script type="module">(.*?)<\/script>/s.exec(html)![1]!;
  expect(script.length).toBeLessThan(8000);
  expect(html).toContain(
    `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(script)}'; font-src data:`,
  );
});

test("pageOf(card) of a card without figures to move has no script and allows none", async () => {
  const still = await pageOf(
    buildCard({...exampleInput, evidence: exampleEvidence.filter(({id}) => id !== "decision.whatIf")}),
  );
  expect(still).not.toContain("<script");
  expect(still).toMatch(/style-src 'sha256-[^']+'; font-src data:/);
});

test("pageOf(card) carries the figures to move as data that no text of theirs can break out of", async () => {
  const item = card.sections[0]!.items.find(({id}) => id === "decision.whatIf")!;
  if (item.value.kind !== "what-if") throw new Error("no figures to move");
  const evil = {...item.value, words: {...item.value.words, own: "</script><b>&amp;"}};
  const page = await pageOf(withValue("decision.whatIf", evil));
  const data = /<script type="application\/json">(.*?)<\/script>/s.exec(page)![1]!;
  expect(JSON.parse(data)).toEqual(evil);
});

test("pageOf(card) gives every entry a place and a row among the sources, linked both ways", () => {
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(match => match[1]!);
  expect(ids).toEqual([...new Set(ids)]);
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map(match => match[1]!);
  expect(links.filter(link => !ids.includes(link))).toEqual([]);
  const items = card.sections.flatMap(section => section.items);
  for (const [i, item] of items.entries()) {
    expect(ids).toContain(item.id.replace(".", "-"));
    expect(links).toContain(`source-${i + 1}`);
  }
});

test("pageOf(card) shows the decision before the questions, and each question once as a heading", () => {
  const headings = [...html.matchAll(/<h2[^>]*>([^<]*)/g)].map(match => match[1]!);
  expect(headings).toEqual([
    ...SECTIONS.map(section => section.question),
    "Glossary",
    "Sources",
    "How to rebuild this card",
  ]);
});

test("pageOf(card) shows figures with their intervals, and the digest of card.json", () => {
  const words = wordsOf(html);
  expect(words).toMatch(/26%\s+of the churners, by contacting 10% of the members\s+95% interval 22% to 30%/);
  expect(words).toContain("90% interval EUR 1\u2009400 to 6\u2009900");
  expect(words).toContain(cardDigest(card));
});

test("pageOf(card) puts the numbers of each chart in a table beside it", () => {
  const charts = card.sections.flatMap(section => section.items).filter(item => item.value.kind === "chart");
  expect([...html.matchAll(/<details>/g)]).toHaveLength(charts.length);
  expect([...html.matchAll(/<svg role="img" aria-labelledby="[a-zA-Z-]+-words"/g)]).toHaveLength(
    charts.length,
  );
});

test("pageOf(card) shows a text as it is, markup and all", async () => {
  const text = 'Give 5 % & <b>"more"</b> than {{1\u2009000}}';
  const page = await pageOf(withValue("use.purpose", {kind: "text", text}));
  const shown = /id="use-purpose">\s*<h3>[^<]*<\/h3>\s*<p>(.*)&nbsp;/.exec(page)?.[1];
  expect(shown).toBe(
    'Give 5% &amp; &lt;b&gt;&quot;more&quot;&lt;&#x2F;b&gt; than {{<span class="whole">1\u2009000</span>}}',
  );
});

test("pageOf(card) keeps an interval on one line", async () => {
  const page = await pageOf(
    withValue("use.purpose", {kind: "text", text: "Lift 2.61 (1.95 to 3.60), \u22120.4 (\u22124.4 to 3.9%)"}),
  );
  expect(page).toContain('Lift 2.61 <span class="whole">(1.95 to 3.60)</span>');
  expect(page).toContain('<span class="whole">(\u22124.4 to 3.9%)</span>');
});

test("pageOf(card) says so when a table has no rows", async () => {
  const columns = [
    {name: "a", title: "A"},
    {name: "b", title: "B"},
  ];
  const page = await pageOf(withValue("why.signals", {kind: "table", caption: "Signals", columns, rows: []}));
  expect(page).toContain('<td colspan="2">None.</td>');
});

test("pageOf(card) embeds Greek and Cyrillic, and names a character that it has no font for, with its place", async () => {
  await expect(pageOf(withValue("use.purpose", {kind: "text", text: "Δ Ж ł"}))).resolves.toContain("Δ Ж ł");
  await expect(pageOf(withValue("use.purpose", {kind: "text", text: "解約"}))).rejects.toThrow(
    'card requires characters of its font (Latin, Greek, Cyrillic), got "約" (U+7D04) in use.purpose; write it in words',
  );
});

test("pageOf(card) gives the same bytes in another time zone, language and folder", () => {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const code = `
    const {pageOf} = await import(${JSON.stringify(here("../../src/bin/card-files.ts"))});
    const {buildCard} = await import(${JSON.stringify(here("../../src/card/card.ts"))});
    const {exampleInput} = await import(${JSON.stringify(here("example.ts"))});
    const {createHash} = await import("node:crypto");
    console.log(createHash("sha256").update(await pageOf(buildCard(exampleInput))).digest("hex"));`;
  expect(printedElsewhere(code)).toBe(createHash("sha256").update(html).digest("hex"));
});

test("pageOf(card of an earlier day) says under the title what was known", async () => {
  const byline = (page: string) => wordsOf(/<p class="byline">.*?<\/p>/s.exec(page)![0]);
  expect(byline(html)).not.toContain("known");
  const identity = {...exampleInput.identity, knownBefore: "1998-07-05"};
  expect(byline(await pageOf(buildCard({...exampleInput, identity})))).toMatch(
    /^As known before 5 July 1998 14 July 2026/,
  );
});
