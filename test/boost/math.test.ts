import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {instantiate, memoryOf, program} from "../../src/boost/engine.ts";
import type {Trainer} from "../../src/boost/work.ts";

type Reference = {readonly exp: readonly [number, number][]; readonly log: readonly [number, number][]};
const reference = JSON.parse(
  readFileSync(new URL("../reference/exp_log/expected.json", import.meta.url), "utf8"),
) as Reference;

const {exp, log} = instantiate<Trainer>(program("train"), memoryOf(1));

/** How many double-precision numbers lie between two of them. */
function steps(a: number, b: number): number {
  const bits = new BigInt64Array(new Float64Array([a, b]).buffer);
  const at = (value: bigint): bigint => (value < 0n ? -(value & 0x7fffffffffffffffn) : value);
  const distance = at(bits[0]!) - at(bits[1]!);
  return Number(distance < 0n ? -distance : distance);
}

test("exp(x) is within 2 units in the last place over its whole range", () => {
  for (const [x, expected] of reference.exp)
    expect(steps(exp(x), expected), `exp(${x})`).toBeLessThanOrEqual(2);
});

test("log(x) is within 2 units in the last place, next to 1 and below the normal numbers too", () => {
  for (const [x, expected] of reference.log)
    expect(steps(log(x), expected), `log(${x})`).toBeLessThanOrEqual(2);
});

test("exp and log at the ends of their ranges", () => {
  expect([exp(0), exp(-Infinity), exp(Infinity), exp(-746), exp(710), exp(Number.NaN)]).toEqual([
    1,
    0,
    Infinity,
    0,
    Infinity,
    Number.NaN,
  ]);
  expect([log(1), log(0), log(Infinity), log(-1), log(Number.NaN)]).toEqual([
    0,
    -Infinity,
    Infinity,
    Number.NaN,
    Number.NaN,
  ]);
});
