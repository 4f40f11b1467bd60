import {createHash} from "node:crypto";
import {fileURLToPath} from "node:url";
import {beforeAll, expect, test} from "vitest";
import {campaignHtml} from "../../src/bin/campaign-file.ts";
import type {CampaignPage} from "../../src/report/campaign-page.ts";
import {examplePage} from "./campaign-example.ts";
import {printedElsewhere} from "./elsewhere.ts";

const READ = "2025-07-01";
let page: CampaignPage;
let html = "";
beforeAll(async () => {
  page = examplePage(READ);
  html = await campaignHtml(page);
});

/** The page without styles and markup. */
const wordsOf = (text: string) => text.replace(/<style>.*?<\/style>/gs, "").replace(/<[^>]*>/g, "");
const itemOf = (from: CampaignPage, id: string) =>
  from.sections.flatMap(({items}) => items).find(item => item.id === id);

test("campaignHtml(page) asks the network for nothing, and has no script and no style but its own", () => {
  expect(html).not.toMatch(/<script|<link|<img|<iframe|\son[a-z]+=|\sstyle=|\bfetch\b|XMLHttp|import\(/);
  const addresses = [...html.matchAll(/(?:href|src|url)\s*[=(]\s*["']?([^"')\s>]+)/g)].map(
    match => match[1]!,
  );
  expect(addresses.filter(address => !/^(#|data:font\/woff2;base64,)/.test(address))).toEqual([]);
  const style = /<style>(.*?)<\/style>/s.exec(html)![1]!;
  const hash = createHash("sha256").update(style).digest("base64");
  expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'; font-src data:`);
});

test("campaignHtml(page) gives every item a place of its own, and every link an end", () => {
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(match => match[1]!);
  expect(ids).toEqual([...new Set(ids)]);
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map(match => match[1]!);
  expect(links.filter(link => !ids.includes(link))).toEqual([]);
  expect(page.sections.map(({question}) => question)).toEqual([
    "What is the campaign?",
    "What has happened so far?",
    "What did the contact change?",
    "Was it carried out as planned?",
    "What to do next, and with whom?",
    "What to say to whom?",
    "When to say it?",
    "How do other scores change the list?",
  ]);
  for (const {items} of page.sections) for (const {id} of items) expect(ids).toContain(id);
});

test("campaignHtml(page) heads tables by scope, and gives each chart its words and numbers", () => {
  const charts = page.sections.flatMap(({items}) => items).filter(({value}) => value.kind === "chart");
  expect(charts.length).toBe(4);
  expect([...html.matchAll(/<figure /g)]).toHaveLength(charts.length);
  expect([...html.matchAll(/<figcaption /g)]).toHaveLength(charts.length);
  expect([...html.matchAll(/<svg role="img" aria-labelledby="[a-z-]+-words"/g)]).toHaveLength(charts.length);
  expect([...html.matchAll(/<details>/g)]).toHaveLength(charts.length);
  const heads = [...html.matchAll(/<th\b[^>]*>/g)].map(([tag]) => tag);
  expect(heads.filter(tag => !/scope="(col|row)"/.test(tag))).toEqual([]);
});

test("campaignHtml(page) shows the finding with its interval, the plan's digest and what to do", () => {
  const words = wordsOf(html);
  expect(page.lead).toMatch(/^"mail" helps: of 100 customers contacted/);
  expect(words).toContain(page.sources.Plan);
  expect(words).toMatch(/95% interval \u2212[\d.]+ to \u2212[\d.]+/);
  const next = itemOf(page, "next-table")!.value;
  if (next.kind !== "table") throw new Error("no table");
  expect(next.rows.map(row => row[0])).toEqual([
    "High risk; risk 2 of 2 (highest)",
    "High risk; risk 1 of 2",
    "Others; risk 2 of 2 (highest)",
    "Others; risk 1 of 2",
  ]);
  for (const row of next.rows) expect(row[1]).toMatch(/^(Continue|Stop|Test again|Wait)/);
  const follow = itemOf(page, "follow-up-table")!.value;
  if (follow.kind !== "table") throw new Error("no table");
  const counts = Object.fromEntries(follow.rows.map(row => [row[0], row[1]]));
  expect(counts["Contacted without being assigned"]).toBe(1);
  for (const what of [
    "Assigned to a contact, nothing sent",
    "To be left alone, yet contacted",
    "Contacted more than once",
  ])
    expect(counts[what]).toBeGreaterThan(0);
  expect(words).toContain("120 customers of 1\u2009200 have none; the median of the others");
});

test("the page of an early look says so, and tells no next step", async () => {
  const early = examplePage("2025-04-20");
  expect(early.lead).toContain("PEEKED");
  const effect = early.sections.find(({id}) => id === "effect")!;
  expect(JSON.stringify(effect)).toContain("Peeked: this is no day on which the plan reads the outcome");
  expect(early.sections.find(({id}) => id === "next")!.items.map(({id}) => id)).toEqual(["next-none"]);
  expect(wordsOf(await campaignHtml(early))).toContain("PEEKED");
});

test("the page of an arm that lost its outcomes shows no effect anywhere", async () => {
  const {sections, figures} = examplePage(READ);
  const lost = examplePage(READ, {lose: 0.4});
  expect(lost.lead).toMatch(/^No effect can be read/);
  expect(JSON.stringify(lost)).toContain("Sample-ratio mismatch");
  const has = (from: typeof sections, id: string) =>
    from.some(({items}) => items.some(item => item.id === id));
  expect([has(sections, "effect-table"), has(lost.sections, "effect-table")]).toEqual([true, false]);
  expect([has(sections, "next-table"), has(lost.sections, "next-table")]).toEqual([true, false]);
  const effect = (all: typeof figures) => all.find(({id}) => id === "figure-effect")!.value.kind;
  expect([effect(figures), effect(lost.figures)]).toEqual(["number", "text"]);
});

test("the page before the launch says that nobody has been contacted", async () => {
  const before = examplePage("2025-03-03");
  const words = wordsOf(await campaignHtml(before));
  expect(words).toContain("Not launched yet: the first contact is on 2025-03-03.");
  expect(words).toContain("no outcome is known yet");
  expect(itemOf(before, "series-table")).toBeUndefined();
});

test("campaignHtml(page) gives the same bytes in another time zone, language and folder", () => {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const code = `
    const {campaignHtml} = await import(${JSON.stringify(here("../../src/bin/campaign-file.ts"))});
    const {examplePage} = await import(${JSON.stringify(here("campaign-example.ts"))});
    const {createHash} = await import("node:crypto");
    console.log(createHash("sha256").update(await campaignHtml(examplePage("${READ}"))).digest("hex"));`;
  expect(printedElsewhere(code)).toBe(createHash("sha256").update(html).digest("hex"));
});

test("campaignHtml(page) shows a text as it is, markup and all", async () => {
  const words = 'A <b>"mail"</b> & {{more}}';
  const shown = await campaignHtml({...page, lead: words, byline: [words]});
  expect(shown).toContain("<p>A &lt;b&gt;&quot;mail&quot;&lt;&#x2F;b&gt; &amp; {{more}}</p>");
});
