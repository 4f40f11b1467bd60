import {expect, test} from "vitest";
import {canonicalJson, digestOf, type Store, stored} from "../../src/ledger/store.ts";

function memoryStore(): Store & {readonly entries: Map<string, Uint8Array>} {
  const entries = new Map<string, Uint8Array>();
  return {entries, read: key => entries.get(key), write: (key, bytes) => void entries.set(key, bytes)};
}

test("digestOf(value) does not depend on the order of keys, and does on the order of a list", () => {
  expect(canonicalJson({b: 1, a: {d: 2, c: [3, 4]}})).toBe('{"a":{"c":[3,4],"d":2},"b":1}');
  expect(digestOf({a: 1, b: 2})).toBe(digestOf({b: 2, a: 1}));
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
});

test("stored(store, stage, compute) computes once for the same inputs, again for others, and keeps typed arrays", async () => {
  const store = memoryStore();
  let computed = 0;
  const ask = (seed: number) =>
    stored(store, {stage: "features", inputs: {seed}}, () => {
      computed += 1;
      return {values: Float64Array.of(seed, Number.NaN)};
    });
  expect(await ask(1)).toEqual({values: Float64Array.of(1, Number.NaN)});
  expect(await ask(1)).toEqual({values: Float64Array.of(1, Number.NaN)});
  expect(computed).toBe(1);
  await ask(2);
  expect(computed).toBe(2);
});

test("stored(store, stage, compute) computes again when the stored bytes are damaged", async () => {
  const store = memoryStore();
  await stored(store, {stage: "s", inputs: 1}, () => "right");
  for (const key of store.entries.keys()) store.entries.set(key, Uint8Array.of(1, 2, 3));
  expect(await stored(store, {stage: "s", inputs: 1}, () => "right")).toBe("right");
});
