import {afterAll, expect, test} from "vitest";
import {emitDisplay, show} from "../../src/bin/cell.ts";

/** What a kernel's process offers to a cell: the module whose writer belongs to the cell that runs. */
const sent: {cell: string; type: string; update: boolean}[] = [];
const published: string[] = [];
const writerOf = (cell: string) => (message: {data: object}, update?: boolean) =>
  void sent.push({cell, type: Object.keys(message.data)[0]!, update: update ?? false});
class ZmqServer {
  publishStatus(status: string): void {
    published.push(`${status} after ${sent.length}`);
  }
}
const kernel = {lastWriteDisplayData: writerOf("one"), ZmqServer};
const idle = {header: {msg_type: "execute_request"}};
const scope = globalThis as {__tslab__?: unknown};
scope.__tslab__ = {
  require: {
    cache: {
      "/elsewhere/node_modules/tslab/dist/jupyter.js": {exports: {lastWriteDisplayData: null}},
      "/here/node_modules/tslab/dist/jupyter.js": {exports: kernel},
    },
  },
};

afterAll(() => {
  delete scope.__tslab__;
});

test("show(chart) displays under the cell that called it, also when drawn during the next, and holds its idle", async () => {
  const spec = {data: {values: [{a: 1}]}, mark: "bar", encoding: {x: {field: "a", type: "quantitative"}}};
  show({kind: "chart", title: "t", description: "d", spec});
  show("text");
  const server = new ZmqServer() as unknown as {publishStatus(status: string, parent: unknown): void};
  server.publishStatus("busy", idle);
  server.publishStatus("idle", idle);
  expect(published).toEqual(["busy after 2"]);
  kernel.lastWriteDisplayData = writerOf("two");
  emitDisplay({"text/plain": "x"});
  await expect.poll(() => published.length, {timeout: 20_000}).toBe(2);
  expect(sent).toEqual([
    {cell: "one", type: "text/plain", update: false},
    {cell: "one", type: "text/markdown", update: false},
    {cell: "two", type: "text/plain", update: false},
    {cell: "one", type: "application/vnd.vegalite.v5+json", update: true},
  ]);
  expect(published[1]).toBe("idle after 4");
});
