import {DataError} from "../data-error.ts";
import {type CatalogueEntry, missingShareOf} from "./catalogue.ts";
import type {Matrix} from "./matrix.ts";

/** Names of the features that the three scores are of. */
export type RfmFeatures = {
  readonly recency: string;
  readonly frequency: string;
  readonly monetary: string;
};

/** Where the fifths of three features begin, as learnt: `edges[k]` is the least value of fifth k + 2. */
export type Rfm = {
  readonly features: RfmFeatures;
  readonly edges: Readonly<Record<keyof RfmFeatures, readonly number[]>>;
};

const PARTS = ["recency", "frequency", "monetary"] as const;
const FIFTHS = 5;

/**
 * Learns RFM scores (Hughes 1994): the fifths of recency, frequency and monetary value, each by itself. Of n known
 * values in ascending order fifth k begins at the value in place floor(n k / 5); equal values share a fifth.
 * @param x training rows only.
 * @throws RangeError for a feature that `x` does not have. @throws DataError for one without a known value.
 */
export function fitRfm(x: Matrix, features: RfmFeatures): Rfm {
  const edgesOf = (name: string): number[] => {
    const known = columnOf("fitRfm", x, name)
      .filter(value => !Number.isNaN(value))
      .sort();
    if (known.length === 0)
      throw new DataError(`rfm requires known values of ${name} among the training rows, got none`);
    return Array.from({length: FIFTHS - 1}, (_, k) => known[Math.floor((known.length * (k + 1)) / FIFTHS)]!);
  };
  const {recency, frequency, monetary} = features;
  return {
    features,
    edges: {recency: edgesOf(recency), frequency: edgesOf(frequency), monetary: edgesOf(monetary)},
  };
}

/**
 * Scores from 1 to 5, 5 the best: seen most recently, most often, with the greatest amount. Missing recency scores
 * 1, since nothing was ever seen; a missing value of another is missing.
 * @returns the columns `rfm_recency`, `rfm_frequency` and `rfm_monetary`, rows as in `x`.
 */
export function applyRfm({features, edges}: Rfm, x: Matrix): Matrix {
  const values = new Float64Array(PARTS.length * x.rows);
  for (const [j, part] of PARTS.entries()) {
    const column = columnOf("applyRfm", x, features[part]);
    for (let i = 0; i < x.rows; i++) {
      const value = column[i]!;
      const above = edges[part].reduce((n, edge) => n + (value >= edge ? 1 : 0), 0);
      if (part === "recency") values[j * x.rows + i] = Number.isNaN(value) ? 1 : FIFTHS - above;
      else values[j * x.rows + i] = Number.isNaN(value) ? Number.NaN : 1 + above;
    }
  }
  return {names: PARTS.map(part => `rfm_${part}`), rows: x.rows, values};
}

const MEANING = {
  recency: [
    "Seen how recently, in fifths",
    "5 for the fifth of the training customers seen last, 1 for the longest silent",
  ],
  frequency: ["Seen how often, in fifths", "5 for the fifth of the training customers seen most often"],
  monetary: ["Amount, in fifths", "5 for the fifth of the training customers with the greatest amounts"],
} as const;

/** The columns of {@link applyRfm} among those of `x`, in business words. */
export function rfmCatalogue(x: Matrix): CatalogueEntry[] {
  return PARTS.flatMap(part => {
    const name = `rfm_${part}`;
    const j = x.names.indexOf(name);
    if (j < 0) return [];
    const [title, meaning] = MEANING[part];
    return [
      {
        ...{
          name,
          title,
          unit: "1 to 5",
          meaning,
          family: "RFM scores" as const,
          window: "as the feature scored",
        },
        ...{
          sources: [],
          missingShare: missingShareOf(x, j),
          actionable: false,
          sensitive: false,
          calendar: false,
        },
      },
    ];
  });
}

function columnOf(who: string, {names, rows, values}: Matrix, name: string): Float64Array {
  const j = names.indexOf(name);
  if (j < 0) throw new RangeError(`${who} requires the feature ${name}, got ${names.join(", ")}`);
  return values.slice(j * rows, (j + 1) * rows);
}
