import type {Day, EventLog} from "../../data/event-log.ts";
import {typeCode} from "../../target/churn.ts";

/** Why a customer is to be contacted on a day. */
export type ContactBasis =
  /** Shortly before the next order that the customer's own gaps lead one to expect. */
  | "before the next order"
  /** That order is due by now, or before a contact could come in time: as soon as may be. */
  | "overdue"
  /** That order is to be expected only after the last day: as late as may be. */
  | "not due yet"
  /** Too few orders: the day that is usual in the segment. */
  | "usual in the segment"
  /** The same, of all customers, where nobody in the segment has a rhythm. */
  | "usual for all"
  /** Nobody has a rhythm. */
  | "first day";

/** When to contact whom, one entry a customer. */
export type ContactDays = {
  readonly day: Int32Array;
  readonly basis: readonly ContactBasis[];
  /** The day of the customer's own rhythm; null where there are too few orders. */
  readonly own: readonly (Day | null)[];
  /** Day on which the next order is to be expected; null likewise. */
  readonly expected: readonly (Day | null)[];
  /** The customer's weekday, 0 Monday to 6 Sunday; null where no weekday stands out or there are too few events. */
  readonly weekday: readonly (number | null)[];
};

export type ContactDayOptions = {
  /** Events on this day and later are not looked at. */
  readonly asOf: Day;
  /** First and last day on which a contact may be made; at least `asOf`. */
  readonly first: Day;
  readonly last: Day;
  /** Event type of an order. */
  readonly order: string;
  /**
   * Event types that a customer begins: visits, sessions. Opened messages come on the days on which messages are sent,
   * so they tell of the sender where there is anything else.
   */
  readonly presence: readonly string[];
  /** Days between the contact and the order that it comes before, 0 or more. */
  readonly lead?: number;
  /** Gaps between days with an order that a rhythm takes, 1 or more. */
  readonly leastGaps?: number;
  /** Events, 1 or more, and the share of them on one weekday, in (0, 1], that make it the customer's. */
  readonly leastEvents?: number;
  readonly leastShare?: number;
};

/**
 * The day to contact each customer on, from the customer's own rhythm before `asOf`.
 *
 * - Days with an order, each once, have a mean gap g (that of the feature `gapMean` without a window); the next order
 *   is expected g days, rounded, after the last one. The contact is aimed at `lead` days before it. Where that is
 *   before `first`, the order is overdue or about to come, and the aim is `first`; where it is after `last`, `last`.
 * - The weekday with most events of `presence`, of equals the earliest in the week, moves the contact: to the last such
 *   weekday on or before the aim, and where that is before `first`, to the first one after the aim. It stays at the aim
 *   with no such day in [first, last], with fewer than `leastEvents` events, or with a share of less than `leastShare` of
 *   them on that weekday, a seventh being chance.
 * - With fewer than `leastGaps` gaps there is no rhythm (null). Then it is the middle one (the lower median) of the own
 *   days of those in the same segment whose order is due on a day of [first + lead, last + lead]; without any, that of
 *   all customers; without any, `first`.
 *
 * It is a rule of thumb, not an effect: that the day makes a difference has not been tested.
 * @param customers indices into the log's customers; @param segment of each, any text.
 * @throws RangeError for days out of order; DataError when the log has no event of the type of an order.
 */
export function contactDays(
  log: EventLog,
  customers: ArrayLike<number>,
  segment: readonly string[],
  {
    asOf,
    first,
    last,
    order,
    presence,
    lead = 3,
    leastGaps = 3,
    leastEvents = 10,
    leastShare = 0.3,
  }: ContactDayOptions,
): ContactDays {
  if (!(first >= asOf && last >= first))
    throw new RangeError(`contactDays requires asOf <= first <= last, got ${asOf}, ${first} and ${last}`);
  if (segment.length !== customers.length)
    throw new RangeError(
      `contactDays requires ${customers.length} segments, one a customer, got ${segment.length}`,
    );
  const orderCode = typeCode(log, order, "contactDays: order");
  const presenceCodes = new Set(presence.map(type => log.types.indexOf(type)));
  const n = customers.length;
  const expected = new Array<Day | null>(n).fill(null);
  const weekday = new Array<number | null>(n).fill(null);
  const own = new Array<Day | null>(n).fill(null);
  const clipped = new Array<ContactBasis | null>(n).fill(null);
  for (let i = 0; i < n; i++) {
    const seen = lookAt(log, customers[i]!, {asOf, orderCode, presenceCodes});
    if (seen.events >= leastEvents && seen.onBusiest >= leastShare * seen.events) weekday[i] = seen.busiest;
    if (seen.orderDays - 1 < leastGaps) continue;
    const gap = (seen.lastOrder - seen.firstOrder) / (seen.orderDays - 1);
    expected[i] = seen.lastOrder + Math.round(gap);
    const aim = expected[i]! - lead;
    if (aim < first) clipped[i] = "overdue";
    else if (aim > last) clipped[i] = "not due yet";
    own[i] = onWeekday(Math.min(Math.max(aim, first), last), weekday[i]!, {first, last});
  }
  const toCome = own.map((day, i) => (clipped[i] === null ? day : null));
  const bySegment = usualDays(toCome, segment);
  const byAll = usualDays(
    toCome,
    segment.map(() => ""),
  ).get("");
  const basis: ContactBasis[] = [];
  const day = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const usual = bySegment.get(segment[i]!);
    day[i] = own[i] ?? usual ?? byAll ?? first;
    basis.push(
      own[i] !== null
        ? (clipped[i] ?? "before the next order")
        : usual !== undefined
          ? "usual in the segment"
          : byAll !== undefined
            ? "usual for all"
            : "first day",
    );
  }
  return {day, basis, own, expected, weekday};
}

/** Monday 0 … Sunday 6. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7;

type Seen = {
  readonly firstOrder: Day;
  readonly lastOrder: Day;
  readonly orderDays: number;
  readonly events: number;
  readonly busiest: number;
  readonly onBusiest: number;
};

/** What the log says of a customer before `asOf`. */
function lookAt(
  {offsets, day, type}: EventLog,
  c: number,
  {
    asOf,
    orderCode,
    presenceCodes,
  }: {readonly asOf: Day; readonly orderCode: number; readonly presenceCodes: ReadonlySet<number>},
): Seen {
  const counts = new Int32Array(7);
  let [firstOrder, lastOrder, orderDays, events] = [0, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = offsets[c]!; i < offsets[c + 1]! && day[i]! < asOf; i++) {
    if (type[i] === orderCode && day[i]! > lastOrder) {
      if (orderDays === 0) firstOrder = day[i]!;
      lastOrder = day[i]!;
      orderDays += 1;
    }
    if (presenceCodes.has(type[i]!)) {
      counts[weekdayOf(day[i]!)]! += 1;
      events += 1;
    }
  }
  const onBusiest = Math.max(...counts);
  return {firstOrder, lastOrder, orderDays, events, busiest: counts.indexOf(onBusiest), onBusiest};
}

function onWeekday(
  aim: Day,
  weekday: number | null,
  {first, last}: {readonly first: Day; readonly last: Day},
): Day {
  if (weekday === null) return aim;
  const before = aim - ((weekdayOf(aim) - weekday + 7) % 7);
  if (before >= first) return before;
  return before + 7 <= last ? before + 7 : aim;
}

/** The lower median of the days by segment. */
function usualDays(days: readonly (Day | null)[], segment: readonly string[]): Map<string, Day> {
  const found = new Map<string, Day[]>();
  days.forEach((day, i) => {
    if (day === null) return;
    const own = found.get(segment[i]!) ?? [];
    found.set(segment[i]!, own);
    own.push(day);
  });
  return new Map([...found].map(([name, own]) => [name, own.sort((a, b) => a - b)[(own.length - 1) >> 1]!]));
}
