import {
  type Chart,
  type ChartOptions,
  COLOUR,
  chartOf,
  dashOf,
  FONT_SIZE,
  frame,
  INK,
  requireSome,
  type Spec,
  WIDTH,
} from "./theme.ts";
import {counted, decimal, listed, wrap} from "./words.ts";

export type EffectsData = {
  readonly signals: readonly {
    readonly title: string;
    readonly unit: string;
    /** Values of the signal, ascending. */
    readonly edges: readonly number[];
    /** One an edge: the score among rows that have about this value, and with every row set to it; centred. */
    readonly local: readonly number[];
    readonly partial: readonly number[];
  }[];
};

const AXIS = 46;
const GAP = 22;
const PANEL = (WIDTH - AXIS - GAP - 40) / 2;
const ALONE = WIDTH - AXIS - 28;
const HEIGHT = 130;

/** How the score goes along each signal, told in two ways: where they part, the first is to be believed. */
export function effectsChart({signals}: EffectsData, {title}: ChartOptions = {}): Chart {
  requireSome("effectsChart", "signal", signals);
  const all = signals.flatMap(({local, partial}) => [...local, ...partial]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  // Without any effect the axis still needs a length.
  const domain = low === high ? [-1, 1] : [low, high];
  return chartOf({
    title: title ?? "How the score goes along a signal",
    description: describe(signals),
    table: {
      columns: [
        {name: "signal", title: "Signal", format: "text"},
        {name: "value", title: "Value", format: "decimal", digits: 2},
        {name: "local", title: "Among like rows", format: "decimal", digits: 3},
        {name: "partial", title: "All rows set to it", format: "decimal", digits: 3},
      ],
      rows: signals.flatMap(({title: name, edges, local, partial}) =>
        edges.map((edge, k) => [name, edge, local[k]!, partial[k]!]),
      ),
    },
    spec: {
      padding: {left: 2, top: 4, right: 4, bottom: 4},
      title: {
        text: wrap(
          "Added to the score, above 0 is riskier. Solid: among rows that have about this value. " +
            "Dashed: with every row set to it. Ticks: tenths of the rows",
          {ems: WIDTH / FONT_SIZE, lines: 3},
        ),
      },
      columns: 2,
      spacing: {row: 26, column: GAP},
      concat: signals.map((signal, i) =>
        panelOf(signal, {domain, first: i % 2 === 0, width: signals.length === 1 ? ALONE : PANEL}),
      ),
    },
  });
}

function panelOf(
  {title, unit, edges, local, partial}: EffectsData["signals"][number],
  {
    domain,
    first,
    width,
  }: {readonly domain: readonly number[]; readonly first: boolean; readonly width: number},
): Spec {
  const y = {
    field: "value",
    type: "quantitative",
    scale: {domain},
    axis: first
      ? {title: null, minExtent: AXIS, maxExtent: AXIS, tickCount: 4}
      : {title: null, labels: false, tickCount: 4},
  };
  const x = {
    field: "edge",
    type: "quantitative",
    scale: {domain: [edges[0], edges.at(-1)], nice: false},
    axis: {title: unit, tickCount: 3, labelFlush: true},
  };
  const line = (values: readonly number[], colour: string, dash: number): Spec => ({
    data: {values: edges.map((edge, k) => ({edge, value: values[k]}))},
    mark: {type: "line", color: colour, strokeDash: dashOf(dash)},
    encoding: {x, y},
  });
  return {
    width,
    height: HEIGHT,
    title: {
      text: wrap(title, {ems: width / FONT_SIZE}),
      color: INK.text,
      fontWeight: 600,
      frame: "group",
      offset: 8,
    },
    layer: [
      {data: {values: [{}]}, mark: {type: "rule", color: INK.axis}, encoding: {y: {datum: 0}}},
      {
        data: {values: edges.map(edge => ({edge}))},
        mark: {type: "rule", color: INK.muted},
        encoding: {x, y: {value: HEIGHT}, y2: {value: HEIGHT - 6}},
      },
      line(partial, COLOUR.vermillion, 1),
      line(local, COLOUR.blue, 0),
    ],
  };
}

function describe(signals: EffectsData["signals"]): string {
  const parts = signals.map(({title, unit, edges, local, partial}) => {
    const [from, to] = [edges[0]!, edges.at(-1)!];
    const way = (values: readonly number[]) => `${decimal(values[0]!)} to ${decimal(values.at(-1)!)}`;
    return (
      `${title} (${unit}), from ${decimal(from, 1)} to ${decimal(to, 1)}: ${way(local)} among like rows, ` +
      `${way(partial)} with all rows set to it`
    );
  });
  return `What ${counted(signals.length, "signal")} add to the score. ${parts.join("; ")}. Association, not cause.`;
}

export type CurvesData = {
  readonly signal: string;
  readonly unit: string;
  readonly edges: readonly number[];
  /** A list a row, each one an edge: the score less that at the first edge. */
  readonly curves: readonly (readonly number[])[];
};

/** What the score of single rows does when a signal alone is changed: where they fan out, rows answer differently. */
export function curvesChart({signal, unit, edges, curves}: CurvesData, {title}: ChartOptions = {}): Chart {
  requireSome("curvesChart", "row", curves);
  const mean = edges.map((_, k) => curves.reduce((sum, curve) => sum + curve[k]!, 0) / curves.length);
  const ends = curves.map(curve => curve.at(-1)!).sort((a, b) => a - b);
  const x = {
    field: "edge",
    type: "quantitative",
    scale: {domain: [edges[0], edges.at(-1)], nice: false},
    axis: {title: `${signal} (${unit})`, titleLimit: 420},
  };
  const y = {field: "value", type: "quantitative", axis: {title: null}};
  return chartOf({
    title: title ?? `${signal}: does it mean the same for everyone?`,
    description:
      `The scores of ${counted(curves.length, "row")} when ${signal} alone goes from ${decimal(edges[0]!, 1)} to ` +
      `${decimal(edges.at(-1)!, 1)} ${unit}: they change by ${listed([
        `${decimal(mean.at(-1)!)} on average`,
        `${decimal(ends[0]!)} at least`,
        `${decimal(ends.at(-1)!)} at most`,
      ])}. Association, not cause.`,
    caption: "Change of the score; a thin line is a row, the thick one their mean",
    table: {
      columns: [
        {name: "value", title: "Value", format: "decimal", digits: 2},
        {name: "mean", title: "Mean change", format: "decimal", digits: 3},
        {name: "least", title: "Least", format: "decimal", digits: 3},
        {name: "most", title: "Most", format: "decimal", digits: 3},
      ],
      rows: edges.map((edge, k) => {
        const here = curves.map(curve => curve[k]!);
        return [edge, mean[k]!, Math.min(...here), Math.max(...here)];
      }),
    },
    spec: {
      ...frame(280),
      layer: [
        {
          data: {
            values: curves.flatMap((curve, row) => edges.map((edge, k) => ({row, edge, value: curve[k]!}))),
          },
          mark: {type: "line", color: COLOUR.grey, strokeWidth: 0.8, opacity: 0.55},
          encoding: {x, y, detail: {field: "row"}},
        },
        {
          data: {values: edges.map((edge, k) => ({edge, value: mean[k]!}))},
          mark: {type: "line", color: COLOUR.blue, strokeWidth: 3},
          encoding: {x, y},
        },
      ],
    },
  });
}
