import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {
  eValue,
  eValueOfBound,
  ratioOfStandardised,
  rosenbaumBound,
} from "../../src/uplift/observe/sensitivity.ts";

const {expected} = JSON.parse(
  readFileSync(new URL("../reference/experiment_design/expected.json", import.meta.url), "utf8"),
);

test("eValue(ratio) is that of VanderWeele and Ding: 3.9 gives 7.263, 1.8 gives 3, and 0.75 what 4/3 gives", () => {
  const theirs = Object.values(expected.e_value) as number[];
  [3.9, 1.8, 0.75].forEach((ratio, k) => {
    expect(eValue(ratio)).toBeCloseTo(theirs[k]!, 12);
  });
  expect(eValue(1)).toBe(1);
  expect(eValue(0.75)).toBeCloseTo(eValue(4 / 3), 12);
  expect(() => eValue(0)).toThrow("eValue requires a finite risk ratio above 0, got 0");
});

test("eValueOfBound(interval) is of the end nearer to 1, and 1 when the interval holds it", () => {
  expect(eValueOfBound({low: 1.8, high: 8.7})).toBeCloseTo(3, 12);
  expect(eValueOfBound({low: 0.4, high: 0.75})).toBeCloseTo(2, 12);
  expect(eValueOfBound({low: 0.9, high: 1.2})).toBe(1);
  expect(() => eValueOfBound({low: 0, high: 2})).toThrow("requires 0 < low <= high");
});

test("ratioOfStandardised(0, 0) is 1, and turns round with the sign", () => {
  expect(ratioOfStandardised(0, 0)).toEqual({ratio: 1, low: 1, high: 1});
  expect(ratioOfStandardised(-0.5, 0.1).ratio * ratioOfStandardised(0.5, 0.1).ratio).toBeCloseTo(1, 12);
});

test("rosenbaumBound({discordant: 45, treated: 32}) is the binomial tail at gamma / (1 + gamma)", () => {
  const theirs = expected["rosenbaum_mcnemar_upper_p(discordant=45,treated_worse=32)"];
  for (const [gamma, p] of Object.entries(theirs))
    expect(rosenbaumBound({discordant: 45, treated: 32, gamma: Number(gamma)})).toBeCloseTo(p as number, 10);
  expect(rosenbaumBound({discordant: 4, treated: 0, gamma: 3})).toBeCloseTo(1, 12);
  expect(() => rosenbaumBound({discordant: 4, treated: 5, gamma: 1})).toThrow("got 5 of 4");
});
