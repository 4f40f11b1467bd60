import {AMOUNT_SCALE, type EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {FeatureDeclaration} from "../study.ts";
import type {Cohort} from "../target/cohort.ts";
import type {Matrix} from "./matrix.ts";
import {type History, measure} from "./measures.ts";

/** A declaration resolved against a log: which histories it reads. */
type Plan = {
  readonly declaration: FeatureDeclaration;
  /** Index of the history it measures, and of the denominator's for `ratio` and `share`. */
  readonly history: number;
  readonly against: number;
};

/** Which events make up a history: their types, and for `share` one value of one attribute. */
type Filter = {readonly types: ReadonlySet<number>; readonly codes?: Int32Array; readonly code?: number};

/**
 * Features of every cohort row from events on days before its cutoff; all windows are [t - days, t).
 * One sweep: each customer's events are rolled up to days once, and every cutoff reads prefix sums of them.
 * @returns rows in the order of the cohort, columns in the order of the declarations.
 * @throws DataError when a declaration reads an event type, attribute or value that the log does not have.
 */
export function computeFeatures(
  log: EventLog,
  cohort: Cohort,
  {features}: {features: readonly FeatureDeclaration[]},
): Matrix {
  const {plans, filters} = planFeatures(log, features);
  const {rows, cutoffs} = cohort;
  const values = new Float64Array(rows * features.length);
  const {order, starts} = rowsByCustomer(cohort, log.customers.length);
  for (let c = 0; c < log.customers.length; c++) {
    const [from, to] = [starts[c]!, starts[c + 1]!];
    if (from === to) continue;
    const histories = filters.map(filter => historyOf(log, c, filter));
    for (let k = from; k < to; k++) {
      const row = order[k]!;
      const cutoff = cutoffs[cohort.cutoff[row]!]!;
      for (let j = 0; j < plans.length; j++) {
        const plan = plans[j]!;
        values[j * rows + row] = measure(histories[plan.history]!, cutoff, {
          measure: plan.declaration.measure,
          days: plan.declaration.days,
          against: plan.against < 0 ? undefined : histories[plan.against],
        });
      }
    }
  }
  return {names: features.map(feature => feature.name), rows, values};
}

function planFeatures(log: EventLog, features: readonly FeatureDeclaration[]) {
  const filters: Filter[] = [];
  const index = new Map<string, number>();
  const use = (key: string, make: () => Filter): number => {
    const known = index.get(key);
    if (known !== undefined) return known;
    index.set(key, filters.length);
    filters.push(make());
    return filters.length - 1;
  };
  const plans = features.map((declaration): Plan => {
    const types = [declaration.of].flat();
    const ofTypes = (names: readonly string[]) =>
      use(names.join("\0"), () => ({
        types: new Set(names.map(name => typeIndex(log, name, declaration.name))),
      }));
    if (declaration.measure === "share") {
      const all = ofTypes(types);
      const part = use(`${types.join("\0")}\u0001${declaration.against}`, () => ({
        types: filters[all]!.types,
        ...attributeValue(log, declaration),
      }));
      return {declaration, history: part, against: all};
    }
    if (declaration.measure === "ratio") {
      if (declaration.against === undefined)
        throw new DataError(`feature ${declaration.name}: measure ratio requires "against", an event type`);
      return {declaration, history: ofTypes(types), against: ofTypes([declaration.against])};
    }
    return {declaration, history: ofTypes(types), against: -1};
  });
  return {plans, filters};
}

function typeIndex(log: EventLog, type: string, feature: string): number {
  const index = log.types.indexOf(type);
  if (index < 0)
    throw new DataError(
      `feature ${feature} reads events of type "${type}", which the log does not have; it has ${log.types.join(", ")}`,
    );
  return index;
}

function attributeValue(log: EventLog, {name, against = ""}: FeatureDeclaration) {
  const at = against.indexOf("=");
  const attribute = log.attributes[against.slice(0, at)];
  if (at < 0 || !attribute)
    throw new DataError(
      `feature ${name}: measure share requires "against" as attribute=value with an attribute of the log` +
        ` (${Object.keys(log.attributes).join(", ") || "it has none"}), got ${JSON.stringify(against)}`,
    );
  const code = attribute.values.indexOf(against.slice(at + 1));
  if (code < 0)
    throw new DataError(
      `feature ${name}: no event has ${against}; values are ${attribute.values.join(", ")}`,
    );
  return {codes: attribute.codes, code};
}

/** Cohort rows grouped by customer: customer c has rows order[starts[c]] … order[starts[c + 1] - 1]. */
function rowsByCustomer(cohort: Cohort, customers: number) {
  const starts = new Int32Array(customers + 1);
  for (const c of cohort.customer) starts[c + 1]! += 1;
  for (let c = 0; c < customers; c++) starts[c + 1]! += starts[c]!;
  const order = new Int32Array(cohort.rows);
  const next = starts.slice();
  for (let i = 0; i < cohort.rows; i++) order[next[cohort.customer[i]!]!++] = i;
  return {order, starts};
}

/** Rolls one customer's matching events up to distinct days with prefix sums. */
function historyOf(log: EventLog, customer: number, {types, codes, code}: Filter): History {
  const day: number[] = [];
  const [events, amounts, sum, gaps, gapSquares] = [[0], [0], [0], [0], [0]] as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  let last = -1;
  for (let i = log.offsets[customer]!; i < log.offsets[customer + 1]!; i++) {
    if (!types.has(log.type[i]!) || (codes && codes[i] !== code)) continue;
    const d = log.day[i]!;
    if (last < 0 || day[last] !== d) {
      const gap = last < 0 ? 0 : d - day[last]!;
      day.push(d);
      last += 1;
      events.push(events[last]!);
      amounts.push(amounts[last]!);
      sum.push(sum[last]!);
      gaps.push(gaps[last]! + gap);
      gapSquares.push(gapSquares[last]! + gap * gap);
    }
    events[last + 1]! += 1;
    const amount = log.amount[i]!;
    if (!Number.isNaN(amount)) {
      amounts[last + 1]! += 1;
      sum[last + 1]! += amount;
    }
  }
  return {day, events, amounts, sum, gaps, gapSquares, scale: AMOUNT_SCALE};
}
