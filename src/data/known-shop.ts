import {dayOf} from "./calendar.ts";
import {type EventLog, eventLogOf} from "./event-log.ts";
import {type Simulation, simulateShop} from "./simulate.ts";

/** The seed that `churnbook demo` takes when it is told none. */
const SEED = 1;
/** The customers by whom a shop is known again: enough to tell, and soon done. */
export const COMPARED = 1500;

/** A simulated shop of which a log is the events. */
export type KnownShop = {
  readonly customers: number;
  readonly seed: number;
  /** What the first {@link COMPARED} customers did. */
  readonly first: Simulation;
};

/** Whether a log is that of the simulated shop, and of which. @returns undefined for any other: real data. */
export function knownShop(log: EventLog): KnownShop | undefined {
  const customers = log.customers.length;
  if (log.customers.some((id, i) => id !== idOf(i))) return undefined;
  const first = simulateShop({customers, seed: SEED, only: COMPARED});
  if (!sameEvents(log, logOfShop(first, log.timeOfDay !== undefined))) return undefined;
  return {customers, seed: SEED, first};
}

const idOf = (i: number): string => `C${String(i + 1).padStart(6, "0")}`;

/** @param timed whether with times of day, as the log of a study of moments. */
export function logOfShop({events, lastDay}: Simulation, timed: boolean): EventLog {
  return eventLogOf(
    events.map(({customer, time, type, amount, attributes}) => ({
      ...{customer, day: dayOf(time.slice(0, 10)), type, attributes},
      ...(timed ? {timeOfDay: millisecondsOf(time)} : {}),
      ...(amount === undefined ? {} : {amount}),
    })),
    {lastDay: dayOf(lastDay)},
  );
}

/** Milliseconds of the day of a time such as 2025-06-01T12:34:56Z. */
function millisecondsOf(time: string): number {
  const [hours, minutes, seconds] = time.slice(11, 19).split(":").map(Number) as [number, number, number];
  return 1000 * (60 * (60 * hours + minutes) + seconds);
}

/** Whether the first customers of a log did what those of the other, who are all of it, did, by day and type. */
function sameEvents(log: EventLog, first: EventLog): boolean {
  const events = first.day.length;
  if (log.offsets[first.customers.length] !== events || log.lastDay !== first.lastDay) return false;
  for (let i = 0; i < events; i++)
    if (log.day[i] !== first.day[i] || log.types[log.type[i]!] !== first.types[first.type[i]!]) return false;
  return true;
}
