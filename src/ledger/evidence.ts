import {DataError} from "../data-error.ts";

/** MIME type under which a notebook cell emits a record; the runner collects these. */
export const EVIDENCE_MIME = "application/vnd.churnbook.evidence+json";

export type Scalar = string | number | null;

/** A column of an evidence table; `digits` are decimals shown, `unit` stands in the heading. */
export type EvidenceColumn = {
  readonly name: string;
  readonly title: string;
  readonly unit?: string;
  readonly format?: "integer" | "decimal" | "percent" | "money" | "text";
  readonly digits?: number;
};

/** One value that the card may show. All numbers are finite; what is unknown is null or absent. */
export type EvidenceValue =
  | {readonly kind: "text"; readonly text: string}
  | {readonly kind: "list"; readonly items: readonly string[]}
  | {
      readonly kind: "number";
      readonly value: number;
      readonly unit?: string;
      readonly format?: "integer" | "decimal" | "percent" | "money";
      readonly digits?: number;
      /** Bounds of the interval at `level`, both or neither. */
      readonly low?: number;
      readonly high?: number;
      readonly level?: number;
    }
  | {
      readonly kind: "table";
      readonly caption: string;
      readonly columns: readonly EvidenceColumn[];
      readonly rows: readonly (readonly Scalar[])[];
    }
  | {
      readonly kind: "chart";
      readonly title: string;
      /** What the picture shows, in a sentence: the alternative text. */
      readonly description: string;
      /** A Vega-Lite specification with inline data. */
      readonly spec: Readonly<Record<string, unknown>>;
    }
  | WhatIf
  | {readonly kind: "not-applicable"; readonly reason: string; readonly by: string};

/** The decision at every share contacted, as a page needs it to move the share and the economics. */
export type WhatIf = {
  readonly kind: "what-if";
  readonly currency: string;
  /** Size of the cohort that values are of. */
  readonly customers: number;
  /** Share contacted in the study; it is among the shares. */
  readonly capacity: number;
  /** Share of churners among the test rows. */
  readonly baseRate: number;
  /** The study's economics, at their means; `offerWorks` is a share. */
  readonly figures: {
    readonly contactCost: number;
    readonly offerCost: number;
    readonly customerValue: number;
    readonly offerWorks: number;
  };
  /** Probability that the bounds of the value hold. */
  readonly level: number;
  /** Probability that the bounds of the lift hold. */
  readonly liftLevel: number;
  /** Columns, an entry for each share contacted: from 0 to 1, rising. */
  readonly shares: {
    readonly fraction: readonly number[];
    /** Would-be churners among those contacted, as a share of all test rows. */
    readonly churners: readonly number[];
    /** The same of the calibrate rows, which the best share is found on. */
    readonly learned: readonly number[];
    /** Bounds of the value in the study's economics. */
    readonly low: readonly number[];
    readonly high: readonly number[];
    /** Bounds of the lift; null where nobody is contacted. */
    readonly liftLow: readonly (number | null)[];
    readonly liftHigh: readonly (number | null)[];
  };
  /** Sentences of the advice by name; a name in braces stands for what is filled in. */
  readonly words: Readonly<Record<string, string>>;
};

/** Where a record came from: the notebook and cell that the runner saw it come out of. */
export type EvidenceOrigin = {
  readonly notebook: string;
  readonly cell: string;
  /** sha256 of the cell's source, hex. */
  readonly cellDigest: string;
};

/** What a cell emits. */
export type EvidenceRecord = {readonly id: string; readonly value: EvidenceValue};

/** A record attributed to its cell. Records without origin make no card. */
export type Evidence = EvidenceRecord & {readonly origin: EvidenceOrigin};

/**
 * Checks an evidence value before it leaves a cell.
 * @throws DataError when the id is not dotted lower case, or a number is not finite.
 */
export function checkEvidence(id: string, value: EvidenceValue): void {
  if (!/^[a-z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)*$/.test(id))
    throw new DataError(`record requires an id such as "lift.at10", got ${JSON.stringify(id)}`);
  const bad = firstNonFinite(value, id);
  if (bad) throw new DataError(`record requires finite numbers, got ${bad}; use null for what is unknown`);
}

function firstNonFinite(value: unknown, path: string): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${value} at ${path}`;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const bad = firstNonFinite(inner, `${path}.${key}`);
    if (bad) return bad;
  }
  return undefined;
}
