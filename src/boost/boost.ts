import type {Tree} from "./tree.ts";

/** A feature as the trees see it. */
export type BoostFeature = {
  readonly name: string;
  /** Categories are whole codes in [0, CATEGORY_LIMIT). */
  readonly kind: "number" | "category";
  /**
   * Of a number: the cuts between its bins, ascending, single precision; bin b holds [cuts[b - 1], cuts[b]).
   * Of a category: the codes that training saw, ascending.
   */
  readonly bins: readonly number[];
  /** Training rows in which it was missing. */
  readonly missing: number;
};

/** Parameters of the training, all of them, whether given or default. */
export type BoostParameters = {
  /** Boosting rounds asked for; fewer trees are kept when stopped early. */
  readonly trees: number;
  /** "depth" grows every node down to `depth`; "leaf" splits the leaf of highest gain until there are `leaves`. */
  readonly growth: "depth" | "leaf";
  /** Splits on the longest path at most. */
  readonly depth: number;
  /** Leaves of a tree at most; of use with growth "leaf". */
  readonly leaves: number;
  /** Learning rate, in (0, 1]. */
  readonly rate: number;
  /** Bins of a number at most, in [2, 255]; missing has one of its own beside them. */
  readonly bins: number;
  /** L1 and L2 penalties of a leaf's value, 0 or more. */
  readonly l1: number;
  readonly l2: number;
  /** Added to `l2` when a categorical split is judged, so that many small categories are no easy gain. */
  readonly categoryL2: number;
  /** Sum of hessians in a child at least. */
  readonly minChildWeight: number;
  /** A split is made when its gain is above this. */
  readonly minGain: number;
  /** Share of rows drawn for a tree, in (0, 1]. */
  readonly rowSample: number;
  /** Share of features drawn for a tree, and out of these for a node, in (0, 1]. */
  readonly columnSample: number;
  readonly nodeColumnSample: number;
  /** Weight of the positives relative to the negatives. */
  readonly positiveWeight: number;
  /** By name of a feature: 1 when the margin may only rise with it, -1 when it may only fall. */
  readonly monotone: {readonly [feature: string]: 1 | -1};
};

/** Boosted trees: plain data, equal after a round trip through its file. */
export type Boost = {
  readonly features: readonly BoostFeature[];
  /** "logistic": margins are log-odds; "squared": values; "custom": of the user's own gradient. */
  readonly objective: "logistic" | "squared" | "custom";
  /** What every margin starts from, single precision. */
  readonly baseMargin: number;
  readonly trees: readonly Tree[];
  readonly parameters: BoostParameters;
  readonly seed: number;
  readonly training: {
    readonly rows: number;
    /** Loss on the tune rows after each round, the rounds past the best included; empty without tune rows. */
    readonly tuneLoss: readonly number[];
    /** What a reader should know: features that no tree can split on, and why. */
    readonly notes: readonly string[];
  };
};
