import {readFileSync} from "node:fs";
import {join} from "node:path";
import {type CampaignPage, renderCampaignPage} from "../card/campaign-page.ts";
import {chartSvg} from "./chart-svg.ts";
import {PACKAGE_FOLDER, sha256, writeAtomically} from "./files.ts";
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
