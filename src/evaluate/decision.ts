import {type ModelKind, titleOf} from "../model/model.ts";
import {CROSS_CHECK, type Study, type Triangular} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import {clustersOf, percentileInterval} from "./bootstrap.ts";
import {type Competition, type Ranked, rankedOf} from "./compete.ts";
import {type Empc, empc} from "./empc.ts";
import {
  type CampaignDraws,
  type Choice,
  drawCampaigns,
  type Economics,
  meanOf,
  type ScoredRows,
  triangularAt,
} from "./profit.ts";
import {quantileOf} from "./quantile.ts";

/** An amount of money in the study's currency, and where it lies with probability {@link LEVEL}. */
export type Money = {readonly value: number; readonly low: number; readonly high: number};

export const LEVEL = 0.9;

/** How many to contact, from the calibrate rows, and what that is worth on the test rows. */
export type Optimum = {
  /** Share with the highest expected value, of {@link GRID}; of equals the smallest; 0 where nothing pays. */
  readonly fraction: number;
  /** Where that share lies in draws of the customers and the economics. */
  readonly low: number;
  readonly high: number;
  /** Shares of which the expected value is within a twentieth of the highest. */
  readonly near: {readonly from: number; readonly to: number};
  /** On the test rows, which took no part in the choice. */
  readonly value: Money;
  /** What it is worth there above the study's capacity, on the same draws. */
  readonly aboveCapacity: Money;
};

/** An assumption moved to both ends of its {@link LEVEL} interval, the others at their means. */
export type Sensitivity = {
  readonly assumption: "contactCost" | "offerCost" | "customerValue" | "offerWorks" | "customers";
  readonly ends: readonly {
    /** Of the assumption; absent for the draw of the customers. */
    readonly at?: number;
    /** Share to contact, and its expected value, on the calibrate rows. */
    readonly fraction: number;
    readonly value: number;
  }[];
};

/** What the chosen model earns above another way to choose, on the same draws of the test rows. */
export type ProfitGain = Money & {
  readonly over: "random" | "champion" | ModelKind;
  readonly title: string;
  /** Share contacted by either: the study's capacity, or for each its own optimum from the calibrate rows. */
  readonly at: "capacity" | "optimum";
  readonly fraction: number;
  readonly otherFraction: number;
  /** Share of the draws in which the chosen model earns more; ties count half. */
  readonly ahead: number;
};

export type Decision = {
  readonly capacity: number;
  readonly customers: number;
  readonly optimum: Optimum;
  /** What the chosen model earns at capacity, on the test rows. */
  readonly atCapacity: Money;
  /** Widest range of the share to contact first. */
  readonly sensitivities: readonly Sensitivity[];
  readonly gains: readonly ProfitGain[];
  /** The ranking of each candidate by the published measure, on the test rows. */
  readonly empc: readonly (Empc & {readonly kind: ModelKind; readonly title: string})[];
  readonly draws: number;
};

/** A way to choose whom to contact, in draws of the rows that set its share and of those that value it. */
export type Rival = Pick<ProfitGain, "over" | "title"> & {
  readonly choice: Choice;
  readonly learned: CampaignDraws;
  readonly judged: CampaignDraws;
};

/** Shares contacted among which the best is looked for: whole percents. */
export const GRID: readonly number[] = Array.from({length: 101}, (_, i) => i / 100);

/** {@link GRID} with a share of the study's own among them, rising. */
export const sharesWith = (capacity: number): number[] =>
  [...new Set([...GRID, capacity])].sort((a, b) => a - b);

/**
 * How many to contact, what that rests on, and whether a model is needed for it. Shares are chosen on the calibrate
 * rows and valued on the test rows: the best of many shares looks better than it is on the rows that chose it.
 * @param customers size of the cohort that values are scaled to.
 */
export function judgeDecision(
  competition: Competition,
  {
    cohort,
    labels,
    study,
    customers,
    draws = 2000,
  }: {
    readonly cohort: Cohort;
    readonly labels: Int8Array;
    readonly study: Study;
    readonly customers: number;
    readonly draws?: number;
  },
): Decision {
  const {candidates, chosen} = competition;
  const {economics, seed} = study;
  const rowsFor = (candidate: number, role: "calibrate" | "test"): ScoredRows =>
    scoredRows(rankedOf(competition, {cohort, labels, candidate, roles: [role]}));
  const options = {seed, draws, customers};
  const grid = sharesWith(economics.capacity);
  const drawsFor = (candidate: number, role: "calibrate" | "test") =>
    drawCampaigns(rowsFor(candidate, role), economics, grid, options);
  const learned = drawsFor(chosen, "calibrate");
  const judged = drawsFor(chosen, "test");
  const best = bestOf(learned, "model");
  const others = candidates.flatMap(({kind}, k) =>
    k === chosen || kind === CROSS_CHECK || kind === "dummy" ? [] : [k],
  );
  const atCapacity = grid.indexOf(economics.capacity);
  const rivals = [
    ...others.map((k): Rival => {
      const {kind} = candidates[k]!;
      const draws = {learned: drawsFor(k, "calibrate"), judged: drawsFor(k, "test")};
      return {over: kind, title: titleOf(kind), choice: "model", ...draws};
    }),
    {over: "random", title: "Choosing at random", choice: "random", learned, judged} as const,
  ];
  const gains = rivals.flatMap(rival => profitGains({learned, judged}, rival, economics));
  return {
    capacity: economics.capacity,
    customers,
    optimum: {
      fraction: grid[best]!,
      ...intervalOf(Float64Array.from({length: draws}, (_, d) => grid[bestInDraw(learned, d)]!)),
      near: nearOf(learned, best),
      value: moneyOf(judged, best, "model"),
      aboveCapacity: between(
        {drawn: judged, f: best, choice: "model"},
        {drawn: judged, f: atCapacity, choice: "model"},
      ).money,
    },
    atCapacity: moneyOf(judged, atCapacity, "model"),
    sensitivities: sensitivitiesOf(rowsFor(chosen, "calibrate"), economics, grid, options),
    gains,
    empc: candidates.map(({kind}, k) => {
      const {margins, y} = rowsFor(k, "test");
      return {kind, title: titleOf(kind), ...empc(margins, y)};
    }),
    draws,
  };
}

/**
 * What a model earns above another way to choose, both at capacity and each at its own best share.
 * @param rival drawn on the same rows by the same seed, so that the difference is paired.
 */
export function profitGains(
  model: Pick<Rival, "learned" | "judged">,
  {over, title, choice, learned, judged}: Rival,
  {capacity}: Pick<Economics, "capacity">,
): ProfitGain[] {
  const grid = judged.fractions;
  const gain = (at: ProfitGain["at"], f: number, g: number): ProfitGain => ({
    ...{over, title, at, fraction: grid[f]!, otherFraction: grid[g]!},
    ...gainOf({drawn: model.judged, f, choice: "model"}, {drawn: judged, f: g, choice}),
  });
  const atCapacity = grid.indexOf(capacity);
  return [
    gain("capacity", atCapacity, atCapacity),
    gain("optimum", bestOf(model.learned, "model"), bestOf(learned, choice)),
  ];
}

export const scoredRows = ({margins, y, customer}: Ranked): ScoredRows => ({
  margins,
  y,
  clusters: clustersOf(customer),
});

/** Index of the fraction with the highest expected value; of equals the smallest. */
function bestOf({fractions, sure}: CampaignDraws, choice: Choice): number {
  let best = 0;
  for (let f = 1; f < fractions.length; f++) if (sure.value(f, choice) > sure.value(best, choice)) best = f;
  return best;
}

function bestInDraw(drawn: CampaignDraws, d: number): number {
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (let f = 0; f < drawn.fractions.length; f++) {
    const value = drawn.value(d, f, "model");
    if (value > most) [best, most] = [f, value];
  }
  return best;
}

function nearOf({fractions, sure}: CampaignDraws, best: number): Optimum["near"] {
  const enough = 0.95 * sure.value(best, "model");
  const near = (f: number): boolean => sure.value(f, "model") >= enough;
  let [from, to] = [best, best];
  while (from > 0 && near(from - 1)) from -= 1;
  while (to < fractions.length - 1 && near(to + 1)) to += 1;
  return {from: fractions[from]!, to: fractions[to]!};
}

const intervalOf = (values: Float64Array) => percentileInterval(values, LEVEL);

const valuesAt = (drawn: CampaignDraws, f: number, choice: Choice): Float64Array =>
  Float64Array.from({length: drawn.draws}, (_, d) => drawn.value(d, f, choice));

const moneyOf = (drawn: CampaignDraws, f: number, choice: Choice): Money => ({
  value: drawn.sure.value(f, choice),
  ...intervalOf(valuesAt(drawn, f, choice)),
});

type Way = {readonly drawn: CampaignDraws; readonly f: number; readonly choice: Choice};

/** What one way earns above another, on the same draws. */
function between(one: Way, other: Way): {readonly money: Money; readonly draws: Float64Array} {
  const theirs = valuesAt(other.drawn, other.f, other.choice);
  const draws = valuesAt(one.drawn, one.f, one.choice).map((value, d) => value - theirs[d]!);
  const value = one.drawn.sure.value(one.f, one.choice) - other.drawn.sure.value(other.f, other.choice);
  return {money: {value, ...intervalOf(draws)}, draws};
}

function gainOf(one: Way, other: Way): Money & {readonly ahead: number} {
  const {money, draws} = between(one, other);
  let ahead = 0;
  for (const value of draws) ahead += value > 0 ? 1 : value === 0 ? 0.5 : 0;
  return {...money, ahead: ahead / draws.length};
}

const ASSUMPTIONS = ["contactCost", "offerCost", "customerValue", "offerWorks"] as const;

/** Every assumption that is spread out, and the draw of the customers. */
function sensitivitiesOf(
  rows: ScoredRows,
  economics: Economics,
  grid: readonly number[],
  {seed, draws, customers}: {readonly seed: number; readonly draws: number; readonly customers: number},
): Sensitivity[] {
  const atMeans: Economics = {...economics, ...fixedAt(economics)};
  const once = {seed, draws: 1, customers};
  const found = ASSUMPTIONS.flatMap((assumption): Sensitivity[] => {
    const figure = economics[assumption];
    if (typeof figure === "number" || figure.low === figure.high) return [];
    const ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2].map(u => {
      const at = triangularAt(figure, u);
      const moved = drawCampaigns(rows, {...atMeans, [assumption]: sureOf(at)}, grid, once);
      const best = bestOf(moved, "model");
      return {at, fraction: grid[best]!, value: moved.sure.value(best, "model")};
    });
    return [{assumption, ends}];
  });
  const drawn = drawCampaigns(rows, atMeans, grid, {seed, draws, customers});
  const best = Array.from({length: draws}, (_, d) => bestInDraw(drawn, d));
  const [fractions, values] = [
    Float64Array.from(best, f => grid[f]!).sort(),
    Float64Array.from(best, (f, d) => drawn.value(d, f, "model")).sort(),
  ];
  const ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2].map(u => ({
    fraction: quantileOf(fractions, u),
    value: quantileOf(values, u),
  }));
  const width = ({ends}: Sensitivity): number => Math.abs(ends[1]!.fraction - ends[0]!.fraction);
  return [...found, {assumption: "customers" as const, ends}].sort((a, b) => width(b) - width(a));
}

const sureOf = (value: number): Triangular => ({low: value, mode: value, high: value});

const fixedAt = (economics: Economics) =>
  Object.fromEntries(ASSUMPTIONS.map(name => [name, sureOf(meanOf(economics[name]))])) as Record<
    (typeof ASSUMPTIONS)[number],
    Triangular
  >;
