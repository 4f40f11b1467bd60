import {byCodeUnit} from "../../data/event-log.ts";
import {hashUnit} from "../../split/sets.ts";

/** An arm and its share of the customers of each block. */
export type ArmShare = {readonly name: string; readonly share: number};

/**
 * Assigns customers to arms at random, block by block, by a salted hash of their ids. Within a block they stand in the
 * order of their hashes, and the arms cut that order: each gets its share of the block, rounded down or up. Which way
 * hangs on a hash of the block, so that over all salts every customer has exactly the planned chance of each arm, in a
 * block of one too. The same salt gives the same arms, whatever the order of the customers.
 * @param customers ids, each once; @param blocks of each customer, a text; all in one when absent.
 * @param arms shares above 0 that add up to 1.
 * @returns the index of the arm of each customer.
 * @throws RangeError for shares that do not add up, an id that repeats, or another number of blocks.
 */
export function assignArms(
  customers: readonly string[],
  {
    salt,
    arms,
    blocks,
  }: {readonly salt: string; readonly arms: readonly ArmShare[]; readonly blocks?: readonly string[]},
): Uint8Array {
  requireShares("assignArms", arms);
  if (blocks && blocks.length !== customers.length)
    throw new RangeError(
      `assignArms requires ${customers.length} blocks, one a customer, got ${blocks.length}`,
    );
  if (new Set(customers).size !== customers.length)
    throw new RangeError(`assignArms requires each customer once, got ${customers.length} rows of fewer`);
  const members = new Map<string, number[]>();
  for (let i = 0; i < customers.length; i++) {
    const block = blocks?.[i] ?? "";
    const there = members.get(block);
    if (there) there.push(i);
    else members.set(block, [i]);
  }
  const assigned = new Uint8Array(customers.length);
  const place = Float64Array.from(customers, id => hashUnit(id, salt));
  for (const [block, rows] of members) {
    rows.sort((a, b) => place[a]! - place[b]! || byCodeUnit(customers[a]!, customers[b]!));
    const ends = armEnds(rows.length, arms, hashUnit(block, `${salt}:block`));
    let arm = 0;
    rows.forEach((row, k) => {
      while (k >= ends[arm]!) arm += 1;
      assigned[row] = arm;
    });
  }
  return assigned;
}

/** Where each arm ends among n customers in order; `u` in [0, 1) says which are rounded up. */
function armEnds(n: number, arms: readonly ArmShare[], u: number): number[] {
  let share = 0;
  return arms.map(({share: own}, k) => {
    share += own;
    // 0.1 + 0.2 of 10 is 3, not a little more.
    return k === arms.length - 1 ? n : Math.floor(n * share + u + 1e-9);
  });
}

/** @throws RangeError, as `caller`, for fewer than two arms, a name twice, or shares that do not add up to 1. */
export function requireShares(caller: string, arms: readonly ArmShare[]): void {
  const names = arms.map(({name}) => name);
  if (arms.length < 2 || arms.length > 255 || new Set(names).size !== names.length)
    throw new RangeError(
      `${caller} requires two arms or more with names that differ, got ${names.join(", ")}`,
    );
  const bad = arms.find(({share}) => !(share > 0 && share < 1));
  if (bad) throw new RangeError(`${caller} requires shares between 0 and 1, got ${bad.share} of ${bad.name}`);
  const sum = arms.reduce((total, {share}) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-9)
    throw new RangeError(`${caller} requires shares that add up to 1, got ${sum}`);
}

/**
 * Bands of a value, as even in number as can be: band 0 holds the lowest.
 * @param ids decide among equal values that a cut falls on, by code unit, so that row order makes no difference.
 */
export function bandsOf(values: ArrayLike<number>, ids: readonly string[], bands: number): Int32Array {
  if (!Number.isInteger(bands) || bands < 1)
    throw new RangeError(`bandsOf requires 1 band or more, got ${bands}`);
  if (values.length !== ids.length)
    throw new RangeError(`bandsOf requires ${ids.length} values, one an id, got ${values.length}`);
  const bad = Array.from(values).findIndex(Number.isNaN);
  if (bad >= 0) throw new RangeError(`bandsOf requires values that are known, got none of ${ids[bad]}`);
  const order = Array.from(ids.keys()).sort(
    (a, b) => values[a]! - values[b]! || byCodeUnit(ids[a]!, ids[b]!),
  );
  const band = new Int32Array(ids.length);
  order.forEach((row, k) => {
    band[row] = Math.floor((k * bands) / ids.length);
  });
  return band;
}
