import type {FeatureDeclaration} from "../study.ts";
import type {Matrix} from "./matrix.ts";
import type {Measure} from "./measures.ts";

const MEANING: Readonly<Record<Measure, string>> = {
  count: "number of events",
  days: "number of days with an event",
  sum: "sum of the amounts",
  mean: "mean amount",
  recency: "days since the last event",
  first: "days since the first event",
  gapMean: "mean days between events",
  gapSd: "spread of the days between events",
  overdue: "days since the last event over the customer's usual gap",
  change: "this window against the one before, from -1 to 1",
  ratio: "events of one type per event of another",
  share: "share of the events with an attribute value",
};

/** One feature in words, with how often it is missing in the rows of `x`. */
export type CatalogueEntry = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly meaning: string;
  readonly window: string;
  readonly missingShare: number;
  readonly actionable: boolean;
};

/** The features in business words, in the order of the declarations; `x` has the same columns. */
export function featureCatalogue(features: readonly FeatureDeclaration[], x: Matrix): CatalogueEntry[] {
  return features.map((feature, j) => {
    let missing = 0;
    for (let i = 0; i < x.rows; i++) if (Number.isNaN(x.values[j * x.rows + i]!)) missing += 1;
    return {
      name: feature.name,
      title: feature.title,
      unit: feature.unit,
      meaning: `${MEANING[feature.measure]} (${[feature.of].flat().join(", ")}${feature.against ? ` / ${feature.against}` : ""})`,
      window: feature.days === undefined ? "all history" : `${feature.days} days before the cutoff`,
      missingShare: x.rows === 0 ? 0 : missing / x.rows,
      actionable: feature.actionable,
    };
  });
}
