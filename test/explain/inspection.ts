import {readFileSync} from "node:fs";
import type {Predict} from "../../src/explain/permutation.ts";
import type {Matrix} from "../../src/features/matrix.ts";

const FOLDER = new URL("../reference/sklearn_inspection/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");

type Tree = Readonly<Record<"feature" | "threshold" | "left" | "right" | "value", readonly number[]>>;
type Reference = {readonly base: number; readonly rate: number; readonly trees: readonly Tree[]};

/** Margins of the reference model. */
export const predict: Predict = ({rows, values}: Matrix): Float64Array =>
  Float64Array.from({length: rows}, (_, i) =>
    model.trees.reduce((margin, tree) => {
      let node = 0;
      for (let j = tree.feature[0]!; j >= 0; j = tree.feature[node]!) {
        const left = Math.fround(values[j * rows + i]!) <= tree.threshold[node]!;
        node = (left ? tree.left : tree.right)[node]!;
      }
      return margin + model.rate * tree.value[node]!;
    }, model.base),
  );

const model = JSON.parse(read("model.json")) as Reference & {margins_first5: readonly number[]};
export const firstMargins = model.margins_first5;

const lines = read("input.csv").trim().split("\n");
const table = lines.slice(1).map(line => line.split(",").map(Number));
const names = lines[0]!.split(",").slice(0, 4);

/** The rows of the reference, and their labels. */
export const x: Matrix = {
  names,
  rows: table.length,
  values: Float64Array.from(names.flatMap((_, j) => table.map(row => row[j]!))),
};
export const y: Uint8Array = Uint8Array.from(table, row => row[4]!);

/** What the cases expect. */
export const expected = JSON.parse(read("expected.json")) as Readonly<Record<string, {expected: never}>>;
