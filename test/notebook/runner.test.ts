import {afterAll, beforeAll, expect, test} from "vitest";
import {startKernel} from "../../src/bin/kernel.ts";
import {cellDigest, type Output} from "../../src/notebook/document.ts";
import type {Kernel} from "../../src/notebook/kernel-client.ts";
import {NotebookError, type RunOptions, runNotebook} from "../../src/notebook/runner.ts";
import {codeCell, emits, notebookOf} from "./notebooks.ts";

const file = "notebooks/any.ipynb";
let kernel: Kernel;

beforeAll(async () => {
  kernel = await startKernel({folder: "test/notebook", env: {GREETING: "hello"}});
});

afterAll(async () => {
  await kernel.shutdown();
});

const textOf = (outputs: readonly Output[]) =>
  outputs.flatMap(output => (output.output_type === "stream" ? [output.text] : [])).join("");

const run = (sources: Record<string, string>, options: Partial<RunOptions> = {}) =>
  runNotebook(notebookOf(...Object.entries(sources).map(([id, source]) => codeCell(id, source))), {
    file,
    kernel,
    ...options,
  });

const failureOf = async (promise: Promise<unknown>): Promise<NotebookError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NotebookError);
  return error as NotebookError;
};

test("runNotebook(nb) runs the cells in order in one scope and keeps what they print", async () => {
  const seen: string[] = [];
  const {executed} = await run(
    {a: "const x = 20;\nconsole.log(process.env.GREETING)", empty: " ", b: "x + 1"},
    {onProgress: ({cell, cells, id}) => seen.push(`${cell}/${cells} ${id}`)},
  );
  expect(seen).toEqual(["1/3 a", "2/3 empty", "3/3 b"]);
  expect(executed.cells).toMatchObject([
    {id: "a", outputs: [{output_type: "stream", name: "stdout", text: "hello\n"}]},
    {id: "empty", outputs: [], execution_count: null},
    {id: "b", outputs: [{text: "21\n"}]},
  ]);
  expect(executed.metadata.language_info).toMatchObject({name: "typescript"});
});

test("runNotebook(nb, {onLine}) hands on what a cell says that it is doing, and keeps it nowhere", async () => {
  const said: string[] = [];
  const {executed} = await run(
    {
      a: 'import * as tslab from "tslab";\ntslab.display.raw("application/vnd.churnbook.progress+json", "half" as any);\nconsole.log(1)',
    },
    {onLine: line => said.push(line)},
  );
  expect(said).toEqual(["half"]);
  expect(executed.cells).toMatchObject([{outputs: [{output_type: "stream", text: "1\n"}]}]);
  expect(JSON.stringify(executed)).not.toContain('"half"');
});

test("runNotebook(nb) attributes a record to its cell, also when two cells emit the same id", async () => {
  const {records} = await run({
    one: emits("lift.at10", 1),
    two: emits("lift.at10", 2),
    three: emits("auc", 3),
  });
  const digest = (id: string, value: number) => cellDigest({source: emits(id, value)});
  expect(records.map(({id, value, origin}) => [id, value, origin])).toEqual([
    [
      "lift.at10",
      {kind: "number", value: 1},
      {notebook: "any.ipynb", cell: "one", cellDigest: digest("lift.at10", 1)},
    ],
    [
      "lift.at10",
      {kind: "number", value: 2},
      {notebook: "any.ipynb", cell: "two", cellDigest: digest("lift.at10", 2)},
    ],
    ["auc", {kind: "number", value: 3}, {notebook: "any.ipynb", cell: "three", cellDigest: digest("auc", 3)}],
  ]);
});

test("runNotebook(nb) stops at a cell that throws, names it, and keeps what came before", async () => {
  const error = await failureOf(
    run({good: emits("auc", 1), bad: 'console.log("so far");\nthrow new RangeError("boom");', after: "1"}),
  );
  expect(error.message).toBe("notebooks/any.ipynb: code cell 2 (id bad) failed: RangeError: boom");
  expect(error.place).toEqual({file, cell: "bad"});
  expect(error.records).toHaveLength(1);
  expect(error.executed.cells).toMatchObject([
    {outputs: [{output_type: "display_data"}]},
    {
      outputs: [
        {output_type: "stream", name: "stdout", text: "so far\n"},
        {output_type: "error", ename: "RangeError", evalue: "boom"},
      ],
    },
    {outputs: [], execution_count: null},
  ]);
});

test("runNotebook(nb) straight after a failure runs the cell that the kernel first aborts", async () => {
  await failureOf(run({bad: "throw new Error('x')"}));
  const {executed} = await run({next: "console.log('ran')"});
  expect(executed.cells).toMatchObject([{outputs: [{text: "ran\n"}]}]);
});

test("runNotebook(nb) names the line of a type error, and runs nothing of that cell", async () => {
  const error = await failureOf(run({typed: 'console.log("no");\nconst n: number = "a";'}));
  expect(error.message).toMatch(
    /code cell 1 \(id typed\) does not compile: line 2, column 7: Type 'string' is not assignable/,
  );
  expect(error.failure).toMatchObject({kind: "compile", line: 2});
  expect(error.executed.cells).toMatchObject([{outputs: [{output_type: "error", ename: "CompileError"}]}]);
});

test("runNotebook(nb) fails a cell that leaves a rejection uncaught", async () => {
  const error = await failureOf(run({stray: 'Promise.reject(new Error("lost"));'}));
  expect(error.message).toMatch(/code cell 1 \(id stray\) failed: Error: lost$/);
});

test("runNotebook(nb) fails a cell that emits a bad record", async () => {
  const error = await failureOf(run({odd: emits("Not An Id", 1)}));
  expect(error.message).toMatch(/\(id odd\) emitted a bad record: record requires an id/);
});

test("runNotebook(nb, {parameters}) overrides the cell tagged parameters", async () => {
  const notebook = notebookOf(
    codeCell("defaults", "let months = 3;", {tags: ["parameters"]}),
    codeCell("use", "console.log(months * 2)"),
  );
  const {executed} = await runNotebook(notebook, {file, kernel, parameters: {months: 6}});
  expect(executed.cells.map(({id}) => id)).toEqual(["defaults", "injected-parameters", "use"]);
  expect(executed.cells[2]).toMatchObject({outputs: [{text: "12\n"}]});
});

test("runNotebook(nb) loses no line of a loop that prints 3000", async () => {
  const {executed} = await run(
    {loop: "for (let i = 0; i < 3000; i++) console.log(i);"},
    {timeoutSeconds: 20},
  );
  const cell = executed.cells[0]!;
  expect(cell.cell_type === "code" ? textOf(cell.outputs).trimEnd().split("\n") : []).toHaveLength(3000);
});

// Last: it ends the kernel.
test("runNotebook(nb, {timeoutSeconds: 2}) ends a cell that loops for ever, with its kernel", async () => {
  const error = await failureOf(
    run({before: "console.log(1)", loop: "while (true);", after: "2"}, {timeoutSeconds: 2}),
  );
  expect(error.message).toMatch(/code cell 2 \(id loop\) ran longer than 2 s and was ended/);
  expect(error.failure.kind).toBe("timeout");
  const next = await failureOf(run({next: "1"}));
  expect(next.message).toMatch(/the kernel ended \(signal SIGKILL\)/);
});
