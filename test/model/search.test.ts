import {expect, test} from "vitest";
import {fitBoost} from "../../src/boost/fit.ts";
import {boostMargins} from "../../src/boost/predict.ts";
import {rocAuc} from "../../src/evaluate/metrics.ts";
import {takeRows} from "../../src/features/matrix.ts";
import {DEFAULT_SETTING, type Rung, SETTINGS, searchBoost} from "../../src/model/search.ts";
import {hashUnit} from "../../src/split/sets.ts";
import {churners} from "./churners.ts";

const train = churners(3600, 1);
const tune = churners(900, 2);
const options = {auc: rocAuc, candidates: 9};
const {search, boost} = await searchBoost(train, tune, options);
const {tried, winner} = search;
const reached = (k: number) => tried.flatMap(({rungs}, i) => (rungs.length > k ? [i] : []));

test("searchBoost(train, tune) is the same for a seed, draws other settings for another, and writes to neither", async () => {
  const before = [train.x.values.slice(), train.y.slice(), tune.x.values.slice(), tune.y.slice()];
  expect(await searchBoost(train, tune, {...options, threads: 2})).toEqual({search, boost});
  expect([train.x.values, train.y, tune.x.values, tune.y]).toEqual(before);
  const other = await searchBoost(train, tune, {...options, candidates: 3, seed: 2});
  expect(other.search.tried[0]!.setting).toEqual(tried[0]!.setting);
  expect(other.search.tried[1]!.setting).not.toEqual(tried[1]!.setting);
});

test("searchBoost(train, tune) tries the default first, then settings of the documented space, each once", () => {
  expect(tried[0]!.setting).toEqual(DEFAULT_SETTING);
  expect(new Set(tried.map(({setting}) => JSON.stringify(setting))).size).toBe(9);
  for (const {setting} of tried)
    for (const [name, value] of Object.entries(setting))
      if (name !== "growth") expect(SETTINGS[name as keyof typeof SETTINGS], name).toContain(value);
});

test("searchBoost(train, tune) halves: the better third of those drawn, and the default, go on to three times the customers", () => {
  expect([0, 1, 2].map(k => reached(k).length)).toEqual([9, 4, 2]);
  for (const k of [0, 1]) {
    const auc = (i: number) => tried[i]!.rungs[k]!.tuneAuc;
    const [on, not] = [reached(k + 1).slice(1), reached(k).filter(i => !reached(k + 1).includes(i))];
    expect(Math.min(...on.map(auc))).toBeGreaterThanOrEqual(Math.max(...not.map(auc)));
  }
  expect(reached(2)[0]).toBe(0);
  const last = (i: number) => tried[i]!.rungs[2]!.tuneAuc;
  expect(last(winner)).toBe(Math.max(...reached(2).map(last)));
  const shares = tried[0]!.rungs.map(({share}) => share);
  expect(shares).toEqual([1 / 9, 1 / 3, 1]);
  // Whole customers, by the hash of their id.
  expect(tried[0]!.rungs.map(({rows}) => rows)).toEqual(
    shares.map(share => train.customers.filter(id => hashUnit(id, "search 1") < share).length),
  );
});

test("searchBoost(train, tune) gives the trees that fitBoost makes of the winner's setting, stopped early", async () => {
  const again = await fitBoost(train.x, train.y, {
    ...tried[winner]!.setting,
    ...{trees: 600, earlyStopping: 50, tune},
  });
  expect(boost).toEqual(again);
  const {trees, grown, tuneLoss, tuneAuc} = tried[winner]!.rungs[2]!;
  expect(trees).toBe(boost.trees.length);
  expect(grown).toBe(Math.min(600, trees + 50));
  expect(tuneLoss).toBe(Math.min(...boost.training.tuneLoss));
  expect(tuneAuc).toBe(rocAuc(boostMargins(boost, tune.x), tune.y));
});

test("searchBoost(train, tune) counts as work the rows and features drawn for each tree grown", () => {
  const workOf = (rung: Rung, {rowSample, columnSample}: {rowSample: number; columnSample: number}) =>
    Math.round(rung.rows * rowSample) * Math.ceil(columnSample * 4) * rung.grown;
  let sum = 0;
  for (const {setting, rungs} of tried)
    for (const rung of rungs) {
      expect(rung.work).toBe(workOf(rung, setting));
      sum += rung.work;
    }
  expect(search.work).toBe(sum);
  const full = tried.map(({rungs}) => rungs[0]!.grown).reduce((total, grown) => total + 4 * 3600 * grown, 0);
  expect(search.work).toBeLessThan(full);
});

test("searchBoost(train, tune) leaves out rungs with few rows of a class, and searches where all are one rung", async () => {
  const few = {
    x: takeRows(
      train.x,
      Array.from({length: 300}, (_, i) => i),
    ),
    y: train.y.slice(0, 300),
    customers: train.customers.slice(0, 300),
  };
  const small = await searchBoost(few, tune, {auc: rocAuc, candidates: 9});
  expect(small.search.tried.map(({rungs}) => rungs.map(({share}) => share))).toEqual(new Array(9).fill([1]));
});

test("searchBoost(train, tune, {candidates: 1}) fits the default setting once; 0 and 21 are refused", async () => {
  const one = await searchBoost(train, tune, {auc: rocAuc, candidates: 1});
  expect(one.search.tried).toHaveLength(1);
  expect(one.search.tried[0]!.rungs.map(({share}) => share)).toEqual([1]);
  const wide = await searchBoost(train, tune, {auc: rocAuc, candidates: 1, seed: 2 ** 32 + 5});
  expect(wide.boost).toEqual({...one.boost, seed: 5});
  for (const candidates of [0, 21, 2.5])
    await expect(searchBoost(train, tune, {auc: rocAuc, candidates})).rejects.toThrow(
      `searchBoost requires 1 to 20 candidates, got ${candidates}`,
    );
});

test("searchBoost(train, tune, {progress, fitted, signal}) says how far it is, and stops when told to", async () => {
  const controller = new AbortController();
  const [fits, settings]: [number[], number[]] = [[], []];
  const stopped = searchBoost(train, tune, {
    ...options,
    signal: controller.signal,
    progress: ({fit, of, tree}) => {
      expect(of).toBe(15);
      if (tree === 0) fits.push(fit);
      if (fit === 3 && tree === 5) controller.abort(new Error("enough"));
    },
    fitted: setting => settings.push(setting),
  });
  await expect(stopped).rejects.toThrow("enough");
  expect(fits).toEqual([1, 2, 3]);
  expect(settings).toEqual([0, 1]);
});
