import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {checkNotebook} from "../../src/notebook/check.ts";
import {cleanNotebook, formatNotebook, parseNotebook} from "../../src/notebook/document.ts";

const names = readdirSync("notebooks").filter(name => name.endsWith(".ipynb"));

test("the notebooks are the nine of a study, in order", () => {
  expect(names.sort()).toEqual([
    "01-problem-framing.ipynb",
    "02-target-trade-offs.ipynb",
    "03-splits.ipynb",
    "04-features.ipynb",
    "05-modelling.ipynb",
    "06-lift.ipynb",
    "07-explainability.ipynb",
    "08-uplift.ipynb",
    "09-campaign.ipynb",
  ]);
});

test.each(names)("%s holds no outputs, is formatted as it is saved, and passes the strict check", name => {
  const file = join("notebooks", name);
  const text = readFileSync(file, "utf8");
  const notebook = parseNotebook(text, {file});
  expect(formatNotebook(cleanNotebook(notebook))).toBe(text);
  expect(checkNotebook(notebook, {file})).toEqual([]);
});
