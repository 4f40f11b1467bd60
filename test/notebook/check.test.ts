import {expect, test} from "vitest";
import {checkNotebook} from "../../src/notebook/check.ts";
import {codeCell, notebookOf} from "./notebooks.ts";

const file = "test/notebook/any.ipynb";
const check = (...sources: string[]) =>
  checkNotebook(notebookOf(...sources.map((source, i) => codeCell(`c${i + 1}`, source))), {file});

test("checkNotebook(nb) finds nothing in sound cells that use each other, await, Node and a module beside them", () => {
  expect(
    check(
      'import {readFileSync} from "node:fs";\nimport {codeCell} from "./notebooks";\nconst n = await Promise.resolve(1);',
      "console.log(n + 1, typeof readFileSync, codeCell);",
      "",
    ),
  ).toEqual([]);
});

test("checkNotebook(nb) names cell and line of an error, strictly", () => {
  const findings = check(
    "const a: string | undefined = process.env.X;",
    "// a comment\nconst b: number = a.length;",
  );
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({cell: "c2", line: 2});
  expect(findings[0]!.message).toMatch(/possibly 'undefined'/);
});

test("checkNotebook(nb) finds a const that another cell declares again", () => {
  const findings = check("const a = 1;", "const a = 2;");
  expect(findings.map(({cell, line}) => [cell, line])).toEqual([
    ["c1", 1],
    ["c2", 1],
  ]);
  expect(findings[1]!.message).toMatch(/redeclare/);
});

test("checkNotebook(nb) finds a syntax error in its own cell", () => {
  expect(check("const ok = 1;", "const = 2;")[0]).toMatchObject({cell: "c2", line: 1});
});

test("checkNotebook(nb) finds what the kernel does not understand", () => {
  const findings = check(
    "export const a = 1;",
    "async function* g() { yield 1; }\nfor await (const x of g()) console.log(x);",
    "console.log(import.meta.url);",
    "const b = await (Promise.resolve(1));",
    "console.log([2, 1].toSorted());",
    "async function fine() { for await (const x of g()) await (Promise.resolve(x)); }\nawait fine();",
  );
  expect(findings.map(({cell, line}) => [cell, line])).toEqual([
    ["c1", 1],
    ["c2", 2],
    ["c3", 1],
    ["c4", 1],
    ["c5", 1],
  ]);
  expect(findings[0]!.message).toMatch(/takes no export/);
});
