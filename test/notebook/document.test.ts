import {createHash} from "node:crypto";
import {expect, test} from "vitest";
import {DataError} from "../../src/data-error.ts";
import {
  cellDigest,
  cleanNotebook,
  formatNotebook,
  type Notebook,
  parseNotebook,
  sourceOf,
} from "../../src/notebook/document.ts";

const file = "a.ipynb";

const executed = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: {name: "tslab", display_name: "TypeScript", language: "typescript"},
    language_info: {name: "typescript", version: "3.7.2"},
    widgets: {state: {}},
  },
  cells: [
    {cell_type: "markdown", id: "intro", metadata: {collapsed: true}, source: ["# Title\n", "words"]},
    {
      cell_type: "code",
      id: "load",
      metadata: {
        tags: ["parameters"],
        execution: {"iopub.status.busy": "2026-11-23T19:00:00Z"},
        jupyter: {outputs_hidden: true},
        scrolled: true,
      },
      source: ["const a = 1;\n", "console.log(a)"],
      outputs: [{output_type: "stream", name: "stdout", text: ["1\n"]}],
      execution_count: 7,
    },
  ],
};

const textOf = (notebook: unknown) => JSON.stringify(notebook);
const change = (edit: (notebook: typeof executed) => void) => {
  const copy = structuredClone(executed);
  edit(copy);
  return textOf(copy);
};

test("parseNotebook(text) throws a DataError that names the file when it is no notebook of nbformat 4.5", () => {
  const cases: [text: string, message: RegExp][] = [
    ["{", /^a\.ipynb is not JSON \(.*\); restore/],
    ["[]", /^a\.ipynb is not a notebook/],
    [change(n => Object.assign(n, {nbformat_minor: 4})), /has nbformat 4\.4, and 4\.5 is required/],
    [change(n => Object.assign(n, {nbformat: 3})), /has nbformat 3\.5/],
    [change(n => Object.assign(n.cells[1]!, {id: undefined})), /requires an id .* got none in cell 2/],
    [change(n => Object.assign(n.cells[1]!, {id: "a b"})), /requires an id .* got "a b" in cell 2/],
    [change(n => Object.assign(n.cells[1]!, {id: "intro"})), /two cells with the id "intro"; give cell 2/],
    [change(n => Object.assign(n.cells[1]!, {cell_type: "sql"})), /cell 2 has the type "sql"/],
    [change(n => Object.assign(n.cells[1]!, {source: 3})), /cell 2 has no source/],
  ];
  for (const [text, message] of cases) {
    let thrown: unknown;
    try {
      parseNotebook(text, {file});
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DataError);
    expect((thrown as DataError).message).toMatch(message);
    expect((thrown as DataError).place.file).toBe(file);
  }
});

test("cleanNotebook(nb) has no outputs, no counts, no volatile metadata, and the same ids, sources and tags", () => {
  const clean = cleanNotebook(parseNotebook(textOf(executed), {file}));
  expect(clean.cells.map(({id}) => id)).toEqual(["intro", "load"]);
  expect(clean.cells.map(sourceOf)).toEqual(["# Title\nwords", "const a = 1;\nconsole.log(a)"]);
  expect(clean.cells[0]!.metadata).toEqual({});
  expect(clean.cells[1]).toMatchObject({outputs: [], execution_count: null});
  expect(clean.cells[1]!.metadata).toEqual({tags: ["parameters"]});
  expect(clean.metadata).toEqual({
    kernelspec: executed.metadata.kernelspec,
    language_info: {name: "typescript"},
  });
});

test("formatNotebook(cleanNotebook(nb)) is the same after a round trip, and cleaning it again changes nothing", () => {
  const once = formatNotebook(cleanNotebook(parseNotebook(textOf(executed), {file})));
  const again = parseNotebook(once, {file});
  expect(formatNotebook(again)).toBe(once);
  expect(formatNotebook(cleanNotebook(again))).toBe(once);
});

test("formatNotebook(nb) sorts keys, indents by one space, splits text into lines and ends in a line end", () => {
  const notebook: Notebook = {
    nbformat_minor: 5,
    nbformat: 4,
    metadata: {},
    cells: [{source: "a\nb\n", id: "x", cell_type: "raw", metadata: {b: [], 10: 1, 9: {}}}],
  };
  expect(formatNotebook(notebook)).toBe(`{
 "cells": [
  {
   "cell_type": "raw",
   "id": "x",
   "metadata": {
    "10": 1,
    "9": {},
    "b": []
   },
   "source": [
    "a\\n",
    "b\\n"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`);
});

test("formatNotebook(nb) gives the same bytes whatever the order of keys and the form of the text", () => {
  const [text, code] = executed.cells;
  const turned = {
    cells: [text, {...code, source: "const a = 1;\nconsole.log(a)"}],
    metadata: Object.fromEntries(Object.entries(executed.metadata).reverse()),
    nbformat_minor: 5,
    nbformat: 4,
  };
  expect(formatNotebook(parseNotebook(textOf(turned), {file}))).toBe(
    formatNotebook(parseNotebook(textOf(executed), {file})),
  );
});

test("cellDigest(cell) is the sha256 of the source, in lines or in one text", () => {
  const digest = createHash("sha256").update("a\nb").digest("hex");
  expect(cellDigest({source: "a\nb"})).toBe(digest);
  expect(cellDigest({source: ["a\n", "b"]})).toBe(digest);
});

test("parseNotebook, cleanNotebook and formatNotebook write to nothing they are given", () => {
  const frozen = deepFreeze(parseNotebook(textOf(executed), {file}));
  expect(() => formatNotebook(cleanNotebook(frozen))).not.toThrow();
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
