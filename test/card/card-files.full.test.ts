import {spawnSync} from "node:child_process";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {afterAll, expect, test} from "vitest";
import {type Browser, openBrowser} from "../../src/bin/browser.ts";
import {pageOf, writeCard} from "../../src/bin/card-files.ts";
import {unpackChromium} from "../../src/bin/chromium-package.ts";
import {sha256} from "../../src/bin/files.ts";
import {buildCard} from "../../src/card/card.ts";
import {foreignFonts} from "./drawn-with.ts";
import {exampleEvidence, exampleInput} from "./example.ts";

const folders: string[] = [];
const temporaryFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-card-"));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, {recursive: true, force: true});
});

const silent = {say: () => undefined, note: () => undefined, progress: () => undefined};
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes the example card in a process of its own. */
function writeElsewhere(cwd: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const code = `
    const {writeCard} = await import(${JSON.stringify(here("../../src/bin/card-files.ts"))});
    const {exampleInput} = await import(${JSON.stringify(here("example.ts"))});
    const silent = {say() {}, note() {}, progress() {}};
    const {files} = await writeCard(exampleInput, "out", {terminal: silent, pdf: true});
    console.log(JSON.stringify(Object.fromEntries(files.map(file => [file.name, file.sha256]))));`;
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd,
    env: {...process.env, ...env},
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout);
}

test("writeCard(input, folder, {pdf: true}) gives the same bytes in other folders, time zones and languages", async () => {
  const folder = temporaryFolder();
  const {files} = await writeCard(exampleInput, folder, {terminal: silent, pdf: true});
  expect(readdirSync(folder).sort()).toEqual(["card.html", "card.json", "card.pdf"]);
  for (const file of files) expect(sha256(readFileSync(join(folder, file.name)))).toBe(file.sha256);
  const expected = Object.fromEntries(files.map(file => [file.name, file.sha256]));
  const foreign = {TZ: "Asia/Kolkata", LC_ALL: "ar_EG.UTF-8", LANG: "ar_EG.UTF-8"};
  expect(writeElsewhere(temporaryFolder(), foreign)).toEqual(expected);
  const fonts = {TZ: "America/St_Johns", FONTCONFIG_FILE: "/nowhere/fonts.conf", FONTCONFIG_PATH: "/nowhere"};
  expect(writeElsewhere(temporaryFolder(), fonts)).toEqual(expected);
});

test("writeCard(input, folder) leaves what was there when evidence is missing", async () => {
  const folder = temporaryFolder();
  await writeCard(exampleInput, folder, {terminal: silent, pdf: false});
  const before = readFileSync(join(folder, "card.html"), "utf8");
  const input = {...exampleInput, evidence: exampleEvidence.slice(1)};
  await expect(writeCard(input, folder, {terminal: silent, pdf: false})).rejects.toThrow(
    "decision.recommendation",
  );
  expect(readFileSync(join(folder, "card.html"), "utf8")).toBe(before);
  expect(readdirSync(folder).sort()).toEqual(["card.html", "card.json"]);
});

test("unpackChromium({folder}) works for several processes at once", () => {
  const folder = temporaryFolder();
  const code = `
    const {unpackChromium} = await import(${JSON.stringify(here("../../src/bin/chromium-package.ts"))});
    console.log(unpackChromium({folder: process.argv[1]}).executable);`;
  const command = [...Array(3)]
    .map(() => `"$0" --input-type=module --eval "$1" "$2" & pids="$pids $!"`)
    .join("\n");
  const run = spawnSync(
    "sh",
    ["-c", `${command}\nfor pid in $pids; do wait $pid || exit 1; done`, process.execPath, code, folder],
    {encoding: "utf8"},
  );
  expect(run.stderr).toBe("");
  expect(run.status).toBe(0);
  expect(new Set(run.stdout.trim().split("\n")).size).toBe(1);
  const [place, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(existsSync(join(folder, place!, "lib", "libnss3.so"))).toBe(true);
  expect(unpackChromium({folder}).executable).toBe(join(folder, place!, "chromium"));
});

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function violations(browser: Browser, html: string, width: number, scheme: "light" | "dark") {
  const page = await browser.newPage();
  try {
    await page.setBypassCSP(true);
    await page.setViewport({width, height: 800});
    await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
    await page.setContent(html, {waitUntil: "load"});
    await page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true");
    await page.evaluate(axeSource);
    const found = (await page.evaluate("axe.run(document)")) as {
      violations: {id: string; nodes: {html: string}[]}[];
    };
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
    return found.violations.map(({id, nodes}) => `${id}: ${nodes[0]?.html}`);
  } finally {
    await page.close();
  }
}

test("pageOf(card) has no violation that axe-core finds, light and dark, on a desk and on a phone", async () => {
  const html = await pageOf(buildCard(exampleInput));
  const browser = await openBrowser();
  try {
    for (const width of [1200, 360])
      for (const scheme of ["light", "dark"] as const)
        expect(await violations(browser, html, width, scheme)).toEqual([]);
  } finally {
    await browser.close();
  }
});

test("pageOf(card) lays no entry over another, on screen and on paper", async () => {
  const html = await pageOf(buildCard(exampleInput));
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.setContent(html, {waitUntil: "load"});
    for (const [media, width] of [
      ["screen", 360],
      ["screen", 1100],
      ["print", 658],
    ] as const) {
      await page.setViewport({width, height: 900});
      await page.emulateMediaType(media);
      const over = await page.evaluate(`{
        const boxes = [...document.querySelectorAll("section > *")]
          .map(element => ({name: element.id || element.className, ...element.getBoundingClientRect().toJSON()}))
          .filter(({width, height}) => width > 0 && height > 0);
        boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap(b =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1 ? [a.name + " and " + b.name] : []))}`);
      expect(over).toEqual([]);
    }
  } finally {
    await browser.close();
  }
});

test("pageOf(card) is drawn with its own fonts only, on screen and on paper", async () => {
  const html = await pageOf(buildCard(exampleInput));
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", message => complaints.push(message.text()));
    for (const media of ["screen", "print"]) {
      await page.emulateMediaType(media);
      await page.setContent(html, {waitUntil: "load"});
      expect(await foreignFonts(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
