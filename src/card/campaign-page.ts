import type {CampaignItem, CampaignPage} from "../report/campaign-page.ts";
import {formatDate, formatInterval, formatValue} from "./format.ts";
import {type CardAssets, renderPage} from "./html.ts";
import {type BlockView, chartView, type DrawChart, paragraphs, rich, tableView} from "./view.ts";

/** What the page is made of besides its data. */
export type CampaignAssets = Pick<CardAssets, "css" | "fonts" | "svg"> & {
  /** Mustache templates: `campaign`, and the partials it names. */
  readonly templates: Readonly<Record<string, string>> & {readonly campaign: string};
};

/**
 * The campaign page: one HTML file without a script that asks the network for nothing, with its style, fonts and
 * pictures inside.
 * @throws DataError naming a character that no font has.
 */
export async function renderCampaignPage(
  page: CampaignPage,
  {templates, css, fonts, svg}: CampaignAssets,
): Promise<string> {
  const sections = [];
  for (const {id, question, items} of page.sections)
    sections.push({id, question, blocks: await blocksOf(items, svg)});
  const view = {
    title: page.title,
    heading: rich(page.title),
    asOf: {date: page.asOf, words: formatDate(page.asOf)},
    byline: page.byline,
    lead: paragraphs(page.lead),
    figures: page.figures.map(figureView),
    hasFigures: page.figures.length > 0,
    sections,
    sources: Object.entries(page.sources).map(([name, value]) => ({name, value})),
  };
  return renderPage(view, {
    ...{template: templates.campaign, templates, css, fonts},
    title: page.title,
    foot: `as of ${page.asOf}`,
    where: character =>
      page.sections.flatMap(({items}) => items).find(item => JSON.stringify(item).includes(character))?.title,
  });
}

/** Neighbouring texts are set side by side with their titles; all else stands alone. */
async function blocksOf(items: readonly CampaignItem[], svg: DrawChart): Promise<BlockView[]> {
  const blocks: BlockView[] = [];
  for (let i = 0; i < items.length; ) {
    const after = items.findIndex(({value}, k) => k > i && value.kind !== "text");
    const run = items[i]!.value.kind === "text" ? items.slice(i, after < 0 ? items.length : after) : [];
    if (run.length > 1) blocks.push({terms: run.map(termView)});
    else blocks.push(await blockOf(items[i]!, svg));
    i += Math.max(1, run.length);
  }
  return blocks;
}

const termView = ({id, title, value}: CampaignItem): BlockView => ({
  ...{name: id, title: rich(title)},
  paragraphs: value.kind === "text" ? paragraphs(value.text) : [],
});

async function blockOf({id, title, value}: CampaignItem, svg: DrawChart): Promise<BlockView> {
  const base = {name: id, title: rich(title)};
  switch (value.kind) {
    case "text":
      return {...base, prose: {paragraphs: paragraphs(value.text)}};
    case "list":
      return {...base, list: {items: value.items.map(rich), empty: value.items.length === 0}};
    case "number":
      return {...base, numbers: [figureView({id, title, value})]};
    case "table":
      return {...base, table: tableView(value.caption, value.columns, value.rows)};
    case "chart":
      return {...base, chart: await chartView(id, value, svg)};
  }
}

function figureView({id, title, value}: CampaignItem): BlockView {
  const base = {name: id, title: rich(title)};
  if (value.kind !== "number") return {...base, words: value.kind === "text" ? rich(value.text) : ""};
  const {currency, figure, unit} = formatValue(value);
  const interval = formatInterval(value);
  const level = value.level === undefined ? "range" : `${Number((100 * value.level).toFixed(1))}% interval`;
  return {...base, isNumber: true, currency, figure, unit: unit && rich(unit), interval, level};
}
