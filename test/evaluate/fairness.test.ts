import {expect, test} from "vitest";
import {chooseAlike, chooseEqualReach, chooseTop} from "../../src/evaluate/choose.ts";
import {type Groups, intersect, type Judged, judgeFairness} from "../../src/evaluate/fairness.ts";
import {randomOf} from "../../src/random.ts";
import {referenceCase} from "../model/reference.ts";

type Rates = Record<
  "n" | "base_rate" | "selection_rate" | "tpr" | "fpr" | "precision" | "mean_score",
  number
>;
const {text, column, expected, tolerance} = referenceCase<{
  pandas: {
    by_group: Record<string, Rates>;
    intersectional: Record<string, Rates>;
  };
}>("fairness_metrics");

const figure = (judged: Judged): number => ("tooFew" in judged ? Number.NaN : judged.value);

/** Groups by text, in the order of their first row. */
function groupsOf(texts: readonly string[]): Groups {
  const names = [...new Set(texts)];
  return {names, code: Int32Array.from(texts, value => names.indexOf(value))};
}

const [y, probabilities] = [column("y"), column("score")];
const ownCustomers = Int32Array.from(y, (_, i) => i);
const rows = {chosen: column("pred"), probabilities, y, customer: ownCustomers};
const gender = groupsOf(text("gender"));
const both = intersect(gender, groupsOf(text("age")));

test("judgeFairness(rows, groups) equals the definitions in pandas, and a group of 28 is not judged", () => {
  const {groups, unknown} = judgeFairness(rows, gender, {seed: 1, draws: 50});
  for (const {name, rows: n, churners, rates} of groups) {
    const {n: size, ...golden} = expected.pandas.by_group[name]!;
    expect(n).toBe(size);
    expect(churners / n).toBeCloseTo(golden.base_rate, 12);
    if (name === "X") {
      expect(Object.values(rates)).toEqual(Array(5).fill({tooFew: "28 customers"}));
      continue;
    }
    for (const [rate, value] of [
      ["selection", golden.selection_rate],
      ["truePositive", golden.tpr],
      ["falsePositive", golden.fpr],
      ["precision", golden.precision],
      ["calibration", golden.mean_score - golden.base_rate],
    ] as const)
      expect(Math.abs(figure(rates[rate]) - value)).toBeLessThan(tolerance);
  }
  expect(unknown).toBe(0);
});

test("judgeFairness(rows, intersect(a, b)) judges pairs of values", () => {
  const {groups} = judgeFairness(rows, both, {seed: 1, draws: 20});
  expect(groups).toHaveLength(9);
  let judged = 0;
  for (const {name, rows: n, rates} of groups) {
    const golden = expected.pandas.intersectional[name.replace(", ", "|")]!;
    expect(n).toBe(golden.n);
    if ("tooFew" in rates.selection) continue;
    judged += 1;
    expect(Math.abs(rates.selection.value - golden.selection_rate)).toBeLessThan(tolerance);
    const {tooFew} = rates.truePositive as {tooFew?: string};
    if (tooFew === undefined)
      expect(Math.abs(figure(rates.truePositive) - golden.tpr)).toBeLessThan(tolerance);
  }
  expect(judged).toBe(6);
});

test("judgeFairness(rows, groups) compares a group with all outside it, in the draws too", () => {
  const random = randomOf(4);
  const n = 400;
  const made = {
    chosen: Float64Array.from({length: n}, () => (random() < 0.3 ? 1 : 0)),
    probabilities: Float64Array.from({length: n}, () => random()),
    y: Uint8Array.from({length: n}, () => (random() < 0.3 ? 1 : 0)),
    customer: Int32Array.from({length: n}, (_, i) => i >> 1),
  };
  const groups: Groups = {
    names: ["a", "b", "c"],
    code: Int32Array.from({length: n}, (_, i) => [0, 1, 2, -1][(i >> 1) % 4]!),
  };
  const {groups: found, unknown} = judgeFairness(made, groups, {seed: 2, draws: 300});
  expect(unknown).toBe(100);
  const share = (of: readonly number[], where: (i: number) => boolean) => {
    const kept = [...of.keys()].filter(i => groups.code[i]! >= 0 && where(i));
    return kept.reduce((sum, i) => sum + of[i]!, 0) / kept.length;
  };
  const {ratio, rates} = found[1]!;
  const [own, others] = [
    share([...made.chosen], i => groups.code[i] === 1),
    share([...made.chosen], i => groups.code[i] !== 1),
  ];
  expect(figure(rates.selection)).toBeCloseTo(own, 12);
  expect(figure(ratio.selection)).toBeCloseTo(own / others, 12);
  const reach = (g: (i: number) => boolean) => share([...made.chosen], i => made.y[i] === 1 && g(i));
  expect(figure(ratio.truePositive)).toBeCloseTo(
    reach(i => groups.code[i] === 1) / reach(i => groups.code[i] !== 1),
    12,
  );
  for (const judged of Object.values(ratio)) {
    const {low, value, high} = judged as {low: number; value: number; high: number};
    expect(low < value && value < high).toBe(true);
  }
});

test("chooseTop(margins, fraction) chooses whole rows, ties sharing what is left", () => {
  expect([...chooseTop([3, 1, 2, 2], 0.5)]).toEqual([1, 0, 0.5, 0.5]);
  expect([...chooseTop([3, 1, 2, 2], 0.75)]).toEqual([1, 0, 1, 1]);
  expect([...chooseTop([1, 1, 1, 1], 0.1)]).toEqual([0.1, 0.1, 0.1, 0.1]);
});

test("chooseAlike(margins, groups, fraction) chooses the same share of each group, its riskiest", () => {
  const chosen = chooseAlike(probabilities, gender, 0.25);
  const {groups} = judgeFairness({...rows, chosen}, gender, {seed: 1, draws: 20});
  for (const {selected, rows: n} of groups) expect(selected).toBeCloseTo(0.25 * n, 9);
  for (let i = 0; i < y.length; i++)
    for (let j = 0; j < y.length; j++)
      if (gender.code[i] === gender.code[j] && probabilities[i]! > probabilities[j]! && chosen[j]! > 0)
        expect(chosen[i]).toBe(1);
});

test("chooseEqualReach(margins, probabilities, groups, fraction) reaches the same share of expected churners in each", () => {
  const chosen = chooseEqualReach(probabilities, probabilities, gender, 0.25);
  expect(chosen.reduce((sum, part) => sum + part, 0)).toBeCloseTo(0.25 * y.length, 6);
  const reach = gender.names.map((_, g) => {
    let [found, all] = [0, 0];
    for (let i = 0; i < y.length; i++) {
      if (gender.code[i] !== g) continue;
      found += chosen[i]! * probabilities[i]!;
      all += probabilities[i]!;
    }
    return found / all;
  });
  for (const share of reach) expect(share).toBeCloseTo(reach[0]!, 6);
  expect(reach[0]).toBeGreaterThan(0.4);
});

test("judgeFairness(rows, groups) names no group where lists are drawn at random, but rarely", () => {
  let named = 0;
  const worlds = 60;
  for (let world = 0; world < worlds; world++) {
    const random = randomOf(world, 7);
    const n = 900;
    const made = {
      chosen: Float64Array.from({length: n}, () => (random() < 0.2 ? 1 : 0)),
      probabilities: new Float64Array(n),
      y: new Uint8Array(n),
      customer: Int32Array.from({length: n}, (_, i) => i),
    };
    const code = Int32Array.from({length: n}, () => Math.floor(12 * random()));
    const names = Array.from({length: 12}, (_, g) => `g${g}`);
    const {groups} = judgeFairness(made, {names, code}, {seed: world, draws: 600});
    if (groups.some(({uneven}) => uneven !== null)) named += 1;
  }
  // Binomial(60, .05): 0 to 8 with probability .997; at 95 % for each group by itself it would be about 28.
  expect(named).toBeLessThanOrEqual(8);
});

test("judgeFairness(rows, groups) does not judge a group of which nobody could be expected on the list", () => {
  const n = 1000;
  const made = {
    chosen: Float64Array.from({length: n}, (_, i) => (i < 20 ? 1 : 0)),
    probabilities: new Float64Array(n),
    y: Uint8Array.from({length: n}, (_, i) => (i % 3 === 0 ? 1 : 0)),
    customer: Int32Array.from({length: n}, (_, i) => i),
  };
  const code = Int32Array.from({length: n}, (_, i) => (i >= 960 ? 1 : 0));
  const [, small] = judgeFairness(made, {names: ["large", "small"], code}, {seed: 1, draws: 50}).groups;
  expect(small!.rates.selection).toEqual({tooFew: "0 expected on the list"});
  expect(small!.rates.truePositive).toEqual({tooFew: "0 of 14 chosen"});
  expect(small!.uneven).toBeNull();
});

test("judgeFairness(rows, groups) refuses a group that has no name", () => {
  const code = gender.code.slice();
  code[7] = 9;
  expect(() => judgeFairness(rows, {...gender, code}, {seed: 1})).toThrow(
    "judgeFairness requires groups below 3, got 9 in row 7",
  );
});
