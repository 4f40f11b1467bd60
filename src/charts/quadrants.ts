import type {Segment} from "../data/simulate-campaign.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome, shapeOf} from "./theme.ts";
import {decimal, percent} from "./words.ts";

export type QuadrantsData = {
  /** Customers, or rows, to show; a few hundred that stand for all. */
  readonly rows: readonly {
    /** Estimated probability of leaving if left alone. */
    readonly risk: number;
    /** What contacting is estimated to add to the probability of staying, and one standard deviation of it. */
    readonly uplift: number;
    readonly sd: number;
    /** The likeliest of the four. */
    readonly segment: Segment;
  }[];
  /** Of all rows, those that the picture stands for. */
  readonly of: number;
};

const NAMES: readonly Segment[] = ["persuadable", "sure thing", "lost cause", "sleeping dog"];
const COLOURS = [COLOUR.blue, COLOUR.green, COLOUR.grey, COLOUR.vermillion];

/** Risk of leaving if left alone against what contacting adds: the four quadrants of a campaign, with their uncertainty. */
export function quadrantsChart({rows, of}: QuadrantsData, {title}: ChartOptions = {}): Chart {
  requireSome("quadrantsChart", "row", rows);
  const reach = Math.max(0.05, ...rows.map(({uplift, sd}) => Math.abs(uplift) + sd)) * 1.08;
  const scale = {domain: [-reach, reach], nice: false};
  const x = {
    field: "risk",
    type: "quantitative",
    scale: {domain: [0, 1]},
    axis: {title: "Risk of leaving if left alone", format: ".0%", tickCount: 5},
  };
  const y = {field: "uplift", type: "quantitative", scale, axis: {title: null, format: "+.0%"}};
  const shown = NAMES.filter(name => rows.some(({segment}) => segment === name));
  const places = shown.map(name => NAMES.indexOf(name));
  const line = (datum: number, channel: "x" | "y") => ({
    data: {values: [{}]},
    mark: {type: "rule", strokeDash: [4, 3], color: INK.axis},
    encoding: {[channel]: {datum, type: "quantitative", ...(channel === "y" ? {scale} : {})}},
  });
  const count = (name: Segment) => rows.filter(({segment}) => segment === name).length;
  const told = rows.filter(({uplift, sd}) => Math.abs(uplift) > 2 * sd).length;
  return chartOf({
    title: title ?? "Whom contacting keeps, and whom it drives away",
    caption: `Change in the probability of staying if contacted; bars are one standard deviation either way`,
    description:
      `Risk of leaving if left alone against the change by contacting, for ${rows.length} of ${of} rows. By what is likeliest: ` +
      `${shown.map(name => `${name} ${percent(count(name) / rows.length)}`).join(", ")}; for ${percent(told / rows.length)} ` +
      `the change is more than two standard deviations from none. Changes reach from ` +
      `${decimal(100 * Math.min(...rows.map(({uplift}) => uplift)), 1)} to ${decimal(100 * Math.max(...rows.map(({uplift}) => uplift)), 1)} points.`,
    table: {
      columns: [
        {name: "risk", title: "Risk if left alone", format: "percent", digits: 1},
        {name: "uplift", title: "Change by contacting", format: "percent", digits: 1},
        {name: "sd", title: "Standard deviation", format: "percent", digits: 1},
        {name: "segment", title: "Likeliest", format: "text"},
      ],
      rows: rows.map(({risk, uplift, sd, segment}) => [risk, uplift, sd, segment]),
    },
    spec: {
      ...frame(340),
      data: {values: rows.map(row => ({...row, low: row.uplift - row.sd, high: row.uplift + row.sd}))},
      layer: [
        line(0.02, "y"),
        line(-0.02, "y"),
        line(0.5, "x"),
        {
          mark: {type: "rule", color: INK.axis, opacity: 0.28},
          encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
        },
        {
          mark: {type: "point", filled: true, size: 34, opacity: 0.85},
          encoding: {
            x,
            y,
            color: {
              field: "segment",
              type: "nominal",
              scale: {domain: shown, range: places.map(i => COLOURS[i]!)},
              legend: {columns: 2, symbolSize: 90, symbolStrokeWidth: 0, symbolOpacity: 1},
            },
            shape: {field: "segment", type: "nominal", scale: {domain: shown, range: places.map(shapeOf)}},
          },
        },
      ],
    },
  });
}
