import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {counted, decimal} from "./words.ts";

export type EliminationData = {
  /** From all features down. */
  readonly steps: readonly {
    readonly features: number;
    readonly auc: number;
    readonly standardError: number;
  }[];
  /** Indices into the steps: the best, and the fewest features within one standard error of it. */
  readonly best: number;
  readonly fewest: number;
};

/** How well fewer and fewer features do, with one standard error either way. */
export function eliminationChart({steps, best, fewest}: EliminationData, {title}: ChartOptions = {}): Chart {
  requireSome("eliminationChart", "step", steps);
  const [top, few, all] = [steps[best]!, steps[fewest]!, steps[0]!];
  const bar = top.auc - top.standardError;
  const values = steps.map(({features, auc, standardError}) => ({
    ...{features, auc, low: auc - standardError, high: auc + standardError},
    chosen: features === few.features,
  }));
  const x = {
    field: "features",
    type: "quantitative",
    scale: {domain: [0, all.features + 1], nice: false},
    axis: {title: "Features", tickMinStep: 1},
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: {zero: false},
    axis: {title: null, format: ".2f"},
  });
  return chartOf({
    title:
      title ??
      (few.features === all.features
        ? "No feature can go without a loss"
        : `${counted(few.features, "feature")} of ${all.features} would do`),
    description:
      `ROC AUC on customers left out, by number of features: ${decimal(all.auc, 3)} with all ${all.features}, ` +
      `${decimal(top.auc, 3)} at best with ${top.features}, ${decimal(few.auc, 3)} with ${few.features}, the fewest within ` +
      `one standard error (${decimal(top.standardError, 3)}) of the best.`,
    caption: "ROC AUC on customers left out; bars: one standard error",
    table: {
      columns: [
        {name: "features", title: "Features", format: "integer"},
        {name: "auc", title: "ROC AUC", format: "decimal", digits: 4},
        {name: "error", title: "Standard error", format: "decimal", digits: 4},
      ],
      rows: steps.map(({features, auc, standardError}) => [features, auc, standardError]),
    },
    spec: {
      ...frame(270),
      data: {values},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.muted, strokeDash: [2, 3]},
          encoding: {y: {datum: bar}},
        },
        {
          mark: {type: "rule", color: INK.axis, strokeWidth: 2},
          encoding: {x, y: y("low"), y2: {field: "high"}},
        },
        {mark: {type: "line", color: COLOUR.blue}, encoding: {x, y: y("auc")}},
        {
          mark: {type: "point", filled: true, opacity: 1},
          encoding: {
            x,
            y: y("auc"),
            color: {condition: {test: "datum.chosen", value: COLOUR.vermillion}, value: COLOUR.blue},
            shape: {condition: {test: "datum.chosen", value: "diamond"}, value: "circle"},
            size: {condition: {test: "datum.chosen", value: 180}, value: 45},
          },
        },
      ],
    },
  });
}
