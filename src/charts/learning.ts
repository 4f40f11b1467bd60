import {endLabels} from "./layout.ts";
import {lineEnds, lineLayers, lineRows, type Series} from "./lines.ts";
import {type Chart, type ChartOptions, chartOf, frame, requireSome} from "./theme.ts";
import {decimal} from "./words.ts";

export type LearningData = {
  /** Parts of the training rows, from the smallest to all. */
  readonly places: readonly string[];
  /** ROC AUC by part. */
  readonly series: readonly Series[];
};

const PLOT = 220;

/** How well a model ranks that has learned from a part. */
export function learningChart({places, series}: LearningData, {title}: ChartOptions = {}): Chart {
  requireSome("learningChart", "part", places);
  const values = series.flatMap(line => line.values.filter(value => value !== null));
  requireSome("learningChart", "value", values);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(0.01, (most - least) * 0.12);
  const domain = [least - margin, most + margin] as const;
  const names = series.map(line => line.name);
  const rows = lineRows(places, series);
  const x = {
    field: "place",
    type: "ordinal",
    sort: null,
    scale: {domain: places, type: "point", padding: 0.35},
    axis: {title: "Part of the training rows", labelAngle: 0},
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain, zero: false, nice: false},
    axis: {title: null, tickCount: 5},
  };
  const ends = endLabels(
    lineEnds(series).map(end => ({...end, text: decimal(end.value, 3)})),
    {domain, plot: PLOT},
  );
  const at = (line: Series): string =>
    places
      .flatMap((place, i) => (line.values[i] == null ? [] : [`${place} ${decimal(line.values[i]!, 3)}`]))
      .join(", ");
  return chartOf({
    title: title ?? "Learning from more and more",
    description: `ROC AUC on the test customers by what the trees have learned from. ${series.map(line => `${line.name}: ${at(line)}`).join("; ")}.`,
    caption: "ROC AUC on the test customers",
    table: {
      columns: [
        {name: "line", title: "Learned from", format: "text"},
        {name: "part", title: "Part", format: "text"},
        {name: "auc", title: "ROC AUC", format: "decimal", digits: 3},
      ],
      rows: series.flatMap(line => places.map((place, i) => [line.name, place, line.values[i] ?? null])),
    },
    spec: {
      ...frame(PLOT + 70),
      padding: {left: 2, top: 4, right: ends.right, bottom: 2},
      data: {values: rows},
      layer: [...lineLayers(names, {x, y}), ...ends.layers],
    },
  });
}
