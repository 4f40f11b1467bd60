/**
 * A binary tree as parallel arrays, one entry a node; node 0 is the root and a parent stands before its children,
 * the left subtree before the right one.
 *
 * At an inner node a row goes left when its value is less than `threshold`, right otherwise; a missing value goes
 * left when `missingLeft` is 1. At a node with `categories` a code in that list goes right, every other code, seen
 * in training or not, goes left; a missing value goes as `missingLeft` says.
 */
export type Tree = {
  /** Column of the feature that the node splits on, -1 at a leaf. */
  readonly feature: readonly number[];
  /** Single precision: what parts the children at a numeric split; 0 at a leaf and at a categorical split. */
  readonly threshold: readonly number[];
  /** Codes that go right, ascending, by number of the node; only categorical splits have an entry. */
  readonly categories: {readonly [node: number]: readonly number[]};
  readonly missingLeft: readonly (0 | 1)[];
  /** Children's nodes; 0 at a leaf. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** What a leaf adds to the margin, single precision, the learning rate included; 0 at an inner node. */
  readonly value: readonly number[];
  /** By how much the split lowered twice the regularised loss; 0 at a leaf. */
  readonly gain: readonly number[];
  /**
   * Sum of the hessians of the training rows that reached the node, single precision; above 0, except in a tree of
   * one leaf for which no row was drawn.
   */
  readonly cover: readonly number[];
  /** Training rows that reached the node. */
  readonly rows: readonly number[];
};

/** The threshold below which every number lies that the engine accepts: the largest single-precision number. */
export const EVERY_NUMBER = 3.4028234663852886e38;

/** Codes of a category are whole numbers in [0, CATEGORY_LIMIT). */
export const CATEGORY_LIMIT = 254;
