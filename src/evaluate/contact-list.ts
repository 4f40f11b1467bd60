/** Rows by risk with the line of what a campaign can contact. */
export type ContactList = {
  /** All rows, the riskiest first. */
  readonly order: Int32Array;
  /** Rows contacted: the first of `order`. */
  readonly contacted: number;
  /** The margin of the first row that is not contacted, below which a row would leave the list; undefined when all are. */
  readonly line: number | undefined;
};

/**
 * The rows that a campaign contacts by name: the riskiest share, whole customers, so that a part of one is none and a
 * list too short for the capacity contacts nobody; of equal margins the row with the lower place first. Metrics choose
 * otherwise: `chooseTop` has ties share the cut, which is what any order of them would give on average.
 * @param place breaks ties, one a row, all different: the place of the customer's id by code unit, as in the index of
 *   `EventLog.customers`, so that a list can be made again from ids and margins alone.
 * @param capacity in (0, 1].
 */
export function contactList(
  margins: ArrayLike<number>,
  place: ArrayLike<number>,
  capacity: number,
): ContactList {
  const order = rankBy(margins, place);
  // 0.29 of 100 is 28.999999999999996.
  const contacted = Math.floor(capacity * order.length + 1e-9);
  const next = order[contacted];
  return {order, contacted, line: next === undefined ? undefined : margins[next]!};
}

/** Rows by value, the highest first; of equal values the one with the lower place. */
export function rankBy(values: ArrayLike<number>, place: ArrayLike<number>): Int32Array {
  return Int32Array.from({length: values.length}, (_, i) => i).sort(
    (a, b) => values[b]! - values[a]! || place[a]! - place[b]!,
  );
}
