import {byCodeUnit} from "../../data/event-log.ts";
import type {Matrix} from "../../features/matrix.ts";
import {type Assignment, CONTROL, type GroupName} from "./design.ts";
import type {TwoArms} from "./effect.ts";
import type {Plan} from "./plan.ts";

/** Who was assigned to what, one entry a customer. */
export type AssignedCustomers = Assignment & {readonly customer: readonly string[]};

/** What came of it, one entry a customer, in no order. Customers without an entry have no known outcome. */
export type Outcomes = {
  readonly customer: readonly string[];
  /** 0 or 1, or an amount; NaN where it is not known yet. */
  readonly outcome: Float64Array;
  /** The plan's covariates, guardrails and compliance by name; NaN is missing. */
  readonly columns?: Readonly<Record<string, Float64Array>>;
  /** The plan's segments by name: a text a customer. */
  readonly segments?: Readonly<Record<string, readonly string[]>>;
};

/** Assigned customers with what is known of them, in the order of their ids. */
export type ReadRows = AssignedCustomers &
  Required<Omit<Outcomes, "customer">> & {
    /** Rows of the outcomes whose customer is not assigned. */
    readonly strangers: number;
  };

/** Inside the target group or outside it. */
export type Where = "target" | "outside";

/** Group of the customers of an arm on one side. */
export const groupOf = (where: Where, arm: string): GroupName =>
  where === "target"
    ? arm === CONTROL
      ? "target-control"
      : "target-treated"
    : arm === CONTROL
      ? "untouched"
      : "random-treated";

export const whereOf = (group: GroupName): Where => (group.startsWith("target") ? "target" : "outside");

/**
 * Joins outcomes to assigned customers. Numbers of a customer without an entry are NaN, and texts "".
 * @throws RangeError for a customer twice, a column of the plan that is not there, or values out of range.
 */
export function joinOutcomes(plan: Plan, assignment: AssignedCustomers, outcomes: Outcomes): ReadRows {
  if (assignment.customer.length === 0)
    throw new RangeError("readOut requires an assigned customer, got none");
  requireOnce("assignment", assignment.customer);
  requireOnce("outcomes", outcomes.customer);
  const {columns = {}, segments = {}} = outcomes;
  const needed = [...plan.covariates, ...plan.guardrails.map(({name}) => name), ...complianceOf(plan)];
  requireColumns(needed, columns, outcomes.customer.length);
  requireColumns(plan.segments, segments, outcomes.customer.length);
  for (const [name, values] of Object.entries({[plan.metric.name]: outcomes.outcome, ...columns}))
    requireNumbers(name, values, outcomes.customer);
  if (plan.metric.kind === "proportion") requireShares(plan.metric.name, outcomes.outcome, outcomes.customer);
  for (const name of complianceOf(plan)) requireShares(name, columns[name]!, outcomes.customer);
  const order = Array.from(assignment.customer.keys()).sort((a, b) =>
    byCodeUnit(assignment.customer[a]!, assignment.customer[b]!),
  );
  const rowOf = new Map(outcomes.customer.map((id, i) => [id, i]));
  const own = order.map(i => rowOf.get(assignment.customer[i]!) ?? -1);
  const joined = (values: Float64Array) => Float64Array.from(own, i => (i < 0 ? Number.NaN : values[i]!));
  return {
    customer: order.map(i => assignment.customer[i]!),
    group: order.map(i => assignment.group[i]!),
    arm: order.map(i => assignment.arm[i]!),
    stratum: order.map(i => assignment.stratum[i]!),
    chance: Float64Array.from(order, i => assignment.chance[i]!),
    outcome: joined(outcomes.outcome),
    columns: Object.fromEntries([...new Set(needed)].map(name => [name, joined(columns[name]!)])),
    segments: Object.fromEntries(
      plan.segments.map(name => [name, own.map(i => (i < 0 ? "" : segments[name]![i]!))]),
    ),
    strangers: outcomes.customer.length - own.filter(i => i >= 0).length,
  };
}

const complianceOf = ({compliance}: Plan): string[] => (compliance === null ? [] : [compliance]);

function requireOnce(what: string, customers: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of customers) {
    if (seen.has(id))
      throw new RangeError(`readOut requires each customer of the ${what} once, got ${id} twice`);
    seen.add(id);
  }
}

function requireColumns(
  names: readonly string[],
  columns: Readonly<Record<string, {readonly length: number}>>,
  rows: number,
): void {
  for (const name of names)
    if (columns[name]?.length !== rows)
      throw new RangeError(
        `readOut requires ${rows} entries of ${name}, a column of the plan, got ${columns[name]?.length ?? 0}`,
      );
}

function requireNumbers(name: string, values: Float64Array, customers: readonly string[]): void {
  const bad = values.findIndex(value => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (bad >= 0)
    throw new RangeError(`readOut requires finite ${name}, got ${values[bad]} of ${customers[bad]}`);
}

function requireShares(name: string, values: Float64Array, customers: readonly string[]): void {
  const bad = values.findIndex(value => value !== 0 && value !== 1 && !Number.isNaN(value));
  if (bad >= 0)
    throw new RangeError(`readOut requires ${name} to be 0 or 1, got ${values[bad]} of ${customers[bad]}`);
}

/** Rows of a treatment and the control on one side whose value is known, as two arms of it. */
export type ReadArms = TwoArms & {
  /** Indices of the rows. */
  readonly rows: readonly number[];
};

/** @param values one a row, the outcome where absent; rows where it is NaN are left out. */
export function armsOf(
  read: ReadRows,
  {treatment, where}: {readonly treatment: string; readonly where: Where},
  values: Float64Array = read.outcome,
): ReadArms {
  const rows = Array.from(read.customer.keys()).filter(
    i =>
      whereOf(read.group[i]!) === where &&
      (read.arm[i] === treatment || read.arm[i] === CONTROL) &&
      !Number.isNaN(values[i]!),
  );
  return {
    rows,
    outcome: Float64Array.from(rows, i => values[i]!),
    treated: Uint8Array.from(rows, i => (read.arm[i] === treatment ? 1 : 0)),
    customer: Int32Array.from(rows),
  };
}

/** Customers of the smaller of two arms. */
export function fewest({treated}: Pick<ReadArms, "treated">): number {
  const ones = treated.reduce((sum, one) => sum + one, 0);
  return Math.min(ones, treated.length - ones);
}

/** The named columns of some rows, in order. */
export function columnsOf(read: ReadRows, names: readonly string[], rows: readonly number[]): Matrix {
  const values = new Float64Array(names.length * rows.length);
  names.forEach((name, j) => {
    rows.forEach((row, i) => {
      values[j * rows.length + i] = read.columns[name]![row]!;
    });
  });
  return {names, rows: rows.length, values};
}
