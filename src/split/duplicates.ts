import {createHash} from "node:crypto";
import type {EventLog} from "../data/event-log.ts";
import {counted, percent} from "../figures.ts";
import type {AuditFinding} from "./finding.ts";
import type {Split} from "./rows.ts";
import {SETS} from "./sets.ts";

/** Events that two histories must share, those of a fixed rhythm not counted, before they are those of one person. */
const ENOUGH = 5;
/** Share of the test customers with a twin among the others, from which on it is an error. */
const TOO_MANY = 0.01;

/** Customers with one and the same history, ascending indices into the log's customers. */
export type Twins = readonly number[];

/**
 * Groups of customers whose events agree in day, type and amount, all of them: at least five that no rhythm foretells.
 * An event that follows the last of its type as that followed the one before, or after a calendar month, with the
 * same amount, is foretold, since members who join on one day renew alike.
 */
export function findTwins(log: EventLog): Twins[] {
  const byHistory = new Map<string, number[]>();
  for (let c = 0; c < log.customers.length; c++) {
    const history = historyOf(log, c);
    if (unforetold(history) < ENOUGH) continue;
    const key = createHash("md5").update(history).digest("base64");
    const twins = byHistory.get(key);
    if (twins) twins.push(c);
    else byHistory.set(key, [c]);
  }
  return [...byHistory.values()].filter(twins => twins.length > 1);
}

/** Day, type and amount of each event in turn, in an order of its own where day and type agree; no amount is Infinity. */
function historyOf({offsets, day, type, amount}: EventLog, c: number): Float64Array {
  const [from, to] = [offsets[c]!, offsets[c + 1]!];
  const order = Array.from({length: to - from}, (_, k) => from + k);
  const money = (i: number) => (Number.isNaN(amount[i]) ? Number.POSITIVE_INFINITY : amount[i]!);
  order.sort((a, b) => day[a]! - day[b]! || type[a]! - type[b]! || (money(a) < money(b) ? -1 : 1));
  return Float64Array.from(order.flatMap(i => [day[i]!, type[i]!, money(i)]));
}

function unforetold(history: Float64Array): number {
  const last = new Map<number, {day: number; gap: number; amount: number}>();
  let n = 0;
  for (let k = 0; k < history.length; k += 3) {
    const [day, type, amount] = [history[k]!, history[k + 1]!, history[k + 2]!];
    const before = last.get(type);
    const gap = before ? day - before.day : 0;
    const monthly = gap >= 28 && gap <= 31;
    if (!before || amount !== before.amount || (gap !== before.gap && !monthly)) n += 1;
    last.set(type, {day, gap, amount});
  }
  return n;
}

/** Whether people are in the log under two ids, and so perhaps in two sets; customers without a part take none. */
export function checkTwins(log: EventLog, split: Split, customer: Int32Array): AuditFinding {
  const takesPart = new Uint8Array(log.customers.length);
  for (let i = 0; i < customer.length; i++) if (split.role[i] !== 0) takesPart[customer[i]!] = 1;
  const twins = findTwins(log)
    .map(same => same.filter(c => takesPart[c] === 1))
    .filter(same => same.length > 1);
  const setOf = (c: number) => split.setOfCustomer[c]!;
  const apart = twins.filter(same => same.some(c => setOf(c) !== setOf(same[0]!)));
  const code = "duplicate-people";
  if (twins.length === 0)
    return {code, verdict: "ok", message: "No two customers have the same history of five events or more."};
  const test = SETS.indexOf("test");
  const tested = split.setOfCustomer.reduce(
    (n, set, c) => n + (set === test && takesPart[c] === 1 ? 1 : 0),
    0,
  );
  const met = apart.flatMap(same => same.filter(c => setOf(c) === test)).length;
  const examples = (apart.length > 0 ? apart : twins)
    .slice(0, 3)
    .map(same => same.map(c => `${log.customers[c]} (${SETS[setOf(c)]})`).join(" = "))
    .join(", ");
  const share = tested === 0 ? 0 : met / tested;
  return {
    code,
    verdict: apart.length === 0 ? "note" : share >= TOO_MANY ? "error" : "warning",
    message:
      `One history of five events or more belongs to several customers in ${counted(twins.length, "case")}, ` +
      `${apart.length} of them across sets, which ${percent(share)} of the test customers share with others: ` +
      `${examples}. Is each one person under several ids?`,
  };
}
