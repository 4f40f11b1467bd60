import {legendColumns, niceTop, note} from "./layout.ts";
import {
  type Chart,
  type ChartOptions,
  chartOf,
  coloursOf,
  dashOf,
  frame,
  INK,
  ROLE_COLOUR,
  requireSome,
  type Spec,
} from "./theme.ts";
import {counted, decimal, listed, percent} from "./words.ts";

/** A line by share contacted; points in rising order of `fraction` in (0, 1]. */
type Curve<Point> = {readonly name: string; readonly points: readonly Point[]};
type Bounds = {readonly low?: number | undefined; readonly high?: number | undefined};

export type LiftData = {
  /** The chosen model first; its bounds are drawn as a band. */
  readonly models: readonly Curve<{readonly fraction: number; readonly lift: number} & Bounds>[];
  /** What a perfect order would reach. */
  readonly ceiling: readonly {readonly fraction: number; readonly lift: number}[];
  /** Share of customers that can be contacted. */
  readonly capacity?: number | undefined;
};

export type GainsData = {
  readonly models: readonly Curve<{readonly fraction: number; readonly gain: number} & Bounds>[];
  readonly ceiling: readonly {readonly fraction: number; readonly gain: number}[];
  readonly capacity?: number | undefined;
};

const CEILING = "highest possible";
const CEILING_DASH = [3, 3] as const;

type Row = {
  readonly name: string;
  readonly fraction: number;
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
};

/** How many times as many churners as a random choice the first customers of each order hold. */
export function liftChart({models, ceiling, capacity}: LiftData, {title}: ChartOptions = {}): Chart {
  requireSome("liftChart", "model", models);
  const rows = rowsOf(models, point => point.lift);
  const best = ceiling.map(({fraction, lift}) => ({fraction, value: lift}));
  const reached = Math.max(1, ...rows.map(row => Math.max(row.value, row.high ?? 0)));
  const highest = Math.max(reached, ...best.map(point => point.value));
  // A rare target has a ceiling so high that it would press the models flat; then it enters from above.
  const top = niceTop(Math.min(highest, reached * 2.2) * 1.02);
  return chartOf({
    title: title ?? "Lift by share of customers contacted",
    description: describeCurves("Lift over a random choice", rows, best, {
      names: models.map(m => m.name),
      capacity,
      show: value => decimal(value, 1),
    }),
    caption: "Lift: churners found, as a multiple of a random choice",
    table: tableOf(models, ceiling, "lift", capacity),
    spec: {
      ...frame(350),
      data: {values: rows},
      layer: [
        ...curveLayers(
          models.map(m => m.name),
          {top, format: ".2~f", best, capacity, show: v => `lift ${decimal(v, 1)}`, rows},
        ),
        {
          data: {values: [{}]},
          mark: {type: "rule", color: ROLE_COLOUR.random, strokeWidth: 1.25},
          encoding: {y: {datum: 1}},
        },
        note(["random"], {x: 1, y: 1}, {align: "right", dy: 11, color: ROLE_COLOUR.random}),
      ],
    },
  });
}

/** The share of all churners that the first customers of each order hold. */
export function gainsChart({models, ceiling, capacity}: GainsData, {title}: ChartOptions = {}): Chart {
  requireSome("gainsChart", "model", models);
  const start = {fraction: 0, gain: 0};
  const rows = rowsOf(
    models.map(({name, points}) => ({name, points: [{...start, low: 0, high: 0}, ...points]})),
    point => point.gain,
  );
  const best = [start, ...ceiling].map(({fraction, gain}) => ({fraction, value: gain}));
  return chartOf({
    title: title ?? "Churners found by share of customers contacted",
    description: describeCurves("Share of all churners found", rows, best, {
      names: models.map(m => m.name),
      capacity,
      show: percent,
    }),
    caption: "Share of all churners found",
    table: tableOf(models, ceiling, "gain", capacity),
    spec: {
      ...frame(370),
      data: {values: rows},
      layer: [
        {
          data: {
            values: [
              {fraction: 0, value: 0},
              {fraction: 1, value: 1},
            ],
          },
          mark: {type: "line", color: ROLE_COLOUR.random, strokeWidth: 1.25},
          encoding: {x: {field: "fraction", type: "quantitative"}, y: {field: "value", type: "quantitative"}},
        },
        ...curveLayers(
          models.map(m => m.name),
          {top: 1, format: ".0%", best, capacity, show: v => `${percent(v)} of churners`, rows},
        ),
        note(["random"], {x: 0.66, y: 0.66}, {dx: 8, dy: 12, color: ROLE_COLOUR.random}),
      ],
    },
  });
}

// The chosen model comes last, so that it is drawn on top.
function rowsOf<P extends {readonly fraction: number} & Bounds>(
  models: readonly Curve<P>[],
  value: (point: P) => number,
): Row[] {
  return models.toReversed().flatMap(({name, points}) =>
    points.map(point => ({
      name,
      fraction: point.fraction,
      value: value(point),
      ...(point.low !== undefined && point.high !== undefined ? {low: point.low, high: point.high} : {}),
    })),
  );
}

function curveLayers(
  names: readonly string[],
  {
    top,
    format,
    best,
    capacity,
    show,
    rows,
  }: {
    readonly top: number;
    readonly format: string;
    readonly best: readonly {readonly fraction: number; readonly value: number}[];
    readonly capacity: number | undefined;
    readonly show: (value: number) => string;
    readonly rows: readonly Row[];
  },
): Spec[] {
  const x = {
    field: "fraction",
    type: "quantitative",
    scale: {domain: [0, 1]},
    axis: {title: "Share of customers contacted, riskiest first", format: ".0%", tickCount: 5},
  };
  const y = {field: "value", type: "quantitative", scale: {domain: [0, top]}, axis: {title: null, format}};
  const chosen = names[0]!;
  // The ceiling is named in the legend: a name beside it lies on curves, wherever it turns.
  const named = best.length > 0 ? [...names, CEILING] : names;
  const by = (range: readonly unknown[]) => ({
    field: "name",
    type: "nominal",
    scale: {domain: named, range},
    legend: {columns: legendColumns(named), offset: 12},
  });
  const colours = coloursOf(names);
  const color = by(best.length > 0 ? [...colours, ROLE_COLOUR.ceiling] : colours);
  const strokeDash = by(named.map((name, i) => (name === CEILING ? CEILING_DASH : dashOf(i))));
  const layers: Spec[] = [
    {
      transform: [
        {
          filter: {
            and: [
              {field: "name", equal: chosen},
              {field: "low", valid: true},
            ],
          },
        },
      ],
      mark: {type: "area", color: colours[0]!, opacity: 0.14, clip: true},
      encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
    },
    {
      data: {values: best.map(point => ({...point, name: CEILING}))},
      mark: {type: "line", strokeWidth: 1.5, clip: true},
      encoding: {x, y, color, strokeDash},
    },
    {
      mark: {type: "line", clip: true},
      encoding: {
        x,
        y,
        color,
        strokeDash,
        strokeWidth: {condition: {test: {field: "name", equal: chosen}, value: 3}, value: 2},
      },
    },
  ];
  if (capacity === undefined) return layers;
  const reached = at(rows, chosen, capacity);
  const text = [`${percent(capacity)} contacted${reached === undefined ? "" : `: ${show(reached)}`}`];
  const late = capacity > 0.55;
  layers.push(
    {
      data: {values: [{}]},
      mark: {type: "rule", color: INK.muted, strokeWidth: 1},
      encoding: {x: {datum: capacity}},
    },
    note(
      text,
      {x: capacity, y: 0},
      {
        align: late ? "right" : "left",
        dx: late ? -6 : 6,
        dy: -9,
        fontWeight: 600,
        color: colours[0]!,
      },
    ),
  );
  if (reached !== undefined)
    layers.push({
      data: {values: [{fraction: capacity, value: reached}]},
      mark: {
        type: "point",
        filled: true,
        size: 70,
        opacity: 1,
        color: colours[0]!,
        stroke: "#ffffff",
        strokeWidth: 1.5,
      },
      encoding: {x, y},
    });
  return layers;
}

/** Value of a line at a fraction, straight between its points; undefined outside them. */
function at(rows: readonly Row[], name: string, fraction: number): number | undefined {
  return interpolate(
    rows.filter(row => row.name === name),
    fraction,
  );
}

function interpolate(
  points: readonly {readonly fraction: number; readonly value: number}[],
  fraction: number,
): number | undefined {
  const next = points.findIndex(point => point.fraction >= fraction - 1e-12);
  if (next < 0) return undefined;
  const b = points[next]!;
  if (Math.abs(b.fraction - fraction) < 1e-9) return b.value;
  if (next === 0) return undefined;
  const a = points[next - 1]!;
  return a.value + ((b.value - a.value) * (fraction - a.fraction)) / (b.fraction - a.fraction);
}

function describeCurves(
  what: string,
  rows: readonly Row[],
  best: readonly {readonly fraction: number; readonly value: number}[],
  {
    names,
    capacity,
    show,
  }: {names: readonly string[]; capacity: number | undefined; show: (value: number) => string},
): string {
  const fraction = capacity ?? 0.1;
  const parts = names.flatMap((name, i) => {
    const value = at(rows, name, fraction);
    if (value === undefined) return [];
    const row = rows.find(r => r.name === name && Math.abs(r.fraction - fraction) < 1e-9);
    const bounds =
      i === 0 && row?.low !== undefined && row.high !== undefined
        ? ` (${show(row.low)} to ${show(row.high)})`
        : "";
    return [`${name} reaches ${show(value)}${bounds}`];
  });
  const ceiling = interpolate(best, fraction);
  const possible = ceiling === undefined ? [] : [`the highest possible is ${show(ceiling)}`];
  const start = `${what} by share of customers contacted, for ${counted(names.length, "model")}.`;
  if (parts.length + possible.length === 0) return start;
  return `${start} With ${percent(fraction)} contacted, ${listed([...parts, ...possible])}.`;
}

// A table of tenths, and the capacity, reads better than every point of the curves.
function tableOf<K extends "lift" | "gain">(
  models: readonly Curve<{readonly fraction: number} & Readonly<Record<K, number>>>[],
  ceiling: readonly ({readonly fraction: number} & Readonly<Record<K, number>>)[],
  key: K,
  capacity: number | undefined,
) {
  const tenths = Array.from({length: 10}, (_, i) => (i + 1) / 10);
  const fractions = [
    ...new Set([0.01, 0.02, 0.05, ...tenths, ...(capacity === undefined ? [] : [capacity])]),
  ];
  const lines = [...models, {name: "Highest possible", points: ceiling}].map(({name, points}) => ({
    name,
    points: points.map(point => ({fraction: point.fraction, value: point[key]})),
  }));
  const format =
    key === "gain" ? {format: "percent" as const, digits: 0} : {format: "decimal" as const, digits: 2};
  return {
    columns: [
      {name: "fraction", title: "Share contacted", format: "percent" as const, digits: 0},
      ...lines.map(({name}, i) => ({name: `line${i}`, title: name, ...format})),
    ],
    rows: fractions
      .sort((a, b) => a - b)
      .map(fraction => [fraction, ...lines.map(line => interpolate(line.points, fraction) ?? null)])
      .filter(row => row.some((cell, i) => i > 0 && cell !== null)),
  };
}
