import {type Subject, subjectsOf} from "../../src/explain/subjects.ts";
import type {Matrix} from "../../src/features/matrix.ts";
import type {FeatureDeclaration} from "../../src/study.ts";

/** A declaration of purchases, with what a test cares for. */
export const declare = (more: Partial<FeatureDeclaration>): FeatureDeclaration => ({
  ...{
    name: "feature",
    title: "A feature",
    unit: "purchases",
    of: "purchase",
    measure: "count",
    actionable: false,
  },
  ...more,
});

const EMPTY: Matrix = {names: [], rows: 0, values: new Float64Array(0)};

export const subjectOf = (feature: FeatureDeclaration): Subject => subjectsOf([feature], EMPTY)[0]!;

export const matrixOf = (names: readonly string[], rows: readonly (readonly number[])[]): Matrix => ({
  ...{names, rows: rows.length},
  values: Float64Array.from(names.flatMap((_, j) => rows.map(row => row[j]!))),
});
