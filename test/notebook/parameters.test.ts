import {expect, test} from "vitest";
import {DataError} from "../../src/data-error.ts";
import {type Notebook, sourceOf} from "../../src/notebook/document.ts";
import {injectParameters} from "../../src/notebook/parameters.ts";
import {codeCell, notebookOf} from "./notebooks.ts";

const ids = (notebook: Notebook) => notebook.cells.map(({id}) => id);
const defaults = codeCell("defaults", 'let months = 3;\nconst mode: "a" | "b" = "a";', {
  tags: ["parameters"],
});

test("injectParameters(nb, {months: 6}) sets them in a tagged cell after the cell tagged parameters", () => {
  const notebook = notebookOf(codeCell("first", "1"), defaults, codeCell("last", "2"));
  const injected = injectParameters(notebook, {months: 6, mode: "b"});
  expect(ids(injected)).toEqual(["first", "defaults", "injected-parameters", "last"]);
  expect(injected.cells[2]!.metadata).toEqual({tags: ["injected-parameters"]});
  expect(sourceOf(injected.cells[2]!)).toBe('let mode: "a" | "b" = "b";\nlet months = 6;');
});

test("injectParameters(nb, parameters) comes first without a cell tagged parameters", () => {
  const injected = injectParameters(notebookOf(codeCell("first", "1")), {
    name: 'a "b"',
    on: true,
    none: null,
  });
  expect(ids(injected)).toEqual(["injected-parameters", "first"]);
  expect(sourceOf(injected.cells[0]!)).toBe('let name = "a \\"b\\"";\nlet none = null;\nlet on = true;');
});

test("injectParameters(injectParameters(nb, a), b) replaces the cell of a", () => {
  const notebook = notebookOf(defaults, codeCell("last", "2"));
  const twice = injectParameters(injectParameters(notebook, {months: 6}), {months: 9});
  expect(twice).toEqual(injectParameters(notebook, {months: 9}));
});

test("injectParameters(nb, {}) is the notebook as it is", () => {
  const notebook = notebookOf(defaults);
  expect(injectParameters(notebook, {})).toBe(notebook);
});

test("injectParameters(nb, parameters) throws when a name is no variable, or a number is not finite", () => {
  const notebook = notebookOf(defaults);
  expect(() => injectParameters(notebook, {"a-b": 1})).toThrow(DataError);
  expect(() => injectParameters(notebook, {a: Number.NaN})).toThrow(
    "parameter a requires a finite number, got NaN",
  );
});
