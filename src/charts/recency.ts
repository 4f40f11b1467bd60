import {niceTop} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {percent} from "./words.ts";

export type RecencyData = {
  /**
   * By time since the last event, the most recent first. `month` names the stretch; `share` is its share of all
   * positives; `rate` is the share of its own customers that are positive.
   */
  readonly rows: readonly {readonly month: string; readonly share: number; readonly rate: number}[];
};

/** How much of the target is decided by when the customer was last seen. */
export function recencyChart({rows}: RecencyData, {title}: ChartOptions = {}): Chart {
  requireSome("recencyChart", "row", rows);
  const top = niceTop(Math.max(...rows.flatMap(row => [row.share, row.rate])) * 1.1, 1);
  const names = ["share of all churners", "churn rate of the group"];
  const data = rows.flatMap(({month, share, rate}) => [
    {month, name: names[0]!, value: share, text: percent(share)},
    {month, name: names[1]!, value: rate, text: percent(rate)},
  ]);
  const x = {
    field: "month",
    type: "ordinal",
    sort: null,
    scale: {paddingInner: 0.3, paddingOuter: 0.15},
    axis: {title: "Time since the last event", labelAngle: 0, ticks: false, labelLimit: 430 / rows.length},
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain: [0, top]},
    axis: {title: null, format: ".1~%"},
  };
  const only = (name: string) => [{filter: {field: "name", equal: name}}];
  const color = {
    field: "name",
    type: "nominal",
    scale: {domain: names, range: ["#7fb0d3", COLOUR.vermillion]},
    legend: {columns: 2, symbolSize: 130, symbolStrokeWidth: 0, symbolOpacity: 1, offset: 22},
  };
  const shape = {field: "name", type: "nominal", scale: {domain: names, range: ["square", "diamond"]}};
  return chartOf({
    title: title ?? "Churners by time since the last event",
    description: describe(rows),
    table: {
      columns: [
        {name: "month", title: "Since the last event", format: "text"},
        {name: "share", title: "Share of all churners", format: "percent", digits: 1},
        {name: "rate", title: "Churn rate of the group", format: "percent", digits: 1},
      ],
      rows: rows.map(row => [row.month, row.share, row.rate]),
    },
    spec: {
      ...frame(300),
      data: {values: data},
      layer: [
        {transform: only(names[0]!), mark: {type: "bar", color: "#7fb0d3"}, encoding: {x, y}},
        {
          transform: only(names[0]!),
          mark: {type: "text", baseline: "bottom", dy: -3, dx: 0, color: INK.text},
          encoding: {x, y, text: {field: "text", type: "nominal"}},
        },
        {
          mark: {type: "point", filled: true, size: 90, stroke: "#ffffff", strokeWidth: 1},
          encoding: {
            x,
            y,
            color,
            shape,
            opacity: {condition: {test: {field: "name", equal: names[1]}, value: 1}, value: 0},
          },
        },
      ],
    },
  });
}

function describe(rows: RecencyData["rows"]): string {
  const most = rows.reduce((a, b) => (b.share > a.share ? b : a));
  const riskiest = rows.reduce((a, b) => (b.rate > a.rate ? b : a));
  return (
    `Churners by time since the last event: ${percent(most.share)} of all churners fall in ${most.month}, where ` +
    `${percent(most.rate)} churn; the churn rate is highest in ${riskiest.month}, ${percent(riskiest.rate)}.`
  );
}
