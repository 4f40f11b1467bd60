import {existsSync} from "node:fs";
import {delimiter, join} from "node:path";
import puppeteer, {type Browser} from "puppeteer-core";
import {DataError} from "../data-error.ts";
import {BROWSER_VARIABLE, packagedBrowser, unpackChromium} from "./chromium-package.ts";

export type {Browser} from "puppeteer-core";

const ARGUMENTS = [
  // The pages are our own, run no script but their own and reach no network; as root no sandbox is to be had.
  "--no-sandbox",
  "--no-zygote",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
  "--lang=en-US",
];

/** What a browser of the system must not see: its own languages, time zone and fonts would reach the page. */
const SETTINGS = {TZ: "UTC", LC_ALL: "C.UTF-8", LANG: "C.UTF-8", LANGUAGE: "en"};

/**
 * Starts a headless Chromium that lays a page out alike on every machine; the caller closes it. On Linux x64 it is
 * the one that comes as an npm package; elsewhere, or where `CHURNBOOK_BROWSER` names one, an installed one.
 * @throws DataError when there is none.
 */
export async function openBrowser(): Promise<Browser> {
  const named = process.env[BROWSER_VARIABLE];
  if (!packagedBrowser()) return launch(named ?? installedBrowser(), {...process.env, ...SETTINGS});
  const {executable, libraries, fontconfig, home} = unpackChromium();
  const {FONTCONFIG_PATH: _path, ...rest} = process.env;
  return launch(executable, {
    ...rest,
    ...SETTINGS,
    HOME: home,
    FONTCONFIG_FILE: fontconfig,
    // Libraries that a bare system lacks, NSS among them.
    LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  });
}

const launch = (executablePath: string, env: NodeJS.ProcessEnv): Promise<Browser> =>
  puppeteer.launch({executablePath, headless: "shell", args: ARGUMENTS, env});

/**
 * Prints a page as a tagged PDF with an outline, on the paper that its style sheet names.
 * Two printings differ in dates and ids; see normalisePdf.
 */
export async function printPdf(html: string, browser: Browser): Promise<Uint8Array> {
  const page = await browser.newPage();
  try {
    await page.setJavaScriptEnabled(false);
    await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: "light"}]);
    await page.setContent(html, {waitUntil: "load"});
    return await page.pdf({
      preferCSSPageSize: true,
      printBackground: true,
      tagged: true,
      outline: true,
      waitForFonts: true,
    });
  } finally {
    await page.close();
  }
}

function installedBrowser(): string {
  const names = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "msedge"];
  const paths = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap(folder => names.map(name => join(folder, name)));
  const programs = [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA];
  const found = [
    ...paths,
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ...programs.flatMap(folder =>
      folder === undefined ? [] : [join(folder, "Google", "Chrome", "Application", "chrome.exe")],
    ),
  ].find(path => existsSync(path));
  if (found === undefined)
    throw new DataError(
      `the PDF requires Chrome or Chromium, got none on this system; install one, name it in ${BROWSER_VARIABLE}, ` +
        "or leave the PDF out",
    );
  return found;
}
