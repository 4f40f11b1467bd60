import {describe, expect, test} from "vitest";
import {takeRows} from "../../src/features/matrix.ts";
import {randomOf} from "../../src/random.ts";
import {aipwEffect} from "../../src/uplift/observe/doubly-robust.ts";
import {checkLot} from "../../src/uplift/observe/lot.ts";
import {fitTargeting, type ObservedContacts} from "../../src/uplift/observe/targeting.ts";
import {naiveEffect} from "../../src/uplift/observe/weighting.ts";
import {dataFile, readFlat} from "../evaluate/flat-table.ts";

const {file, missing} = dataFile("hillstrom/hillstrom.csv.gz");
if (missing) console.warn(`Hillstrom tests are skipped: ${missing}`);

/** The experiment with the women's e-mail, its rows thinned out so that those who bought lately are rather e-mailed. */
function hillstrom(seed: number) {
  const drop = ["segment", "visit", "conversion", "spend"];
  const {data, text} = readFlat(file, {label: "visit", positive: "1", drop});
  const segment = text("segment");
  const own = [...segment.keys()].filter(i => ["Womens E-Mail", "No E-Mail"].includes(segment[i]!));
  const recency = data.x.names.indexOf("recency");
  const months = (i: number) => data.x.values[recency * data.x.rows + i]!;
  const treated = (i: number) => Number(segment[i] === "Womens E-Mail");
  /** Chance that a row is kept in either arm. */
  const kept = (i: number, arm: number) => (arm === 1 ? 1 : -1) * (months(i) <= 5 ? 0.35 : -0.35) + 0.5;
  const of = (rows: readonly number[]): ObservedContacts & {day: Int32Array} => ({
    x: takeRows(data.x, rows),
    outcome: Float64Array.from(rows, i => data.y[i]!),
    treated: Uint8Array.from(rows, treated),
    customer: Int32Array.from(rows.keys()),
    ids: rows.map((_, k) => String(k)),
    day: new Int32Array(rows.length),
  });
  const random = randomOf(seed);
  const chosen = own.filter(i => random() < kept(i, treated(i)));
  // The effect on those e-mailed in the thinned rows, by the lot: both arms weighted like them.
  const mean = (arm: number) => {
    const rows = own.filter(i => treated(i) === arm);
    const weight = rows.reduce((sum, i) => sum + kept(i, 1), 0);
    return rows.reduce((sum, i) => sum + kept(i, 1) * data.y[i]!, 0) / weight;
  };
  return {whole: of(own), chosen: of(chosen), truth: mean(1) - mean(0)};
}

describe.skipIf(missing)("Hillstrom's e-mail experiment", () => {
  test("is a lot by checkLot, and is none with rows left out by recency", {timeout: 300_000}, async () => {
    const {whole, chosen} = hillstrom(1);
    const lot = await checkLot(whole, {seed: 1});
    expect([lot.broken, lot.apart]).toEqual([false, 0]);
    expect(lot.p).toBeGreaterThan(0.01);
    const thinned = await checkLot(chosen, {seed: 1});
    expect([thinned.broken, thinned.p]).toEqual([true, 0.001]);
    console.log(
      `lot: p ${lot.p}, AUC ${lot.auc.value.toFixed(3)}; thinned: p ${thinned.p}, AUC ${thinned.auc.value.toFixed(3)}`,
    );
  });

  test("thinned by recency the plain difference misses what the lot found, and the doubly robust effect finds it", {
    timeout: 600_000,
  }, async () => {
    const found = [];
    for (let seed = 1; seed <= 6; seed++) {
      const {chosen, truth} = hillstrom(seed);
      const {propensity, outcomes} = await fitTargeting(chosen, {learner: "linear", folds: 5, seed});
      const trial = {...chosen, propensity};
      const plain = naiveEffect(trial);
      const effect = aipwEffect(trial, outcomes, {estimand: "ATT"});
      expect(plain.estimate - truth).toBeGreaterThan(3 * plain.se);
      expect(Math.abs(effect.estimate - truth)).toBeLessThan(3 * effect.se);
      found.push(effect.estimate - truth);
      console.log(
        `seed ${seed}: plain ${plain.estimate.toFixed(4)}, doubly robust ${effect.estimate.toFixed(4)} (SE ${effect.se.toFixed(4)}), lot ${truth.toFixed(4)}`,
      );
    }
    // The thinnings share rows, so their mean is hardly more sure than one of them.
    expect(Math.abs(found.reduce((a, b) => a + b) / found.length)).toBeLessThan(0.008);
  });
});
