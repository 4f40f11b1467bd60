import {byCodeUnit, type Day} from "../../data/event-log.ts";
import {type ArmShare, assignArms, bandsOf, requireShares} from "./assign.ts";

/**
 * The four groups of a targeting experiment. Inside the target group, those at highest risk, `target-treated` against
 * `target-control` says what the contact does for those whom the model picks. Outside it, `random-treated` against
 * `untouched` says the same of everybody else: only so is it known whether the model picks the right ones.
 */
export const GROUPS = ["target-treated", "target-control", "random-treated", "untouched"] as const;
export type GroupName = (typeof GROUPS)[number];

/** Name of the arm without a contact, in the target group and outside. */
export const CONTROL = "control";

/** Customers with their risk, of whom each is there once. */
export type Population = {
  readonly customers: readonly string[];
  /** Probability of churn, or anything that orders the customers, higher for more risk; finite. */
  readonly risk: Float64Array;
  /** Other traits to be even in, by name: a text a customer. */
  readonly strata?: Readonly<Record<string, readonly string[]>>;
};

/** How a targeting experiment shares out its customers. */
export type Sharing = {
  /** Any text; another one gives other groups. */
  readonly salt: string;
  /** Share of the customers, by risk from above, that are the target group, in (0, 1]; a part of a customer is none. */
  readonly target: number;
  /** Treatments with their share of the target group; what is left of 1, more than 0, is its control. */
  readonly arms: readonly ArmShare[];
  /** Share of the customers outside the target group who are treated, in [0, 1), by the same treatments. */
  readonly random: number;
  /** Bands of risk to be even in, within the target group and outside, 1 or more. */
  readonly riskBands: number;
};

/** Who gets what. One entry a customer, in the order of the population. */
export type Assignment = {
  readonly group: readonly GroupName[];
  /** A treatment, or {@link CONTROL}. */
  readonly arm: readonly string[];
  /** Name of the block whose arms are even to within one customer. */
  readonly stratum: readonly string[];
  /** Chance of the customer's arm, in (0, 1]. */
  readonly chance: Float64Array;
};

/**
 * Assigns the customers of a targeting experiment to its four groups: first the target group by risk, then the arms by
 * {@link assignArms} within blocks of risk band and strata.
 * @throws RangeError for shares that leave an arm or the control without room, or customers who repeat.
 */
export function designGroups(population: Population, sharing: Sharing): Assignment {
  const {customers, risk} = population;
  const {salt, random} = sharing;
  requireSharing("designGroups", sharing);
  for (const [name, {length}] of Object.entries({risks: risk, ...population.strata}))
    if (length !== customers.length)
      throw new RangeError(
        `designGroups requires ${customers.length} values of ${name}, one a customer, got ${length}`,
      );
  const bad = risk.findIndex(value => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(`designGroups requires finite risks, got ${risk[bad]} of ${customers[bad]}`);
  const inTarget = targetOf(population, sharing.target);
  const stratum = strataOf(population, inTarget, sharing.riskBands);
  const group = new Array<GroupName>(customers.length);
  const arm = new Array<string>(customers.length);
  const chance = new Float64Array(customers.length);
  for (const side of [1, 0]) {
    const rows = Array.from(customers.keys()).filter(i => inTarget[i] === side);
    const arms = side === 1 ? targetArms(sharing) : outsideArms(sharing);
    const names = rows.map(i => customers[i]!);
    const blocks = rows.map(i => stratum[i]!);
    const drawn =
      side === 0 && random === 0 ? new Uint8Array(rows.length) : assignArms(names, {salt, arms, blocks});
    rows.forEach((i, k) => {
      const own = arms[drawn[k]!]!;
      arm[i] = own.name;
      chance[i] = own.share;
      const treated = own.name !== CONTROL;
      group[i] = GROUPS[(side === 1 ? 0 : 2) + (treated ? 0 : 1)]!;
    });
  }
  return {group, arm, stratum, chance};
}

/** The arms of the target group, its control last. */
export const targetArms = ({arms}: Pick<Sharing, "arms">): ArmShare[] => [
  ...arms,
  {name: CONTROL, share: 1 - arms.reduce((sum, {share}) => sum + share, 0)},
];

/** The arms outside the target group, the untouched last: the treatments in the proportions of the target group. */
export function outsideArms({arms, random}: Pick<Sharing, "arms" | "random">): ArmShare[] {
  const untouched = {name: CONTROL, share: 1 - random};
  if (random === 0) return [untouched];
  const treated = arms.reduce((sum, {share}) => sum + share, 0);
  return [...arms.map(({name, share}) => ({name, share: (random * share) / treated})), untouched];
}

/** @throws RangeError, as `caller`. */
export function requireSharing(caller: string, sharing: Sharing): void {
  const {target, arms, random, riskBands} = sharing;
  if (!(target > 0 && target <= 1))
    throw new RangeError(`${caller} requires a target share in (0, 1], got ${target}`);
  if (!(random >= 0 && random < 1))
    throw new RangeError(`${caller} requires a random share in [0, 1), got ${random}`);
  if (!Number.isInteger(riskBands) || riskBands < 1)
    throw new RangeError(`${caller} requires 1 risk band or more, got ${riskBands}`);
  if (arms.some(({name}) => name === CONTROL))
    throw new RangeError(
      `${caller} requires treatments with names other than ${CONTROL}, which is what is left`,
    );
  const treated = arms.reduce((sum, {share}) => sum + share, 0);
  if (!(treated < 1 - 1e-9))
    throw new RangeError(
      `${caller} requires treatments that leave a share for the control, got ${treated} of 1`,
    );
  requireShares(caller, targetArms(sharing));
}

/** 1 for those at highest risk; of equal risk the id that sorts first by code unit, as in a list of scores. */
function targetOf({customers, risk}: Population, share: number): Uint8Array {
  const order = Array.from(customers.keys()).sort(
    (a, b) => risk[b]! - risk[a]! || byCodeUnit(customers[a]!, customers[b]!),
  );
  const inTarget = new Uint8Array(customers.length);
  for (const i of order.slice(0, Math.floor(share * customers.length + 1e-9))) inTarget[i] = 1;
  return inTarget;
}

function strataOf({customers, risk, strata = {}}: Population, inTarget: Uint8Array, bands: number): string[] {
  const stratum = new Array<string>(customers.length);
  for (const side of [1, 0]) {
    const rows = Array.from(customers.keys()).filter(i => inTarget[i] === side);
    const ids = rows.map(i => customers[i]!);
    const band = bandsOf(
      Float64Array.from(rows, i => risk[i]!),
      ids,
      bands,
    );
    rows.forEach((i, k) => {
      const traits = Object.entries(strata).map(([name, values]) => `${name}=${values[i]}`);
      stratum[i] = [side === 1 ? "target" : "rest", `risk ${band[k]! + 1} of ${bands}`, ...traits].join("; ");
    });
  }
  return stratum;
}

/** Contacts that customers had, one entry a contact. */
export type Contacts = {readonly customer: readonly string[]; readonly day: Int32Array};

/** Customers who cannot take part, and why. */
export type LeftOut = {readonly contacted: ReadonlySet<string>; readonly elsewhere: ReadonlySet<string>};

/**
 * Finds customers whom another campaign reached shortly before, or whom another experiment holds: what that did would be
 * taken for the effect of this one.
 * @param launch the day of the first contact; contacts in [launch - quietDays, launch) count, and any on or after it.
 * @param elsewhere customers of experiments that run.
 */
export function leftOut(
  customers: readonly string[],
  {
    launch,
    quietDays,
    contacts,
    elsewhere = [],
  }: {
    readonly launch: Day;
    readonly quietDays: number;
    readonly contacts?: Contacts;
    readonly elsewhere?: readonly string[];
  },
): LeftOut {
  if (!(quietDays >= 0)) throw new RangeError(`leftOut requires 0 quiet days or more, got ${quietDays}`);
  const own = new Set(customers);
  const contacted = new Set<string>();
  contacts?.customer.forEach((id, i) => {
    if (contacts.day[i]! >= launch - quietDays && own.has(id)) contacted.add(id);
  });
  return {contacted, elsewhere: new Set(elsewhere.filter(id => own.has(id)))};
}
