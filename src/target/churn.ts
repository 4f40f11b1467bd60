import type {Day, EventLog} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import type {Churn, ContractChurn, InactivityChurn} from "../study.ts";
import {contractReader, endOfDay, lapse, noContract, stepContract} from "./contract.ts";

/**
 * The churn days of every customer, ascending, one a spell: who churns and comes back may churn again.
 * Customer c of the log owns the entries [offsets[c], offsets[c + 1]) of `day`.
 */
export type ChurnDays = {
  readonly offsets: Int32Array;
  readonly day: Int32Array;
  /** Last day of which the log says whether a customer churned on it; no later churn day is listed. */
  readonly knownUntil: Day;
};

/**
 * Finds the churn days of a log.
 * - Inactivity of d days: p + d for a qualifying day p with none on p + 1 … p + d, known when p + d <= E.
 * - Contract: the day of an end event, or the first day not paid for, unless a start or renewal falls on one
 *   of the `graceDays` days after it; known when the last of those days is at most E. A payment on the very
 *   end of the paid time is a renewal. For events on one day see {@link stepContract}.
 * @throws DataError when the log has no event of the type that the definition hangs on.
 */
export function churnDays(log: EventLog, churn: Churn): ChurnDays {
  const {customers, offsets, lastDay} = log;
  const days: number[] = [];
  const ends = new Int32Array(customers.length + 1);
  const knownUntil = churn.kind === "inactivity" ? lastDay : lastDay - churn.graceDays;
  const spells = churn.kind === "inactivity" ? inactivitySpells(log, churn) : contractSpells(log, churn);
  for (let c = 0; c < customers.length; c++) {
    spells(offsets[c]!, offsets[c + 1]!, day => {
      if (day <= knownUntil) days.push(day);
    });
    ends[c + 1] = days.length;
  }
  return {offsets: ends, day: Int32Array.from(days), knownUntil};
}

/** Gives the churn days of the customer with the log's entries [from, to), in ascending order. */
type Spells = (from: number, to: number, emit: (day: Day) => void) => void;

function inactivitySpells(log: EventLog, {days, of}: InactivityChurn): Spells {
  const {day, type} = log;
  const code = typeCode(log, of, "churn.of");
  return (from, to, emit) => {
    let last: Day | undefined;
    for (let i = from; i < to; i++) {
      if (type[i] !== code) continue;
      if (last !== undefined && day[i]! > last + days) emit(last + days);
      last = day[i]!;
    }
    if (last !== undefined) emit(last + days);
  };
}

function contractSpells(log: EventLog, churn: ContractChurn): Spells {
  const {day} = log;
  const read = contractReader(log, churn);
  return (from, to, emit) => {
    const standing = noContract();
    for (let i = from, next = i; i < to; i = next) {
      next = endOfDay(log, i, to);
      const churned = stepContract(standing, day[i]!, read(i, next), churn);
      if (churned !== undefined) emit(churned);
    }
    lapse(standing, Number.POSITIVE_INFINITY);
    if (Number.isFinite(standing.ended)) emit(standing.ended);
  };
}

/** Index of an event type. @throws DataError when the log has none of it. */
export function typeCode({types}: EventLog, type: string, field: string): number {
  const code = types.indexOf(type);
  if (code < 0)
    throw new DataError(
      `${field} requires an event type of the log, got ${JSON.stringify(type)}; ` +
        `the log has ${types.join(", ") || "no event"}`,
    );
  return code;
}
