import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {type Random, randomOf} from "../../src/random.ts";

/** Features of a row, see {@link drawRow}. */
export const FEATURES = 30;

/** What has been written: how much, and the SHA-256 of it all. */
export type ChurnRows = {
  readonly folder: string;
  readonly rows: number;
  readonly testRows: number;
  readonly sha256: string;
};

const SEED = 20260101;
const TRAIN_STREAM = 1;
const TEST_STREAM = 2;
const EFFECT_STREAM = 3;

/** Places in a row: what is missing at times, two numbers, and the codes. */
const SOMETIMES_MISSING = [9, 14, 15, 20];
const TENURE = 18;
const CHARGE = 19;
const EVENTS = 21;
const SMALL_CODES = [3, 4, 5, 7];
const FIRST_SMALL_CODE = 22;
const SEGMENT = 26;
const REGION = 27;
const ONLINE = 28;
const SENIOR = 29;

/** Makes 10 % of the rows positive: found by bisection over 1 200 000 rows. */
const INTERCEPT = -4.494;

/**
 * Writes rows to train and to test on, single precision, little-endian: train.rows.f32 (row-major) and
 * train.columns.f32 (column-major), labels 0 or 1 in train.labels.f32, and the same of test. The first n rows are
 * the same whatever the number of rows.
 */
export function writeChurnRows(
  folder: string,
  {rows, testRows}: {rows: number; testRows: number},
): ChurnRows {
  const hash = createHash("sha256");
  const put = (name: string, content: Float32Array): void => {
    const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    hash.update(bytes);
    writeFileSync(join(folder, `${name}.f32`), bytes);
  };
  for (const [name, count, stream] of [
    ["train", rows, TRAIN_STREAM],
    ["test", testRows, TEST_STREAM],
  ] as const) {
    const {values, labels} = drawRows(count, randomOf(SEED, stream));
    put(`${name}.rows`, values);
    put(`${name}.labels`, labels);
    put(`${name}.columns`, transpose(values, count));
  }
  return {folder, rows, testRows, sha256: hash.digest("hex")};
}

/** Single-precision numbers of a whole file. */
export function readSingles(file: string): Float32Array {
  const {buffer, byteOffset, byteLength} = readFileSync(file);
  // A copy: the bytes of a small file lie anywhere in a buffer that others share.
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** @returns values row-major. */
export function drawRows(rows: number, random: Random): {values: Float32Array; labels: Float32Array} {
  const effects = effectsOf(randomOf(SEED, EFFECT_STREAM));
  const values = new Float32Array(rows * FEATURES);
  const labels = new Float32Array(rows);
  for (let i = 0; i < rows; i++)
    labels[i] = drawRow(random, effects, values.subarray(i * FEATURES, (i + 1) * FEATURES));
  return {values, labels};
}

/**
 * Draws a customer: 14 normal and 4 exponential numbers, tenure in months, monthly charge, total charges, a count,
 * four codes of 3 to 7 values, two of 50, two of 0 and 1. 15 % of four features are missing, two of these for
 * reasons that tell something. Draws as often for every row.
 * @returns the label, from a logit with interactions, thresholds and noise.
 */
function drawRow(random: Random, effects: Effects, out: Float32Array): 0 | 1 {
  for (let j = 0; j < 14; j++) out[j] = normal(random);
  for (let j = 14; j < 18; j++) out[j] = -Math.log(1 - random());
  out[TENURE] = Math.floor(random() * 73);
  out[CHARGE] = Math.round((18.25 + 100 * random()) * 100) / 100;
  out[20] = Math.round(out[TENURE]! * out[CHARGE]! * (0.9 + 0.2 * random()) * 10) / 10;
  out[EVENTS] = poisson2(random);
  for (let k = 0; k < SMALL_CODES.length; k++)
    out[FIRST_SMALL_CODE + k] = Math.floor(random() * SMALL_CODES[k]!);
  out[SEGMENT] = Math.floor(random() * 50);
  out[REGION] = Math.floor(random() * 50);
  out[ONLINE] = random() < 0.5 ? 1 : 0;
  out[SENIOR] = random() < 0.16 ? 1 : 0;
  let logit = INTERCEPT + signalOf(out, effects) + 0.8 * normal(random);
  for (let k = 0; k < SOMETIMES_MISSING.length; k++) {
    if (random() >= 0.15) continue;
    if (k === 0) logit += 0.5;
    if (k === 1 && out[ONLINE] === 1) logit -= 0.4;
    out[SOMETIMES_MISSING[k]!] = Number.NaN;
  }
  return random() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
}

/** What the features say about the logit, their missing values aside. */
function signalOf(x: Float32Array, {segment, region}: Effects): number {
  return (
    1.2 * Math.sin(1.5 * x[0]!) * x[1]! +
    (x[2]! > 0.5 ? 0.8 * x[3]! : 0) +
    0.6 * Math.abs(x[4]!) -
    0.5 * x[5]! * x[6]! +
    0.4 * Math.log1p(x[14]!) * x[7]! +
    (x[FIRST_SMALL_CODE] === 0 ? 2.7 * Math.exp(-x[TENURE]! / 12) : 0) +
    0.012 * (x[CHARGE]! - 68) +
    0.3 * x[EVENTS]! +
    segment[x[SEGMENT]!]! +
    region[x[REGION]!]! -
    (x[ONLINE] === 1 && x[FIRST_SMALL_CODE + 1] === 1 ? 0.5 : 0) +
    (x[SENIOR] === 1 && x[8]! > 0 ? 0.7 : 0)
  );
}

/** Logits of the 50 codes of segment and region. */
type Effects = {readonly segment: readonly number[]; readonly region: readonly number[]};

const effectsOf = (random: Random): Effects => ({
  segment: Array.from({length: 50}, () => 0.6 * normal(random)),
  region: Array.from({length: 50}, () => 0.4 * normal(random)),
});

/** Standard normal (Box and Muller 1958), the cosine half. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Poisson of mean 2, by inversion. */
function poisson2(random: Random): number {
  const u = random();
  let k = 0;
  let share = Math.exp(-2);
  for (let sum = share; sum < u && k < 40; sum += share) {
    k++;
    share *= 2 / k;
  }
  return k;
}

function transpose(values: Float32Array, rows: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < FEATURES; j++) out[j * rows + i] = values[i * FEATURES + j]!;
  return out;
}
