import {createHash} from "node:crypto";

/** The sets of customers, for ever: a customer's id, or group, decides, so that two models share their test customers. */
export const SETS = ["train", "tune", "calibrate", "test"] as const;

export type SetName = (typeof SETS)[number];

/** Upper bounds of u, 0 < train < validation < 1. */
export type SetBounds = {
  /** Train is u < train. */
  readonly train: number;
  /** Tune and calibrate are the lower and the upper half of [train, validation); test is the rest. */
  readonly validation: number;
};

/**
 * A customer's place in [0, 1): the first 13 hexadecimal digits of md5(id + ":" + salt) over 2^52, the text in
 * UTF-8. The text form of the id is part of the contract: "7" and "007" are two customers.
 */
export function hashUnit(id: string, salt: string): number {
  const hex = createHash("md5").update(`${id}:${salt}`, "utf8").digest("hex");
  return Number.parseInt(hex.slice(0, 13), 16) / 2 ** 52;
}

/**
 * The set of a customer with u in [0, 1); every set holds its lower bound and not its upper.
 * @throws RangeError when the bounds are not 0 < train < validation < 1.
 */
export function setOf(u: number, {train, validation}: SetBounds): SetName {
  if (!(0 < train && train < validation && validation < 1))
    throw new RangeError(`setOf requires 0 < train < validation < 1, got ${train} and ${validation}`);
  if (u < train) return "train";
  if (u < train + (validation - train) / 2) return "tune";
  return u < validation ? "calibrate" : "test";
}

/** Share of the customers that each set is to hold, in the order of {@link SETS}. */
export const setShares = ({train, validation}: SetBounds): Readonly<Record<SetName, number>> => ({
  train,
  tune: (validation - train) / 2,
  calibrate: (validation - train) / 2,
  test: 1 - validation,
});
