import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {afterAll, beforeAll, expect, test} from "vitest";
import {type Browser, openBrowser} from "../../src/bin/browser.ts";
import {campaignHtml} from "../../src/bin/campaign-file.ts";
import {examplePage} from "./campaign-example.ts";
import {foreignFonts} from "./drawn-with.ts";

let browser: Browser;
/** The page after the campaign, and as it stands before the launch. */
const pages: string[] = [];
beforeAll(async () => {
  browser = await openBrowser();
  for (const day of ["2025-07-01", "2025-03-03"]) pages.push(await campaignHtml(examplePage(day)));
});
afterAll(() => browser.close());

type Look = {readonly width: number; readonly scheme?: "light" | "dark"; readonly media?: "screen" | "print"};

/** The page without a network; what it asks of it, and what it complains of, is in `heard`. */
async function show(html: string, {width, scheme = "light", media = "screen"}: Look) {
  const page = await browser.newPage();
  const heard: string[] = [];
  page.on("request", request => {
    if (!/^(data|about):/.test(request.url())) heard.push(`asks for ${request.url()}`);
  });
  page.on("console", message => heard.push(message.text()));
  await page.setOfflineMode(true);
  await page.setBypassCSP(true);
  await page.setViewport({width, height: 800});
  await page.emulateMediaType(media);
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
  await page.setContent(html, {waitUntil: "load"});
  return {page, heard};
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test("the campaign page has no violation that axe-core finds, and no overflow, light and dark, wide and narrow", async () => {
  for (const html of pages)
    for (const width of [1100, 360])
      for (const scheme of ["light", "dark"] as const) {
        const {page, heard} = await show(html, {width, scheme});
        await page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true");
        await page.evaluate(axeSource);
        const found = (await page.evaluate("axe.run(document)")) as {
          violations: {id: string; nodes: {html: string}[]}[];
          passes: {id: string}[];
        };
        expect(found.violations.map(({id, nodes}) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
        expect(found.passes.map(({id}) => id)).toContain("color-contrast");
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(
          0,
        );
        expect(heard).toEqual([]);
        await page.close();
      }
});

test("the campaign page lays no entry over another, on screen and on paper", async () => {
  for (const html of pages)
    for (const look of [{width: 360}, {width: 1100}, {width: 658, media: "print"}] as const) {
      const {page} = await show(html, look);
      const over = await page.evaluate(`{
        const boxes = [...document.querySelectorAll("section > *")]
          .map(element => ({name: element.id || element.className, ...element.getBoundingClientRect().toJSON()}))
          .filter(({width, height}) => width > 0 && height > 0);
        boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap(b =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1 ? [a.name + " and " + b.name] : []))}`);
      expect(over).toEqual([]);
      await page.close();
    }
});

test("the campaign page is reached by the keyboard from its skip link on, and drawn with its own fonts", async () => {
  const {page} = await show(pages[0]!, {width: 1100});
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.className")).toBe("skip");
  expect(await page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")).toBe(true);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe("#plan");
  expect(await foreignFonts(page)).toEqual([]);
  await page.close();
});
