import Mustache from "mustache";
import {chartTable} from "../charts/theme.ts";
import type {EvidenceColumn, EvidenceValue, Scalar} from "../ledger/evidence.ts";
import {type Card, type CardEntry, cardDigest} from "./card.ts";
import {chartData} from "./chart-data.ts";
import {decidedBy, formatCell, formatDate, formatInterval, formatValue, isNumeric} from "./format.ts";
import {whatIfView} from "./what-if.ts";

/** Draws the chart of an item; `name` is unlike for every chart of a page. */
export type DrawChart = (chart: Extract<EvidenceValue, {kind: "chart"}>, name: string) => Promise<string>;

/** A table as the page template reads it. */
export type TableView = {
  readonly label: string;
  /** Markup, as are the titles and cells below. */
  readonly caption: string;
  /** Whether a phone is too narrow for it. */
  readonly wide: boolean;
  /** Whether it is better kept on one page than broken over two. */
  readonly short: boolean;
  readonly empty: boolean;
  readonly columns: number;
  readonly head: readonly {readonly title: string; readonly unit: string; readonly numeric: boolean}[];
  readonly rows: readonly {
    readonly cells: readonly {readonly text: string; readonly numeric: boolean; readonly first: boolean}[];
  }[];
};

/** Where a value came from, as the page says it beside the value and in the table at the end. */
type SourceView = {
  readonly number: number;
  /** Id of the entry on the page. */
  readonly anchor: string;
  readonly title: string;
  readonly notebook: string;
  readonly cell: string;
  readonly cellDigest: string;
  readonly snapshot: string;
};

/** A block of the page: one item, or a run of short texts set side by side with their titles. */
export type BlockView = Readonly<Record<string, unknown>>;

const PREFIX = 8;
const CELL_PREFIX = 12;
/** Characters of a table row that a phone shows. */
const PHONE = 36;
/** Rows of a table that a page break must not part. */
const SHORT = 8;
/** The decision's numbers stand together in large type. */
const HEADLINE = ["decision.reached", "decision.lift", "decision.value"];

/** All that the page template shows, in the order it shows it. Texts of several words are markup, all else is plain. */
export async function viewOf(card: Card, draw: DrawChart): Promise<Record<string, unknown>> {
  const {study, identity} = card;
  const sources = new Map<string, SourceView>();
  for (const item of card.sections.flatMap(section => section.items)) {
    const snapshot = identity.snapshot.slice(0, PREFIX);
    const {notebook, cell, cellDigest} = item.origin;
    sources.set(item.id, {
      number: sources.size + 1,
      anchor: nameOf(item.id),
      title: item.title,
      notebook,
      cell,
      cellDigest: cellDigest.slice(0, CELL_PREFIX),
      snapshot,
    });
  }
  const [decision, ...questions] = await Promise.all(
    card.sections.map(async ({id, question, items}) => ({
      id,
      question,
      blocks: await blocksOf(items, sources, draw),
    })),
  );
  return {
    study,
    identity: {
      ...identity,
      engines: Object.entries(identity.engines).map(([name, version]) => ({name, version})),
    },
    asOf: formatDate(identity.asOf),
    ...(identity.knownBefore === undefined ? {} : {knownBefore: formatDate(identity.knownBefore)}),
    digest: cardDigest(card),
    decision,
    questions,
    glossary: card.glossary.map(({term, meaning}) => ({term, meaning: rich(meaning)})),
    sources: [...sources.values()],
  };
}

async function blocksOf(
  items: readonly CardEntry[],
  sources: ReadonlyMap<string, SourceView>,
  draw: DrawChart,
): Promise<BlockView[]> {
  const blocks: BlockView[] = [];
  for (let i = 0; i < items.length; ) {
    const run = runOf(items, i);
    const first = items[i]!;
    if (run.length > 0 && HEADLINE.includes(first.id))
      blocks.push({numbers: run.map(item => numberView(item, sources.get(item.id)!))});
    else if (run.length > 1) blocks.push({terms: run.map(item => textView(item, sources.get(item.id)!))});
    else blocks.push(await blockOf(first, sources.get(first.id)!, draw));
    i += Math.max(1, run.length);
  }
  return blocks;
}

// Items that are set together: the headline numbers, or neighbouring texts other than the recommendation.
function runOf(items: readonly CardEntry[], start: number): CardEntry[] {
  const headline = HEADLINE.includes(items[start]!.id);
  const belongs = (item: CardEntry) =>
    headline
      ? HEADLINE.includes(item.id)
      : item.value.kind === "text" && item.id !== "decision.recommendation";
  const end = items.findIndex((item, i) => i >= start && !belongs(item));
  return items.slice(start, end < 0 ? items.length : end);
}

function numberView(item: CardEntry, source: SourceView): BlockView {
  const {value} = item;
  const base = {...anchor(item), source};
  if (value.kind !== "number") return {...base, none: noneOf(value)};
  const {currency, figure, unit} = formatValue(value);
  const interval = formatInterval(value);
  const level = value.level === undefined ? "range" : `${formatLevel(value.level)} interval`;
  return {...base, currency, figure, unit: unit && rich(unit), interval, level};
}

const formatLevel = (level: number): string =>
  formatCell(level, {name: "", title: "", format: "percent", digits: 0});

const textView = (item: CardEntry, source: SourceView): BlockView => ({
  ...anchor(item),
  source,
  ...(item.value.kind === "text" ? {paragraphs: paragraphs(item.value.text)} : {none: noneOf(item.value)}),
});

async function blockOf(item: CardEntry, source: SourceView, draw: DrawChart): Promise<BlockView> {
  const {value} = item;
  const base = {...anchor(item), source};
  switch (value.kind) {
    case "text":
      return item.id === "decision.recommendation"
        ? {...base, lead: {paragraphs: paragraphs(value.text)}}
        : {...base, prose: {paragraphs: paragraphs(value.text)}};
    case "list":
      return {
        ...base,
        list: {
          role: item.id === "decision.caveats" ? "caveats" : "",
          items: value.items.map(rich),
          empty: value.items.length === 0,
        },
      };
    case "number":
      return {...base, numbers: [numberView(item, source)]};
    case "table":
      return {...base, table: tableView(value.caption, value.columns, value.rows)};
    case "chart":
      return {...base, chart: await chartView(nameOf(item.id), value, draw)};
    case "what-if":
      return {...base, whatIf: whatIfView(value)};
    case "not-applicable":
      return {...base, notApplicable: noneOf(value)};
  }
}

/** A chart with its title, words and numbers. @param name unlike for every chart of a page. */
export async function chartView(
  name: string,
  chart: Extract<EvidenceValue, {kind: "chart"}>,
  draw: DrawChart,
): Promise<BlockView> {
  const own = chartTable(chart);
  const tables = (own === undefined ? chartData(chart.spec) : [own]).map(({columns, rows}, i, all) =>
    tableView(`${chart.title}${all.length > 1 ? `, part ${i + 1}` : ""}`, columns, rows),
  );
  return {
    picture: name,
    title: rich(chart.title),
    description: rich(chart.description),
    svg: labelled(await draw(chart, name), `${name}-words`),
    tables,
  };
}

/** The table of a caption, columns and rows; its first column heads the rows. */
export function tableView(
  caption: string,
  columns: readonly EvidenceColumn[],
  rows: readonly (readonly Scalar[])[],
): TableView {
  const numeric = columns.map((column, at) => isNumeric(column, rows, at));
  return {
    label: caption,
    caption: rich(caption),
    wide: leastWidth(columns, rows) > PHONE,
    short: rows.length <= SHORT,
    empty: rows.length === 0,
    columns: columns.length,
    head: columns.map(({title, unit = ""}, at) => ({title: rich(title), unit, numeric: numeric[at]!})),
    rows: rows.map(row => ({
      cells: row.map((cell, at) => ({
        text: rich(formatCell(cell, columns[at]!)),
        numeric: numeric[at]!,
        first: at === 0,
      })),
    })),
  };
}

// Characters that a table needs side by side: words whole, and text in lines of some length.
function leastWidth(columns: readonly EvidenceColumn[], rows: readonly (readonly Scalar[])[]): number {
  const line = 14;
  const gap = 2;
  const widths = columns.map((column, at) => {
    const cells = rows.map(row => formatCell(row[at] ?? null, column));
    const whole = [column.title, ...cells]
      .flatMap(text => text.replace(WHOLE, part => part.replaceAll(" ", "\u00a0")).split(" "))
      .map(word => word.length);
    const texts = isNumeric(column, rows, at) ? [] : cells.map(cell => Math.min(line, cell.length));
    return Math.max(...whole, ...texts) + gap;
  });
  return widths.reduce((sum, width) => sum + width, 0);
}

// The sentence under the title names the picture, so that it is said once and seen by all; what stands inside is
// no business of a screen reader, which has the table.
const labelled = (svg: string, by: string): string =>
  svg
    .replace(/<[^>]*>/g, tag => tag.replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, ""))
    .replace(/^<svg\b/, `<svg role="img" aria-labelledby="${by}"`);

/** An interval behind its estimate: "(0.690 to 0.733)". */
const INTERVAL = /\([-\u2212]?[\d.\u2009]+%? to [-\u2212]?[\d.\u2009]+%?\)/;
const NUMBER = /[-\u2212€$£]?\d{1,3}(?:\u2009\d{3})+(?:\.\d+)?|\b\d{4}-\d\d(?:-\d\d)?\b/;
const WHOLE = new RegExp(`${INTERVAL.source}|${NUMBER.source}`, "g");

/**
 * Text as markup, set alike whoever wrote it: thousands, dates and intervals stay on one line, "5 %" is "5%" as in
 * charts and figures.
 */
export const rich = (text: string): string =>
  Mustache.escape(text)
    .replace(/(\d)[ \u00a0\u2009]%/g, "$1%")
    .replace(WHOLE, '<span class="whole">$&</span>');

const noneOf = (value: EvidenceValue): BlockView =>
  value.kind === "not-applicable" ? {reason: rich(value.reason), by: decidedBy(value.by)} : {};

const anchor = ({id, title}: CardEntry): {name: string; title: string} => ({name: nameOf(id), title});

const nameOf = (id: string): string => id.replace(".", "-");

/** The paragraphs of a text as markup. */
export const paragraphs = (text: string): {text: string; last: boolean}[] =>
  text
    .split(/\n\s*\n/)
    .map(part => part.trim())
    .filter(part => part !== "")
    .map((part, i, all) => ({text: rich(part), last: i === all.length - 1}));
