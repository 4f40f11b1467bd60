import {type ChildProcess, spawn} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createServer, type Server} from "node:net";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {afterEach, beforeEach, expect, test} from "vitest";
import {notebookCommand} from "../../src/bin/commands/notebook.ts";
import {startKernel} from "../../src/bin/kernel.ts";
import {formatNotebook, parseNotebook} from "../../src/notebook/document.ts";
import {runNotebook} from "../../src/notebook/runner.ts";
import {codeCell, emits, notebookOf} from "./notebooks.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "churnbook-test-"));
});

afterEach(() => {
  rmSync(folder, {recursive: true, force: true});
  process.exitCode = undefined;
});

const occupied = (port: number): Promise<Server> =>
  new Promise(done => {
    const server = createServer();
    server.listen(port, "127.0.0.1", () => done(server));
  });
const portOf = (server: Server) => (server.address() as {port: number}).port;

test("startKernel({ports}) tries other ports when one is taken", async () => {
  const taken = await occupied(0);
  const free = await Promise.all(Array.from({length: 9}, () => occupied(0)));
  const ports = free.map(portOf);
  await Promise.all(free.map(server => new Promise(closed => server.close(closed))));
  const offers = [[...ports.slice(0, 4), portOf(taken)], ports.slice(4)];
  let asked = 0;
  const kernel = await startKernel({folder, ports: async () => offers[asked++]!});
  expect(asked).toBe(2);
  await kernel.shutdown();
  taken.close();
});

test("runNotebook(nb) says so when a cell ends the kernel", async () => {
  const kernel = await startKernel({folder});
  const run = runNotebook(notebookOf(codeCell("exit", "process.exit(3)")), {file: "a.ipynb", kernel});
  await expect(run).rejects.toThrow(
    "a.ipynb: code cell 1 (id exit) failed: the kernel ended (exit code 3) while it ran",
  );
  await kernel.shutdown();
});

test("kernel.shutdown() kills what a cell has started", async () => {
  const kernel = await startKernel({folder});
  const source = `import {spawn} from "node:child_process";
const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
console.log(child.pid);`;
  const {executed} = await runNotebook(notebookOf(codeCell("spawn", source)), {file: "a.ipynb", kernel});
  const pid = Number((executed.cells[0] as unknown as {outputs: {text: string}[]}).outputs[0]!.text);
  expect(isAlive(pid)).toBe(true);
  await kernel.shutdown();
  await gone(pid);
});

test.each(["SIGINT", "SIGKILL"] as const)("a kernel ends with its parent after %s", async signal => {
  const kernelModule = pathToFileURL(resolve("src/bin/kernel.ts")).href;
  const script = `import {startKernel} from ${JSON.stringify(kernelModule)};
const kernel = await startKernel({folder: "."});
let pid;
await kernel.execute("console.log(process.pid)", {onOutput: m => { pid ??= m.content.text; }});
console.log(pid);
await new Promise(() => setInterval(() => {}, 1000));`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = Number(await firstLine(parent));
  expect(isAlive(pid)).toBe(true);
  parent.kill(signal);
  await gone(pid);
});

const cellModule = resolve("dist/bin/cell.js");

test.skipIf(!existsSync(cellModule))(
  "show(chart) is among the outputs of its cell, also in the cell that imports it (needs dist)",
  async () => {
    const chart = (title: string) =>
      `show({kind: "chart", title: "${title}", description: "d", spec: {data: {values: [{a: 1}]}, mark: "bar", encoding: {x: {field: "a", type: "quantitative"}}}});`;
    const kernel = await startKernel({folder: resolve(".")});
    const notebook = notebookOf(
      codeCell(
        "one",
        `import {show, emitEvidence} from "./dist/bin/cell.js";\n${chart("A")}${chart("B")}\nshow("text");`,
      ),
      codeCell("two", `${chart("C")}\nemitEvidence({id: "a.b", value: {kind: "number", value: 1}});`),
      codeCell(
        "bad",
        `show({kind: "chart", title: "", description: "", spec: {data: {url: "x"}, mark: "bar"}});`,
      ),
    );
    const error = await runNotebook(notebook, {file: "a.ipynb", kernel}).catch(thrown => thrown);
    await kernel.shutdown();
    expect(error.message).toMatch(/\(id bad\) failed: RangeError/);
    const plain = error.executed.cells.map((cell: {outputs: {data?: Record<string, string>}[]}) =>
      cell.outputs.flatMap(({data}) => data?.["text/plain"] ?? []),
    );
    expect(plain).toEqual([["A\nd", "B\nd", "text"], ["C\nd", "recorded as a.b"], [""]]);
    expect(error.executed.cells.slice(0, 2).map((cell: {outputs: unknown[]}) => cell.outputs.length)).toEqual(
      [3, 2],
    );
    expect(error.executed.cells[0].outputs[0].data["image/svg+xml"]).toMatch(/^<svg/);
    expect(error.records).toMatchObject([{id: "a.b", origin: {cell: "two"}}]);
  },
);

const spoken = async (...argv: string[]): Promise<string[]> => {
  const lines: string[] = [];
  const terminal = {say: (line: string) => void lines.push(line), note: () => {}, progress: () => {}};
  const command = notebookCommand(terminal).exitOverride();
  await command.parseAsync(argv, {from: "user"});
  return lines;
};

test("churnbook notebook run a.ipynb --param n=4 --out o writes the executed copy and leaves the file", async () => {
  const file = join(folder, "a.ipynb");
  const text = formatNotebook(notebookOf(codeCell("a", `console.log(n);\n${emits("a.b", 1)}`)));
  writeFileSync(file, text);
  const [line] = await spoken("run", file, "--param", "n=4", "--out", join(folder, "o"));
  expect(line).toMatch(/a\.ipynb: done in [\d.]+ s, 1 record$/);
  expect(readFileSync(file, "utf8")).toBe(text);
  const executed = parseNotebook(readFileSync(join(folder, "o", "a.ipynb"), "utf8"), {file: "o"});
  expect(executed.cells[1]).toMatchObject({outputs: [{text: ["4\n"]}, {output_type: "display_data"}]});
});

test("churnbook notebook run a.ipynb --out o writes the copy of a failed notebook too", async () => {
  const file = join(folder, "a.ipynb");
  writeFileSync(file, formatNotebook(notebookOf(codeCell("a", "throw new Error('x')"))));
  await expect(spoken("run", file, "--out", join(folder, "o"))).rejects.toThrow(
    /a\.ipynb: code cell 1 \(id a\) failed/,
  );
  expect(readFileSync(join(folder, "o", "a.ipynb"), "utf8")).toContain('"output_type": "error"');
});

test("churnbook notebook check a.ipynb sets the exit status 1 when it finds something", async () => {
  const [good, bad] = [join(folder, "good.ipynb"), join(folder, "bad.ipynb")];
  writeFileSync(good, formatNotebook(notebookOf(codeCell("a", "const a = 1;"))));
  writeFileSync(bad, formatNotebook(notebookOf(codeCell("a", "const a: number = '1';"))));
  expect(await spoken("check", good)).toEqual(["1 notebook checked, nothing found"]);
  expect(process.exitCode).toBeUndefined();
  const lines = await spoken("check", good, bad);
  expect(lines[0]).toMatch(/bad\.ipynb: cell a, line 1: Type 'string' is not assignable/);
  expect(lines[1]).toBe("2 notebooks checked, 1 finding");
  expect(process.exitCode).toBe(1);
});

test("churnbook notebook clean a.ipynb rewrites it in place, once", async () => {
  const file = join(folder, "a.ipynb");
  const dirty = {
    ...codeCell("a", "1"),
    execution_count: 3,
    outputs: [{output_type: "stream", name: "stdout", text: "1"}],
  };
  writeFileSync(file, JSON.stringify({...notebookOf(), cells: [dirty]}));
  expect(await spoken("clean", file)).toEqual([`${file}: cleaned`]);
  expect(readFileSync(file, "utf8")).toBe(formatNotebook(notebookOf(codeCell("a", "1"))));
  expect(await spoken("clean", file)).toEqual([`${file}: clean already`]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), {timeout: 10_000}).toBe(false);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once("exit", () => fail(new Error("ended early")));
    child.stdout!.setEncoding("utf8").once("data", (text: string) => done(text.split("\n")[0]!));
  });
}
