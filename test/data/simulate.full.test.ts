import {expect, test} from "vitest";
import {simulateShop} from "../../src/data/simulate.ts";
import {auc, calibrationZ, campaignReadOut, rate, rowsOf} from "./simulated.ts";

for (const seed of [2, 3])
  test(`simulateShop({seed: ${seed}}) keeps the rates, the calibration, the ceiling and the effect`, () => {
    const shop = simulateShop({seed});
    const rows = rowsOf(shop);
    const within = rows.map(row => row.within);
    expect(rate(within)).toBeGreaterThan(0.11);
    expect(rate(within)).toBeLessThan(0.13);
    expect(rate(rows.map(row => row.inThird))).toBeGreaterThan(0.035);
    expect(rate(rows.map(row => row.inThird))).toBeLessThan(0.045);
    expect(Math.abs(calibrationZ(rows))).toBeLessThan(3.5);
    const ceiling = auc(
      rows.map(({truth}) => truth.within),
      within,
    );
    expect(ceiling).toBeGreaterThan(0.85);
    expect(ceiling).toBeLessThan(0.9);
    const {difference, effect, error} = campaignReadOut(shop, rows);
    expect(Math.abs(difference - effect)).toBeLessThan(3 * error);
  });

test("simulateShop: the truth holds over five shops more, so that a small bias would show", () => {
  const rows = Array.from({length: 5}, (_, i) =>
    rowsOf(simulateShop({seed: 100 + i})).map(row => ({...row, customer: `${i} ${row.customer}`})),
  ).flat();
  expect(Math.abs(calibrationZ(rows))).toBeLessThan(3);
  const sorted = rows.sort((a, b) => a.truth.within - b.truth.within);
  for (let tenth = 0; tenth < 10; tenth++) {
    const part = sorted.slice((tenth * rows.length) / 10, ((tenth + 1) * rows.length) / 10);
    expect(Math.abs(calibrationZ(part)), `tenth ${tenth}`).toBeLessThan(3.5);
  }
});
