import type {Page} from "puppeteer-core";

/** The texts of a page that are drawn with a font of the machine, not one of the page's own. */
export async function foreignFonts(page: Page): Promise<string[]> {
  const session = await page.createCDPSession();
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const {nodes} = await session.send("DOM.getFlattenedDocument", {depth: -1});
  const foreign: string[] = [];
  for (const node of nodes) {
    if (node.nodeType !== 3 || node.nodeValue.trim() === "") continue;
    const {fonts} = await session.send("CSS.getPlatformFontsForNode", {nodeId: node.nodeId});
    for (const font of fonts)
      if (!font.isCustomFont) foreign.push(`${font.familyName}: ${node.nodeValue.slice(0, 40)}`);
  }
  return foreign;
}
