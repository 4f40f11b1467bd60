import {readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {renderCampaignPage} from "../card/campaign-page.ts";
import type {Run} from "../ledger/run.ts";
import type {CampaignPage} from "../report/campaign-page.ts";
import {chartSvg} from "./chart-svg.ts";
import {PACKAGE_FOLDER, sha256, shown, writeAtomically} from "./files.ts";
import {cardFonts} from "./fonts.ts";

/** The campaign page as HTML, with the templates and fonts of this package: the same bytes for the same page. */
export function campaignHtml(page: CampaignPage): Promise<string> {
  const read = (name: string) =>
    readFileSync(join(PACKAGE_FOLDER, "templates", "card", name), "utf8").trimEnd();
  return renderCampaignPage(page, {
    templates: {campaign: `${read("campaign.mustache")}\n`, table: read("table.mustache")},
    css: `${read("card.css")}\n${read("campaign.css")}`,
    fonts: cardFonts(),
    svg: (chart, name) => chartSvg(chart, {name}),
  });
}

/** Writes a campaign page in place of the one that is there. @returns the sha256 of its bytes. */
export async function writeCampaignPage(page: CampaignPage, file: string): Promise<string> {
  const html = await campaignHtml(page);
  writeAtomically(file, html);
  return sha256(html);
}

/**
 * Writes the page of a run's campaign, and the list of its contacts, to `campaign/` beside the study, over those of the
 * run before; of a run as of an earlier day beside them. For notebooks, which run in the folder of the study.
 * @returns what was written, a line a file.
 */
export async function saveCampaign(
  {study, snapshot}: Run,
  page: CampaignPage,
  {sheet}: {readonly sheet?: string} = {},
): Promise<string> {
  const name = snapshot.asOf === undefined ? study.name : `${study.name}-as-of-${snapshot.asOf}`;
  const [file, list] = ["html", "csv"].map(ending => resolve("campaign", `${name}.${ending}`));
  const lines = [`${await writeCampaignPage(page, file!)}  ${shown(file!)}`];
  if (sheet !== undefined) {
    writeAtomically(list!, sheet);
    lines.push(`${sha256(sheet)}  ${shown(list!)}`);
  }
  return lines.join("\n");
}
