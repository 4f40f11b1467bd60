import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {afterAll, beforeAll, expect, test} from "vitest";
import {type Browser, openBrowser} from "../../src/bin/browser.ts";
import {pageOf} from "../../src/bin/card-files.ts";
import {buildCard} from "../../src/card/card.ts";
import {clustersOf} from "../../src/evaluate/bootstrap.ts";
import {campaignValue} from "../../src/evaluate/profit.ts";
import {briefPercent, decimal, whole} from "../../src/figures.ts";
import {decisionEvidence} from "../../src/report/decision.ts";
import {judgedAt} from "./campaign.ts";
import {exampleEvidence, exampleInput, study} from "./example.ts";

const CUSTOMERS = 3110;
const {ranked} = judgedAt(0.1, study);
const decision = decisionEvidence(judgedAt(0.1, study), study, CUSTOMERS);

/** The example card, its decision from the rows that its figures to move are from. */
const card = buildCard({
  ...exampleInput,
  evidence: exampleEvidence.map(record => ({...record, value: decision[record.id] ?? record.value})),
});

let html = "";
let browser: Browser;

beforeAll(async () => {
  html = await pageOf(card);
  browser = await openBrowser();
});
afterAll(() => browser.close());

type Look = {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly script?: boolean;
  /** Whether the page's policy is put aside, so that a test may bring a script of its own. */
  readonly open?: boolean;
};

/** The page in the browser, without a network; what it asks of it, and what it complains of, is in `heard`. */
async function show({width = 1100, scheme = "light", script = true, open = false}: Look = {}) {
  const page = await browser.newPage();
  const heard: string[] = [];
  page.on("request", request => {
    if (!/^(data|about):/.test(request.url())) heard.push(`asks for ${request.url()}`);
  });
  page.on("console", message => heard.push(message.text()));
  page.on("pageerror", error => heard.push(String(error)));
  await page.setOfflineMode(true);
  await page.setJavaScriptEnabled(script);
  if (open) await page.setBypassCSP(true);
  await page.setViewport({width, height: 800});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
  await page.setContent(html, {waitUntil: "load"});
  const run = (code: string) => page.evaluate(code);
  return {
    page,
    heard,
    run,
    text: (selector: string) => run(`document.querySelector(${JSON.stringify(selector)}).textContent`),
    figure: (name: string) => run(`document.querySelector('dd [data-figure="${name}"]').textContent`),
    focused: () => run("document.activeElement.id || document.activeElement.textContent"),
    seen: (selector: string) =>
      run(`document.querySelector(${JSON.stringify(selector)}).checkVisibility()`) as Promise<boolean>,
    /** Presses Tab until a control has the focus. */
    async tabTo(name: string) {
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press("Tab");
        if ((await this.focused()) === name) return;
      }
      throw new Error(`${name} is out of reach of the keyboard`);
    },
  };
}

type Shown = Awaited<ReturnType<typeof show>>;

const FIGURES = [
  "contacted",
  "churners",
  "reached.value",
  "lift.value",
  "model.value",
  "model.low",
  "random",
];
const figuresOf = async (shown: Shown) => ({
  advice: await shown.text(".advice"),
  share: await shown.text("output [data-figure=fraction]"),
  curve: await shown.text(".what-if svg .label"),
  ...Object.fromEntries(
    await Promise.all(FIGURES.map(async name => [name, await shown.figure(name)] as const)),
  ),
});

/** What the library says of a campaign, as the page shows it. */
function expected(capacity: number, contactCost: number) {
  const {model, random, contacted} = campaignValue(
    {...ranked, clusters: clustersOf(ranked.customer)},
    {...study.economics, contactCost, capacity},
    {seed: study.seed, draws: 5000, customers: CUSTOMERS},
  );
  const reached = model.churners / CUSTOMERS / judgedAt(0.1, study).baseRate.value;
  return {
    share: briefPercent(capacity),
    curve: `${briefPercent(capacity)} contacted: EUR ${whole(model.value)}`,
    contacted: whole(contacted),
    churners: whole(model.churners),
    "reached.value": `${decimal(100 * reached, 0)}%`,
    "lift.value": decimal(reached / capacity),
    "model.value": whole(model.value),
    "model.low": whole(model.low),
    random: whole(random.value),
  };
}

/** The entries that are printed: recommendation, headline figures with intervals, and their chart. */
const printed = (shown: Shown) =>
  shown.run(`["#decision-recommendation", ".figures", "#decision-chart .canvas"].map(
    selector => document.querySelector(selector).innerHTML)`);

test("the page starts with the figures of the card, to the digit", async () => {
  const shown = await show();
  expect(await figuresOf(shown)).toMatchObject(expected(0.1, 2));
  for (const [id, name] of [
    ["reached", "reached.value"],
    ["lift", "lift.value"],
    ["value", "model.value"],
  ])
    expect(await shown.figure(name!)).toBe(await shown.text(`#decision-${id} .amount`));
  const bounds = async (name: string, level: number) =>
    `${level}% interval ${await shown.figure(`${name}.low`)} to ${await shown.figure(`${name}.high`)}`;
  expect(await bounds("reached", 95)).toBe(await shown.text("#decision-reached .interval"));
  expect(await bounds("lift", 95)).toBe(await shown.text("#decision-lift .interval"));
  expect((await bounds("model", 90)).replace("interval", "interval EUR")).toBe(
    await shown.text("#decision-value .interval"),
  );
  expect(decision["decision.recommendation"]).toEqual({kind: "text", text: await shown.text(".advice")});
  expect(await shown.seen(".mine")).toBe(false);
  expect(shown.heard).toEqual([]);
  await shown.page.close();
});

test("the page is moved by the keyboard to what the library computes, and put back; what is printed stays", async () => {
  const shown = await show({width: 360});
  const {keyboard} = shown.page;
  const [start, still] = [await figuresOf(shown), await printed(shown)];
  await shown.tabTo("try-share");
  expect(await shown.run("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
  for (let i = 0; i < 5; i++) await keyboard.press("ArrowRight");
  expect(await figuresOf(shown)).toMatchObject(expected(0.15, 2));
  expect(await shown.run("document.activeElement.getAttribute('aria-valuetext')")).toBe(
    "15% of the customers",
  );
  expect(await shown.text(".advice")).toContain("(15%, your figure)");
  await shown.tabTo("try-contactCost");
  await keyboard.type("7.5");
  expect(await figuresOf(shown)).toMatchObject(expected(0.15, 7.5));
  expect(await shown.seen(".mine")).toBe(true);
  expect(await shown.text(".mine")).toBe("Your figures, not the study’s; not part of the signed card.");
  expect(await shown.run("document.querySelector('.mine').closest('[aria-live=polite]') !== null")).toBe(
    true,
  );
  expect(await printed(shown)).toEqual(still);
  await shown.tabTo("Back to the study’s figures");
  await keyboard.press("Enter");
  expect(await figuresOf(shown)).toEqual(start);
  expect(await shown.seen(".mine")).toBe(false);
  expect(shown.heard).toEqual([]);
  await shown.page.close();
});

test("the page says which figure is missing, and shows no result meanwhile", async () => {
  const shown = await show();
  await shown.tabTo("try-offerWorks");
  await shown.page.keyboard.type("140");
  expect(await shown.text(".wrong")).toBe(
    "Would-be churners the offer keeps, %: a number from 0 to 100 is needed.",
  );
  expect(await shown.seen(".found")).toBe(false);
  expect(await shown.run("document.activeElement.ariaInvalid")).toBe("true");
  await shown.page.keyboard.press("Backspace");
  expect(await shown.text(".wrong")).toBe("");
  expect(await shown.seen(".found")).toBe(true);
  await shown.page.close();
});

test("the page has no controls on paper, nor without its script, but all that the card says", async () => {
  const paper = await show();
  await paper.tabTo("try-share");
  await paper.page.keyboard.press("ArrowRight");
  const still = await printed(paper);
  await paper.page.emulateMediaType("print");
  expect(await paper.seen(".what-if")).toBe(false);
  expect(await paper.seen("#decision-chart svg")).toBe(true);
  const plain = await show({script: false});
  expect(await plain.seen(".what-if")).toBe(false);
  expect(await plain.seen("#decision-value .amount")).toBe(true);
  expect(await printed(plain)).toEqual(still);
  await paper.page.close();
  await plain.page.close();
});

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test("the page with moved figures has no violation that axe-core finds, and controls of a finger's size", async () => {
  for (const width of [1100, 360])
    for (const scheme of ["light", "dark"] as const) {
      const shown = await show({width, scheme, open: true});
      await shown.tabTo("try-share");
      await shown.page.keyboard.press("ArrowRight");
      await shown.tabTo("try-contactCost");
      await shown.page.keyboard.type("9");
      expect(await shown.seen(".what-if svg .study")).toBe(true);
      await shown.run(axeSource);
      const found = (await shown.run("axe.run(document)")) as {
        violations: {id: string; nodes: {html: string}[]}[];
        passes: {id: string}[];
      };
      expect(found.violations.map(({id, nodes}) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(found.passes.map(({id}) => id)).toContain("label");
      const sizes = (await shown.run(
        "[...document.querySelectorAll('.what-if :is(input, button)')].map(e => e.getBoundingClientRect().height)",
      )) as number[];
      expect(sizes).toHaveLength(6);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
      expect(await shown.run("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await shown.page.close();
    }
});
