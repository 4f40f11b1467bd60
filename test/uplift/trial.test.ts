import {describe, expect, it} from "vitest";
import {checkTrial, type Trial} from "../../src/uplift/trial.ts";

const trial: Trial = {
  outcome: Float64Array.of(1, 0, 1),
  treated: Uint8Array.of(1, 0, 0),
  propensity: Float64Array.of(0.5, 0.5, 0.5),
  customer: Int32Array.of(0, 1, 2),
};

describe("a trial", () => {
  it("with rows of both arms is taken", () => {
    expect(() => checkTrial("judge", trial)).not.toThrow();
    expect(() => checkTrial("judge", {...trial, weight: Float64Array.of(1, 2, 3)})).not.toThrow();
  });

  it.each([
    [{treated: Uint8Array.of(1, 0)}, "judge requires 3 entries of treated, one a row, got 2"],
    [{weight: Float64Array.of(1)}, "judge requires 3 entries of weight, one a row, got 1"],
    [{outcome: Float64Array.of(1, Number.NaN, 1)}, "judge requires finite outcomes, got NaN in row 1"],
    [{treated: Uint8Array.of(1, 0, 2)}, "judge requires treated to be 0 or 1, got 2 in row 2"],
    [
      {propensity: Float64Array.of(0.5, 1, 0.5)},
      "judge requires propensities between 0 and 1, both open, got 1 in row 1",
    ],
    [{weight: Float64Array.of(1, 0, 1)}, "judge requires weights above 0, got 0 in row 1"],
    [{treated: Uint8Array.of(1, 1, 1)}, "judge requires rows of both arms, got 3 treated of 3"],
  ])("with %o is refused", (change, message) => {
    expect(() => checkTrial("judge", {...trial, ...change})).toThrow(message);
  });
});
