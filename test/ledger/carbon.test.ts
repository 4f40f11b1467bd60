import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {
  CARBON_GRAMS_PER_KILOWATT_HOUR,
  costsOf,
  WATTS_PER_MACHINE,
  WATTS_PER_THREAD,
  wattHours,
} from "../../src/ledger/carbon.ts";

// Constants and arithmetic of CodeCarbon at b05965e4; its provenance stands in the file.
const {expected} = JSON.parse(
  readFileSync(new URL("../reference/carbon_codecarbon/expected.json", import.meta.url), "utf8"),
);

test("the watts and the grams are those of CodeCarbon for a machine that nobody knows", () => {
  const {constants} = expected;
  expect(WATTS_PER_THREAD).toBe(constants.default_power_per_thread_W);
  expect(WATTS_PER_MACHINE).toBe(constants.power_constant_W * constants.consumption_percentage_constant);
  expect(CARBON_GRAMS_PER_KILOWATT_HOUR).toBe(constants.world_average_g_per_kwh);
});

test("wattHours(seconds, watts) is the energy of the reference cases, memory and losses added", () => {
  for (const {input, energy_kwh} of expected.cases) {
    const {seconds, tdp, load, ram_w, pue} = input;
    const energy = wattHours(seconds, Math.max(tdp * load, 0.1 * tdp) + ram_w) * pue;
    expect(energy / 1000).toBeCloseTo(energy_kwh, 12);
  }
});

test("costsOf(fits) sums up the fits of each candidate, and all of them", () => {
  const took = (wallSeconds: number, cpuSeconds: number) => ({wallSeconds, cpuSeconds});
  const {candidates, total} = costsOf([
    {model: "logistic", ...took(1, 1)},
    {model: "boost", setting: 0, share: 1 / 3, ...took(2, 4)},
    {model: "boost", setting: 1, share: 1 / 3, ...took(2, 3)},
    {model: "boost", setting: 0, share: 1, ...took(5, 9.5)},
  ]);
  expect(
    candidates.map(({model, setting, fits, wallSeconds, cpuSeconds}) => [
      model,
      setting,
      fits,
      wallSeconds,
      cpuSeconds,
    ]),
  ).toEqual([
    ["logistic", undefined, 1, 1, 1],
    ["boost", 0, 2, 7, 13.5],
    ["boost", 1, 1, 2, 3],
  ]);
  expect(total).toEqual({
    ...{fits: 4, wallSeconds: 10, cpuSeconds: 17.5},
    energyWattHours: (17.5 * 4) / 3600,
    energyHighWattHours: (10 * 42.5) / 3600,
    carbonGrams: ((17.5 * 4) / 3600 / 1000) * 475,
  });
});
