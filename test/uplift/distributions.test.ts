import {readFileSync} from "node:fs";
import {describe, expect, it} from "vitest";
import {
  chiSquareAbove,
  normalAt,
  normalBelow,
  normalPValue,
  tPValue,
  tTwoSided,
  twoSided,
} from "../../src/uplift/experiment/distributions.ts";

const {expected} = JSON.parse(
  readFileSync(new URL("../reference/special_functions/expected.json", import.meta.url), "utf8"),
) as {expected: Readonly<Record<string, readonly (readonly number[])[]>>};

/** Within 1e-9 of the value, relative to it. */
const near = (value: number, wanted: number) =>
  expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(wanted), 1e-300));

describe("distributions are those of scipy, in the tails too", () => {
  it.each(expected.norm_cdf!)("normal below %f", (z, p) => near(normalBelow(z!), p!));
  it.each(expected.norm_ppf!.filter(([p]) => p! > 1e-11))("normal at %f", (p, z) => {
    expect(normalAt(p!)).toBeCloseTo(z!, 9);
  });
  it.each(expected.chi2_sf!)("chi-square with %f degrees of freedom above %f", (df, x, p) => {
    near(chiSquareAbove(x!, df!), p!);
  });
  it.each(expected.t_sf!)("t with %f degrees of freedom above %f", (df, t, p) => {
    near(tPValue(t!, df!), 2 * p!);
  });
  it.each(expected.t_ppf!)("t with %f degrees of freedom at %f", (df, p, t) => {
    near(tTwoSided(2 * (1 - p!), df!), t!);
  });
  it("two-sided values are those of both tails", () => {
    near(normalPValue(twoSided(0.05)), 0.05);
    near(normalPValue(-twoSided(0.01)), 0.01);
  });
});
