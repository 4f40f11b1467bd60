import {describe, expect, it} from "vitest";
import {randomOf} from "../../src/random.ts";
import {assignArms, bandsOf} from "../../src/uplift/experiment/assign.ts";
import {CONTROL, designGroups, leftOut, type Sharing} from "../../src/uplift/experiment/design.ts";
import {kolmogorovAbove, nullCheck} from "../../src/uplift/experiment/null-check.ts";

const ids = Array.from({length: 1000}, (_, i) => `C${i}`);
const halves = [
  {name: "treated", share: 0.5},
  {name: "control", share: 0.5},
];
const counted = (codes: ArrayLike<number>, arm: number): number =>
  Array.from(codes).filter(code => code === arm).length;

describe("assignArms(customers, {salt, arms, blocks})", () => {
  it("is the same whatever the order of the customers, and another with another salt", () => {
    const one = assignArms(ids, {salt: "a", arms: halves});
    const back = assignArms(ids.toReversed(), {salt: "a", arms: halves});
    expect([...back].toReversed()).toEqual([...one]);
    const other = assignArms(ids, {salt: "b", arms: halves});
    const same = one.filter((arm, i) => arm === other[i]).length;
    expect(Math.abs(same - 500)).toBeLessThan(60);
  });

  it("gives each arm its share of every block, to within one customer", () => {
    const arms = [
      {name: "mail", share: 0.3},
      {name: "call", share: 0.2},
      {name: "control", share: 0.5},
    ];
    const random = randomOf(2);
    const blocks = ids.map(() => `block ${Math.floor(9 * random() ** 2)}`);
    const assigned = assignArms(ids, {salt: "x", arms, blocks});
    for (const block of new Set(blocks)) {
      const own = assigned.filter((_, i) => blocks[i] === block);
      arms.forEach(({share}, arm) => {
        expect(Math.abs(counted(own, arm) - share * own.length)).toBeLessThanOrEqual(1 + 1e-9);
      });
    }
  });

  it("gives every customer the planned chance over 1 000 salts, in blocks of one and three too", () => {
    const few = ids.slice(0, 40);
    const blocks = few.map((_, i) => (i < 4 ? `alone ${i}` : `three ${Math.floor(i / 3)}`));
    const arms = [
      {name: "treated", share: 0.3},
      {name: "control", share: 0.7},
    ];
    const treated = new Float64Array(few.length);
    for (let s = 0; s < 1000; s++)
      assignArms(few, {salt: `salt ${s}`, arms, blocks}).forEach((arm, i) => {
        treated[i]! += arm === 0 ? 1 : 0;
      });
    const error = Math.sqrt(0.21 / 1000);
    for (const n of treated) expect(Math.abs(n / 1000 - 0.3)).toBeLessThan(4 * error);
    const mean = treated.reduce((a, b) => a + b, 0) / 1000 / few.length;
    expect(Math.abs(mean - 0.3)).toBeLessThan(0.005);
  });

  it("refuses shares that do not add up, and an id twice", () => {
    expect(() => assignArms(ids, {salt: "a", arms: [halves[0]!, {name: "c", share: 0.4}]})).toThrow(
      "shares that add up to 1, got 0.9",
    );
    expect(() => assignArms(["a", "a"], {salt: "a", arms: halves})).toThrow("each customer once");
  });
});

describe("bandsOf(values, ids, bands)", () => {
  it("cuts as evenly as can be, ties by id whatever the order", () => {
    expect([...bandsOf([5, 1, 1, 9, 1], ["e", "b", "c", "d", "a"], 2)]).toEqual([1, 0, 0, 1, 0]);
    expect([...bandsOf([1, 1, 1, 1], ["d", "c", "b", "a"], 2)]).toEqual([1, 1, 0, 0]);
  });
});

describe("designGroups(population, sharing)", () => {
  const random = randomOf(3);
  const population = {
    customers: ids,
    risk: Float64Array.from(ids, () => random()),
    strata: {channel: ids.map((_, i) => (i % 3 === 0 ? "web" : "store"))},
  };
  const sharing: Sharing = {
    ...{salt: "launch", target: 0.2, arms: [{name: "call", share: 0.5}], random: 0.1, riskBands: 4},
  };
  const found = designGroups(population, sharing);

  it("makes the riskiest the target group, halves it, and treats a tenth of the others", () => {
    const riskiest = new Set(
      [...ids.keys()].sort((a, b) => population.risk[b]! - population.risk[a]!).slice(0, 200),
    );
    const count = {"target-treated": 0, "target-control": 0, "random-treated": 0, untouched: 0};
    found.group.forEach((group, i) => {
      count[group] += 1;
      expect(group.startsWith("target")).toBe(riskiest.has(i));
      expect(found.arm[i] === CONTROL).toBe(group === "target-control" || group === "untouched");
      expect(found.chance[i]).toBeCloseTo(
        {"target-treated": 0.5, "target-control": 0.5, "random-treated": 0.1, untouched: 0.9}[group],
        12,
      );
    });
    // Eight blocks in each half, each to within one.
    expect(Math.abs(count["target-treated"] - 100)).toBeLessThanOrEqual(8);
    expect(Math.abs(count["random-treated"] - 80)).toBeLessThanOrEqual(8);
  });

  it("is even in risk band and strata, and does not hang on the order of the rows", () => {
    for (const stratum of new Set(found.stratum)) {
      const own = found.arm.filter((_, i) => found.stratum[i] === stratum);
      const share = stratum.startsWith("target") ? 0.5 : 0.1;
      expect(Math.abs(own.filter(arm => arm === "call").length - share * own.length)).toBeLessThanOrEqual(1);
    }
    const order = ids.map((_, i) => i).toReversed();
    const back = designGroups(
      {
        customers: order.map(i => ids[i]!),
        risk: Float64Array.from(order, i => population.risk[i]!),
        strata: {channel: order.map(i => population.strata.channel[i]!)},
      },
      sharing,
    );
    expect(order.map(i => found.arm[i])).toEqual(back.arm);
    expect(order.map(i => found.stratum[i])).toEqual(back.stratum);
  });

  it("refuses shares that leave no control, and risks that are not finite", () => {
    const all = {...sharing, arms: [{name: "call", share: 1}]};
    expect(() => designGroups(population, all)).toThrow("leave a share for the control, got 1 of 1");
    const named = {...sharing, arms: [{name: "control", share: 0.5}]};
    expect(() => designGroups(population, named)).toThrow("names other than control");
    const bad = {...population, risk: population.risk.with(7, Number.NaN)};
    expect(() => designGroups(bad, sharing)).toThrow("finite risks, got NaN of C7");
    const short = {...population, risk: new Float64Array(0)};
    expect(() => designGroups(short, sharing)).toThrow(/values of risks, one a customer, got 0/);
    expect(() => designGroups({...population, strata: {channel: ["web"]}}, sharing)).toThrow(
      /values of channel, one a customer, got 1/,
    );
  });
});

describe("leftOut(customers, {launch, quietDays})", () => {
  it("finds who was contacted from the first quiet day on, and who is in another experiment", () => {
    const contacts = {customer: ["C1", "C2", "C3", "other"], day: Int32Array.of(69, 70, 105, 99)};
    const {contacted, elsewhere} = leftOut(ids, {
      launch: 100,
      quietDays: 30,
      contacts,
      elsewhere: ["C4", "X"],
    });
    expect([...contacted]).toEqual(["C2", "C3"]);
    expect([...elsewhere]).toEqual(["C4"]);
  });
});

describe("nullCheck(customers, metric)", () => {
  const random = randomOf(6);
  const metric = Float64Array.from(ids, () => random());

  it("claims differences in about 5 % of the salts, p being uniform", () => {
    const found = nullCheck(ids, metric, {salt: "a", salts: 400});
    expect(found.claims).toBeGreaterThan(0.02);
    expect(found.claims).toBeLessThan(0.08);
    expect(found.distanceP).toBeGreaterThan(0.01);
    expect([found.tooMany, found.tooFew]).toEqual([false, false]);
  });

  it("says that the plain test is cautious where the strata explain the metric", () => {
    const blocks = Array.from(metric, value => `tenth ${Math.floor(10 * value)}`);
    expect(nullCheck(ids, metric, {salt: "a", salts: 400, blocks}).tooFew).toBe(true);
  });

  it("knows Kolmogorov's distribution", () => {
    // 5 % lie above 1.358, 1 % above 1.628 (Smirnov 1948).
    expect(kolmogorovAbove(1.3581)).toBeCloseTo(0.05, 4);
    expect(kolmogorovAbove(1.6276)).toBeCloseTo(0.01, 4);
    expect(kolmogorovAbove(0.1)).toBe(1);
  });
});
