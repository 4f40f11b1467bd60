import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {expect, test} from "vitest";
import {boostFile} from "../../src/boost/file.ts";
import {type FitBoostOptions, fitBoost} from "../../src/boost/fit.ts";
import {trainingData} from "./training-data.ts";

const data = trainingData(20_000, {features: 11});
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const settings: {readonly [name: string]: FitBoostOptions} = {
  "growth by depth": {trees: 25},
  "growth by leaf": {trees: 25, growth: "leaf", leaves: 40},
  "deep trees of sampled rows and features": {
    trees: 10,
    depth: 11,
    rowSample: 0.6,
    columnSample: 0.7,
    nodeColumnSample: 0.7,
  },
  "weights, a constraint and tune rows": {
    ...{trees: 10, positiveWeight: 3, monotone: {x1: 1}},
    tune: trainingData(3000, {features: 11, seed: 3}),
  },
};

test.each(Object.entries(settings))(
  "with %s the model is the same on 1, 2, 4 and 7 threads",
  async (_, options) => {
    const digests: string[] = [];
    for (const threads of [1, 2, 4, 7]) {
      // The first trees are grown by one thread until the others have started.
      const slow = {progress: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)};
      const fit = await fitBoost(data.x, data.y, {
        ...options,
        ...slow,
        threads,
        categorical: data.categorical,
      });
      digests.push(digest(boostFile(fit)));
    }
    expect(digests).toEqual(new Array(4).fill(digests[0]));
  },
);

test("another process gives the same bytes", async () => {
  const here = boostFile(await fitBoost(data.x, data.y, {trees: 5, categorical: data.categorical}));
  const script = `
    import {createHash} from "node:crypto";
    import {fitBoost} from "./src/boost/fit.ts";
    import {boostFile} from "./src/boost/file.ts";
    import {trainingData} from "./test/boost/training-data.ts";
    const {x, y, categorical} = trainingData(20_000, {features: 11});
    const model = await fitBoost(x, y, {trees: 5, categorical, threads: 2});
    console.log(createHash("sha256").update(boostFile(model)).digest("hex"));`;
  const there = execFileSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
    cwd: new URL("../..", import.meta.url),
    env: {...process.env, TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8"},
    encoding: "utf8",
  });
  expect(there.trim()).toBe(digest(here));
});
