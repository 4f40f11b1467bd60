import {createHmac} from "node:crypto";
import {expect, test} from "vitest";
import {decodeMessage, encodeRequest} from "../../src/notebook/wire.ts";

const request = {
  id: "s-1",
  type: "execute_request",
  session: "s",
  date: "2026-11-23T19:00:00.000Z",
  content: {code: "1 + 1; // ä"},
};
const bytes = (frames: readonly string[]) => frames.map(frame => Buffer.from(frame));

test("encodeRequest(request, key) signs header, parent, metadata and content with HMAC-SHA256", () => {
  const [delimiter, signature, ...parts] = encodeRequest(request, "key");
  expect(delimiter).toBe("<IDS|MSG>");
  expect(signature).toBe(createHmac("sha256", "key").update(parts.join("")).digest("hex"));
  expect(parts.map(part => JSON.parse(part))).toMatchObject([
    {msg_id: "s-1", msg_type: "execute_request", session: "s", version: "5.3"},
    {},
    {},
    {code: "1 + 1; // ä"},
  ]);
});

test("decodeMessage(frames, key) passes over routing and buffers, and reads type, parent and content", () => {
  const parts = [{msg_type: "stream"}, {msg_id: "s-1"}, {}, {text: "ö"}].map(part => JSON.stringify(part));
  const sign = (texts: readonly string[]) => createHmac("sha256", "key").update(texts.join("")).digest("hex");
  const read = {type: "stream", parent: "s-1", content: {text: "ö"}};
  expect(decodeMessage(bytes(["id", "<IDS|MSG>", sign(parts), ...parts]), "key")).toEqual(read);
  expect(decodeMessage(bytes(["<IDS|MSG>", sign(parts), ...parts, "buffer"]), "key")).toEqual(read);
  const all = [...parts, "buffer"];
  expect(decodeMessage(bytes(["<IDS|MSG>", sign(all), ...all]), "key")).toEqual(read);
});

test("decodeMessage(frames, key) throws when another key signed, or when it is no message", () => {
  const frames = bytes(encodeRequest(request, "key"));
  expect(decodeMessage(frames, "key").type).toBe("execute_request");
  expect(() => decodeMessage(frames, "other")).toThrow(RangeError);
  expect(() => decodeMessage(frames.slice(0, 4), "key")).toThrow(
    /requires a delimiter and four parts, got 4/,
  );
});
