import {niceTop, note} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {counted, percent, whole} from "./words.ts";

export type CalibrationData = {
  /** Groups of customers by predicted risk: mean prediction, share that churned with its interval, and size. */
  readonly points: readonly {
    readonly predicted: number;
    readonly observed: number;
    readonly low: number;
    readonly high: number;
    readonly n: number;
  }[];
};

/** Predicted risk against what came true. Both axes are one: they start at 0 and end where the data do. */
export function calibrationChart({points}: CalibrationData, {title}: ChartOptions = {}): Chart {
  requireSome("calibrationChart", "point", points);
  const top = niceTop(Math.max(...points.flatMap(p => [p.predicted, p.high, p.observed])) * 1.02, 1);
  const axis = {format: ".1~%", tickCount: 5};
  const scale = {domain: [0, top]};
  const x = {
    field: "predicted",
    type: "quantitative",
    scale,
    axis: {...axis, title: "Predicted: mean risk of the group", grid: true},
  };
  const y = {field: "observed", type: "quantitative", scale, axis: {...axis, title: null}};
  return chartOf({
    title: title ?? "Predicted risk against what came true",
    description: describe(points),
    caption: "Observed: share that churned; on the line as many as predicted",
    table: {
      columns: [
        {name: "predicted", title: "Predicted", format: "percent", digits: 1},
        {name: "observed", title: "Observed", format: "percent", digits: 1},
        {name: "low", title: "Low", format: "percent", digits: 1},
        {name: "high", title: "High", format: "percent", digits: 1},
        {name: "n", title: "Rows", format: "integer"},
      ],
      rows: points.map(p => [p.predicted, p.observed, p.low, p.high, p.n]),
    },
    spec: {
      ...frame(440),
      data: {values: points},
      layer: [
        {
          data: {
            values: [
              {predicted: 0, observed: 0},
              {predicted: top, observed: top},
            ],
          },
          mark: {type: "line", color: INK.axis, strokeWidth: 1.5},
          encoding: {x, y},
        },
        note(
          ["more churn", "than predicted"],
          {x: top * 0.03, y: top * 0.97},
          {baseline: "top", color: INK.muted},
        ),
        note(
          ["less churn", "than predicted"],
          {x: top * 0.98, y: top * 0.09},
          {align: "right", color: INK.muted},
        ),
        {
          mark: {type: "rule", color: COLOUR.blue, strokeWidth: 1.5},
          encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
        },
        {
          mark: {
            type: "point",
            filled: true,
            size: 64,
            opacity: 1,
            color: COLOUR.blue,
            stroke: "#ffffff",
            strokeWidth: 1.25,
          },
          encoding: {x, y},
        },
      ],
    },
  });
}

function describe(points: CalibrationData["points"]): string {
  const n = points.reduce((sum, p) => sum + p.n, 0);
  const inside = points.filter(p => p.low <= p.predicted && p.predicted <= p.high).length;
  const last = points.reduce((a, b) => (b.predicted > a.predicted ? b : a));
  return (
    `Predicted risk against observed churn for ${whole(n)} rows (customers at a cutoff) in ${counted(points.length, "group")} by predicted risk: ` +
    `in ${inside} the prediction lies within the interval of what was observed. In the riskiest group ` +
    `${percent(last.predicted)} was predicted and ${percent(last.observed)} (${percent(last.low)} to ` +
    `${percent(last.high)}) churned.`
  );
}
