import {expect, test} from "vitest";
import {errorOutputOf, failureIn, strayFailureIn} from "../../src/notebook/failure.ts";
import {collectOutputs} from "../../src/notebook/outputs.ts";

const message = (type: string, content: Record<string, unknown>) => ({type, parent: "1", content});
const stream = (text: string, name = "stdout") => message("stream", {name, text});
const display = (text: string, id?: string, type = "display_data") =>
  message(type, {data: {"text/plain": text}, metadata: {}, transient: id ? {display_id: id} : {}});
const shown = (text: string) => ({output_type: "display_data", data: {"text/plain": text}, metadata: {}});

test("collectOutputs() joins what one stream says in a row, and keeps the order of the rest", () => {
  const collector = collectOutputs();
  for (const m of [stream("a\n"), stream("b\n"), stream("e\n", "stderr"), display("d"), stream("c\n")])
    collector.add(m);
  expect(collector.outputs()).toEqual([
    {output_type: "stream", name: "stdout", text: "a\nb\n"},
    {output_type: "stream", name: "stderr", text: "e\n"},
    shown("d"),
    {output_type: "stream", name: "stdout", text: "c\n"},
  ]);
});

test("collectOutputs() replaces a display by its id, and stores no id", () => {
  const collector = collectOutputs();
  for (const m of [display("1", "x"), display("other"), display("2", "x", "update_display_data")])
    collector.add(m);
  expect(collector.outputs()).toEqual([shown("2"), shown("other")]);
});

test("collectOutputs() clears at once, or with wait when the next output comes", () => {
  const collector = collectOutputs();
  collector.add(display("1"));
  collector.add(message("clear_output", {wait: true}));
  expect(collector.outputs()).toEqual([shown("1")]);
  collector.add(display("2"));
  expect(collector.outputs()).toEqual([shown("2")]);
  collector.add(message("clear_output", {wait: false}));
  expect(collector.outputs()).toEqual([]);
});

test("failureIn(writes) names the line of a type error, and counts the others", () => {
  const writes = [
    "2:7 - Type 'string' is not assignable to type 'number'.\n",
    "3:1 - Cannot find name 'q'.\n",
  ];
  expect(failureIn(writes, [])).toMatchObject({
    kind: "compile",
    line: 2,
    message: "line 2, column 7: Type 'string' is not assignable to type 'number'. (and 1 more)",
    writes: 2,
  });
  expect(failureIn(["/a/lib.ts 4:2 - Cannot find name 'q'.\n"], [])).toMatchObject({
    message: "/a/lib.ts line 4, column 2: Cannot find name 'q'.",
  });
});

test("failureIn(writes) reads a plain Error from below the source line that the kernel prints first", () => {
  const thrown =
    'evalmachine.<anonymous>:2\nthrow new Error("no such luck");\n^\n\nError: no such luck\n    at evalmachine.<anonymous>:2:7\n';
  expect(failureIn([thrown], [])).toMatchObject({kind: "runtime", message: "Error: no such luck"});
});

test("failureIn(writes) reads the thrown value from the last write, whatever was logged before", () => {
  const thrown =
    "DataError: no rows\n    at f (evalmachine.<anonymous>:2:9)\n    at (node:vm:1:1) {\n  place: {}\n}\n";
  const failure = failureIn(["Error: only logged\n", thrown], []);
  expect(failure).toMatchObject({kind: "runtime", message: "DataError: no rows", writes: 1});
  expect(errorOutputOf(failure)).toMatchObject({ename: "DataError", evalue: "no rows"});
  expect(failureIn(["just a text\n"], []).message).toBe("just a text");
  expect(failureIn([], []).message).toBe("the kernel reported an error and printed none");
});

test("failureIn(writes, outputs) prefers an error message where the kernel sends one", () => {
  const error = {output_type: "error", ename: "TypeError", evalue: "no\nmore", traceback: ["x"]} as const;
  expect(failureIn(["noise"], [error])).toEqual({
    kind: "runtime",
    message: "TypeError: no",
    traceback: ["x"],
  });
});

test("strayFailureIn(writes) finds a rejection that nobody caught, and nothing in ordinary noise", () => {
  expect(strayFailureIn(["warning\n", "UnhandledPromiseRejection: Error: lost\n"])?.message).toBe(
    "Error: lost",
  );
  expect(strayFailureIn(["Error: logged\n"])).toBeUndefined();
});
