import {contactList, rankBy} from "../evaluate/contact-list.ts";
import {stepsOf} from "./contributions.ts";

/**
 * Why a customer is shown: like most of those contacted, the last one contacted, risky by the rule of thumb alone, or the
 * riskiest of all where the capacity reaches nobody.
 */
export type TypicalRole = "typical" | "line" | "looks-risky" | "riskiest";

export type RankedCustomers = {
  /** Higher is riskier, one a row. */
  readonly margins: Float64Array;
  /** Row-major, rows x groups: contributions summed by group. */
  readonly sums: Float64Array;
  /** The rule of thumb, one a row: the higher, the riskier by it. */
  readonly rule: ArrayLike<number>;
  /** Breaks ties, one a row, see {@link contactList}. */
  readonly place: ArrayLike<number>;
};

/**
 * Up to three rows to show to people, chosen by rule and not by hand: of those contacted the one whose contributions
 * are nearest to their median (the sum over groups of the distance from it); the last one contacted; and of those whom
 * the rule of thumb would contact and the model does not, the one whom the model ranks lowest. Where the capacity reaches
 * nobody, the riskiest row alone. No row is shown twice, and the order of rows makes no difference.
 * @throws RangeError without rows.
 */
export function typicalRows(
  {margins, sums, rule, place}: RankedCustomers,
  {capacity}: {readonly capacity: number},
): {readonly role: TypicalRole; readonly row: number}[] {
  if (margins.length === 0) throw new RangeError("typicalRows requires at least 1 row, got 0");
  const {order, contacted} = contactList(margins, place, capacity);
  if (contacted === 0) return [{role: "riskiest", row: order[0]!}];
  const onList = order.subarray(0, contacted);
  const chosen: {role: TypicalRole; row: number}[] = [];
  const add = (role: TypicalRole, row: number | undefined): void => {
    if (row !== undefined && chosen.every(other => other.row !== row)) chosen.push({role, row});
  };
  add("typical", nearestToMedian(onList, sums, sums.length / margins.length, place));
  add("line", onList.at(-1));
  const ofRule = rankBy(rule, place);
  const listed = new Set(onList);
  const spared = ofRule.subarray(0, contacted).filter(row => !listed.has(row));
  const rank = new Map(Array.from(order, (row, k) => [row, k]));
  if (spared.length > 0)
    add(
      "looks-risky",
      spared.reduce((a, b) => (rank.get(b)! > rank.get(a)! ? b : a)),
    );
  return chosen;
}

function nearestToMedian(
  rows: Int32Array,
  sums: Float64Array,
  groups: number,
  place: ArrayLike<number>,
): number | undefined {
  const away = new Float64Array(rows.length);
  for (let g = 0; g < groups; g++) {
    const values = Float64Array.from(rows, row => sums[row * groups + g]!).sort();
    const middle = (values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2;
    rows.forEach((row, k) => {
      away[k]! += Math.abs(sums[row * groups + g]! - middle);
    });
  }
  let best = 0;
  for (let k = 1; k < rows.length; k++) {
    const by = stepsOf(away[k]!) - stepsOf(away[best]!);
    if (by < 0 || (by === 0 && place[rows[k]!]! < place[rows[best]!]!)) best = k;
  }
  return rows[best];
}
