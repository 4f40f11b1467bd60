// Trials of which the effect of every row is known.
import {readFileSync} from "node:fs";
import {randomOf} from "../../src/random.ts";
import type {UpliftData} from "../../src/uplift/uplift-data.ts";

const GOLDEN = new URL("../reference/synthetic_observational_meta_learners/", import.meta.url);

/** 1,500 rows where the features decide who is treated; the effect of each is in `tau`. */
export function goldenWorld() {
  const lines = readFileSync(new URL("input.csv", GOLDEN), "utf8").trim().split("\n").slice(1);
  const rows = lines.map(line => line.split(",").map(Number));
  const n = rows.length;
  const column = (j: number) => Float64Array.from(rows, row => row[j]!);
  const data: UpliftData = {
    x: {
      names: ["z1", "z2", "z3"],
      rows: n,
      values: Float64Array.from([0, 1, 2].flatMap(j => [...column(j)])),
    },
    trial: {
      outcome: column(4),
      treated: Uint8Array.from(column(3)),
      propensity: new Float64Array(n).fill(0.5),
      customer: Int32Array.from(rows.keys()),
    },
    ids: rows.map((_, i) => `c${i}`),
  };
  const {expected} = JSON.parse(readFileSync(new URL("expected.json", GOLDEN), "utf8")) as {
    expected: {
      ps_first10: number[];
      cate_first10: Record<string, number[]>;
      coef: Record<"DR" | "R" | "TO", number[]>;
      pehe: Record<string, number>;
      aipw: number;
    };
  };
  return {data, tau: column(5), expected};
}

/** A randomised trial: kept with probability .5 + .1 a + (t - .5) effect, effect .1 + .15 sign(b); some a are missing. */
export function randomWorld({rows, seed}: {rows: number; seed: number}): {
  data: UpliftData;
  tau: Float64Array;
} {
  const random = randomOf(seed);
  const tau = new Float64Array(rows);
  const values = new Float64Array(3 * rows);
  const outcome = new Float64Array(rows);
  const treated = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const [a, b] = [2 * random() - 1, 2 * random() - 1];
    tau[i] = 0.1 + 0.15 * Math.sign(b);
    treated[i] = random() < 0.5 ? 1 : 0;
    outcome[i] = random() < 0.5 + 0.1 * a + (treated[i]! - 0.5) * tau[i]! ? 1 : 0;
    values.set([random() < 0.1 ? Number.NaN : a], i);
    values.set([b], rows + i);
    values.set([Math.floor(3 * random())], 2 * rows + i);
  }
  return {
    tau,
    data: {
      x: {names: ["a", "b", "channel"], rows, values, categories: {channel: ["mail", "shop", "web"]}},
      trial: {
        ...{outcome, treated},
        propensity: new Float64Array(rows).fill(0.5),
        // Two rows a customer.
        customer: Int32Array.from(outcome, (_, i) => Math.floor(i / 2)),
      },
      ids: Array.from({length: Math.ceil(rows / 2)}, (_, c) => `c${c}`),
    },
  };
}

export const pehe = (uplift: ArrayLike<number>, tau: Float64Array): number =>
  Math.sqrt(tau.reduce((sum, t, i) => sum + (uplift[i]! - t) ** 2, 0) / tau.length);

/** Root of the mean squared error of the best constant. */
export function constantPehe(tau: Float64Array): number {
  const mean = tau.reduce((a, b) => a + b, 0) / tau.length;
  return pehe(new Float64Array(tau.length).fill(mean), tau);
}
