import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {gunzipSync} from "node:zlib";
import type {Matrix} from "../../src/features/matrix.ts";
import {type Random, randomOf} from "../../src/random.ts";
import type {TrainingData} from "../../src/sampling/training-data.ts";
import {takeTraining} from "../../src/sampling/training-data.ts";

const shared = process.env.CHURNBOOK_SHARED ?? join(import.meta.dirname, "../../../shared");

/** Where a data set is, or why its tests are skipped. */
export function dataFile(name: string): {file: string; missing: string | undefined} {
  const file = join(shared, "data", name);
  return {file, missing: existsSync(file) ? undefined : `there is no ${file}`};
}

/** A comma that is not within quotes. */
const COMMA = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;

/** A table without events as rows of customers of their own: text columns are categories, blanks and "?" are missing. */
export function readFlat(
  file: string,
  {label, positive, drop}: {label: string; positive: string; drop: string[]},
) {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trim();
  const [header, ...lines] = text.split(/\r?\n/);
  const columns = header!.split(",");
  const cells = lines.map(line => line.split(COMMA).map(cell => cell.trim()));
  const names = columns.filter(name => name !== label && !drop.includes(name));
  const values = new Float64Array(names.length * cells.length);
  const categories: Record<string, string[]> = {};
  names.forEach((name, j) => {
    const own = cells.map(row => row[columns.indexOf(name)]!);
    const known = own.filter(cell => cell !== "" && cell !== "?");
    const numeric = known.every(cell => Number.isFinite(Number(cell)));
    if (!numeric) categories[name] = [...new Set(known)].sort();
    own.forEach((cell, i) => {
      const missing = cell === "" || cell === "?";
      values[j * cells.length + i] = missing
        ? Number.NaN
        : numeric
          ? Number(cell)
          : categories[name]!.indexOf(cell);
    });
  });
  const x: Matrix = {names, rows: cells.length, values, categories};
  const y = Uint8Array.from(cells, row => (row[columns.indexOf(label)] === positive ? 1 : 0));
  const data: TrainingData = {x, y, customers: cells.map((_, i) => `row ${i}`)};
  return {data, text: (name: string) => cells.map(row => row[columns.indexOf(name)]!)};
}

/** Rows in two parts, the second with a share of each class. */
export function stratified(y: ArrayLike<number>, share: number, random: Random): [Int32Array, Int32Array] {
  const parts: [number[], number[]] = [[], []];
  for (const label of [0, 1]) {
    const own = Array.from(y).flatMap((v, i) => (v === label ? [i] : []));
    for (let i = own.length - 1; i > 0; i--) {
      const k = Math.floor(random() * (i + 1));
      [own[i], own[k]] = [own[k]!, own[i]!];
    }
    const cut = Math.round(own.length * (1 - share));
    parts[0].push(...own.slice(0, cut));
    parts[1].push(...own.slice(cut));
  }
  return [Int32Array.from(parts[0]), Int32Array.from(parts[1])];
}

/** Training rows, rows to stop and search by, and test rows of a shuffled split. */
export function shuffleSplit(data: TrainingData, {seed, test}: {seed: number; test: number}) {
  const random = randomOf(seed);
  const [rest, held] = stratified(data.y, test, random);
  const all = takeTraining(data, rest);
  const [train, tune] = stratified(all.y, 0.15, random);
  return {
    all,
    train: takeTraining(all, train),
    tune: takeTraining(all, tune),
    test: takeTraining(data, held),
  };
}
