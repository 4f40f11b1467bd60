import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {counted, decimal} from "./words.ts";

type Bounds = {readonly value: number; readonly low: number; readonly high: number};

export type UpliftGroupsData = {
  /** Equal groups of customers, those with the highest expected effect first: `group` counts from 1. */
  readonly groups: readonly {readonly group: number; readonly uplift: Bounds}[];
  /** Effect on all of them. */
  readonly average: number;
  /** What the outcome is, of which the effect is a share of the customers: "kept". */
  readonly outcome: string;
};

const PARTS: ReadonlyMap<number, string> = new Map([
  [5, "Fifth of customers"],
  [10, "Tenth of customers"],
]);

/** What contact changed in each group of customers, with its interval, beside the average. */
export function upliftGroupsChart(
  {groups, average, outcome}: UpliftGroupsData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("upliftGroupsChart", "group", groups);
  const rows = groups.map(({group, uplift}) => ({group, ...uplift}));
  const ends = rows.flatMap(r => [r.low, r.high, r.value, 0, average]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = (high - low || 1) * 0.08;
  const x = {
    field: "group",
    type: "ordinal",
    sort: null,
    scale: {paddingInner: 0.25, paddingOuter: 0.15},
    axis: {
      title: `${PARTS.get(groups.length) ?? `Group of ${groups.length}`}, highest expected effect first`,
      labelAngle: 0,
      ticks: false,
      domain: false,
    },
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain: [low - margin, high + margin], nice: false},
    axis: {title: null, format: "~r", labelExpr: POINTS},
  };
  const line = (datum: number, mark: object) => ({
    data: {values: [{}]},
    mark: {type: "rule", ...mark},
    encoding: {y: {datum}},
  });
  return chartOf({
    title: title ?? "What contact changed, by expected effect",
    description: describe({groups, average, outcome}),
    caption: `Customers ${outcome} with contact less without, percentage points, with intervals; dashed: all customers`,
    table: {
      columns: [
        {name: "group", title: "Group", format: "integer"},
        {name: "uplift", title: "Effect", format: "percent", digits: 1},
        {name: "low", title: "Low", format: "percent", digits: 1},
        {name: "high", title: "High", format: "percent", digits: 1},
      ],
      rows: rows.map(r => [r.group, r.value, r.low, r.high]),
    },
    spec: {
      ...frame(310),
      data: {values: rows},
      layer: [
        {mark: {type: "bar", color: COLOUR.blue, opacity: 0.75}, encoding: {x, y, y2: {datum: 0}}},
        line(average, {color: INK.muted, strokeDash: [5, 3], strokeWidth: 1.5}),
        line(0, {color: INK.text, strokeWidth: 1.25}),
        {
          mark: {type: "rule", color: INK.text, strokeWidth: 1.5},
          encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
        },
        {
          mark: {type: "point", filled: true, color: INK.text, size: 28, opacity: 1},
          encoding: {x, y},
        },
      ],
    },
  });
}

/** A share on an axis in percentage points. */
export const POINTS = "format(100 * datum.value, '.3~r')";

const points = (share: number): string => decimal(100 * share, 1);

function describe({groups, average, outcome}: UpliftGroupsData): string {
  const say = ({value, low, high}: Bounds) => `${points(value)} (${points(low)} to ${points(high)})`;
  const last = groups.length > 1 ? `, in the one with the lowest ${say(groups.at(-1)!.uplift)}` : "";
  return (
    `Effect of contact on the share of customers ${outcome}, in percentage points, in ${counted(groups.length, "equal group")}: ` +
    `in the group with the highest expected effect ${say(groups[0]!.uplift)}${last}; on all customers ${points(average)}.`
  );
}
