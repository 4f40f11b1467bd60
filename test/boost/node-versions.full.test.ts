import {execFileSync} from "node:child_process";
import process from "node:process";
import {expect, test} from "vitest";

const other = process.env.CHURNBOOK_OTHER_NODE;
if (!other)
  console.warn("The test on another Node is skipped: CHURNBOOK_OTHER_NODE names no Node other than this one");

// Trains, reads the file back, predicts, explains: all that the programs in WebAssembly do.
const script = `
  import {createHash} from "node:crypto";
  import {boostFile, readBoostFile} from "./src/boost/file.ts";
  import {fitBoost} from "./src/boost/fit.ts";
  import {boostMargins} from "./src/boost/predict.ts";
  import {boostShap} from "./src/boost/shap.ts";
  import {trainingData} from "./test/boost/training-data.ts";
  const {x, y, categorical} = trainingData(20_000, {features: 11});
  const tune = trainingData(3000, {features: 11, seed: 3});
  const digests = [];
  for (const options of [
    {trees: 30, threads: 1},
    {trees: 30, threads: 2},
    {trees: 20, growth: "leaf", leaves: 40, rowSample: 0.6, nodeColumnSample: 0.7, tune},
    {trees: 10, objective: "squared", monotone: {x1: 1}, l1: 0.5},
  ]) {
    const file = boostFile(await fitBoost(x, y, {...options, categorical}));
    const model = readBoostFile(file);
    const hash = createHash("sha256").update(file).update(boostMargins(model, x)).update(boostShap(model, tune.x).values);
    digests.push(hash.digest("hex"));
  }
  console.log(JSON.stringify([process.versions.node, ...digests]));`;

const run = (node: string): readonly string[] =>
  JSON.parse(
    execFileSync(node, ["--input-type=module-typescript", "-e", script], {
      cwd: new URL("../..", import.meta.url),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as string[];

test.skipIf(!other)(
  "another version of Node gives the same models, margins and Shapley values, to the bit",
  () => {
    const [version, ...digests] = run(process.execPath);
    const [otherVersion, ...otherDigests] = run(other!);
    expect(otherVersion).not.toBe(version);
    expect(otherDigests).toEqual(digests);
  },
);
