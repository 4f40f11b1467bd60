import type {EvidenceColumn, EvidenceValue, Scalar} from "../ledger/evidence.ts";
import {wrap} from "./words.ts";

/** A picture with its title and alternative text, as evidence. */
export type Chart = Extract<EvidenceValue, {readonly kind: "chart"}>;

/** The numbers behind a chart, for those who read rather than look. */
export type ChartTable = {
  readonly columns: readonly EvidenceColumn[];
  readonly rows: readonly (readonly Scalar[])[];
};

export type ChartOptions = {
  /** Replaces the title, which the page shows above the picture; it is not drawn in it. */
  readonly title?: string | undefined;
};

/** A part of a Vega-Lite specification. */
export type Spec = Readonly<Record<string, unknown>>;

/** Width of every chart in pixels, so that type has one size on a page. */
export const WIDTH = 480;
/** Size of type in charts, in pixels. */
export const FONT_SIZE = 13;
export const LINE_HEIGHT = 17;

/** Colours of what is not data, from darkest to lightest. */
export const INK = {
  text: "#20252b",
  muted: "#59616a",
  axis: "#9aa1a9",
  quiet: "#cfd4d9",
  grid: "#e6e8eb",
  faint: "#f1f3f4",
} as const;

/**
 * Colours of data: Okabe and Ito's hues, darkened to a contrast of 4.5 on white so that labels can wear them.
 * None is told from another by hue alone: lines differ in dash, marks in shape.
 */
export const COLOUR = {
  blue: "#0068a8",
  vermillion: "#b84a00",
  green: "#007457",
  purple: "#9a3d7c",
  ochre: "#866000",
  grey: "#666d75",
} as const;

/** What something is, whichever chart it is in: it keeps its colour. */
export type Role = "model" | "heuristic" | "random" | "ceiling" | "within" | "in" | "silent";

export const ROLE_COLOUR: Readonly<Record<Role, string>> = {
  model: COLOUR.blue,
  heuristic: COLOUR.vermillion,
  random: COLOUR.grey,
  ceiling: INK.text,
  within: COLOUR.blue,
  in: COLOUR.vermillion,
  silent: COLOUR.green,
};

const FURTHER = [COLOUR.green, COLOUR.purple, COLOUR.ochre] as const;
const DASHES = [
  [1, 0],
  [7, 3],
  [2, 2.5],
  [9, 3, 2, 3],
  [4, 2],
] as const;

const SHAPES = ["circle", "triangle-up", "square", "diamond", "cross"] as const;

/** Shape of a point, by its place in the chart. */
export const shapeOf = (index: number): string => SHAPES[index % SHAPES.length]!;

/** Dash of a line, by its place in the chart; the first is solid. */
export const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length]!;

/**
 * Colours of lines by name and place. The three targets, recency and the dummy have their own; of the others the
 * first is the model that the chart is about.
 */
export function coloursOf(names: readonly string[]): string[] {
  const roles = names.map(roleOf);
  const others = names.filter((_, i) => roles[i] === undefined);
  return names.map((name, i) => {
    const role = roles[i];
    if (role !== undefined) return ROLE_COLOUR[role];
    const place = others.indexOf(name);
    return place === 0 && !roles.some(r => r === "within")
      ? ROLE_COLOUR.model
      : FURTHER[(place + FURTHER.length - 1) % FURTHER.length]!;
  });
}

function roleOf(name: string): Role | undefined {
  if (/\b(dummy|random|everyone)\b/i.test(name)) return "random";
  if (/\b(recency|heuristic)\b/i.test(name)) return "heuristic";
  return name.match(/^(within|in|silent)\b/i)?.[1]?.toLowerCase() as Role | undefined;
}

const FONT = '"Noto Sans", sans-serif';

const CONFIG: Spec = {
  font: FONT,
  aria: false,
  background: "#ffffff",
  view: {stroke: null},
  axis: {
    labelColor: INK.muted,
    labelFontSize: FONT_SIZE,
    labelPadding: 6,
    labelLimit: 220,
    titleColor: INK.muted,
    titleFontSize: FONT_SIZE,
    titleFontWeight: 400,
    titlePadding: 9,
    gridColor: INK.grid,
    domainColor: INK.axis,
    tickColor: INK.axis,
    tickSize: 4,
  },
  axisX: {grid: false, labelFlush: false},
  axisY: {domain: false, ticks: false, grid: true, tickCount: 5},
  legend: {
    orient: "top",
    title: null,
    labelFontSize: FONT_SIZE,
    labelColor: INK.text,
    labelLimit: 400,
    symbolSize: 600,
    symbolStrokeWidth: 2.5,
    columnPadding: 18,
    rowPadding: 4,
    offset: 12,
  },
  title: {
    anchor: "start",
    frame: "bounds",
    fontSize: FONT_SIZE,
    fontWeight: 400,
    color: INK.muted,
    offset: 14,
    lineHeight: LINE_HEIGHT,
  },
  header: {title: null, labelFontSize: FONT_SIZE, labelColor: INK.text},
  text: {fontSize: FONT_SIZE, color: INK.text, lineBreak: "\n", lineHeight: LINE_HEIGHT},
  line: {strokeWidth: 2.25, strokeCap: "butt", strokeJoin: "round"},
};

/**
 * Completes a specification: its schema, the look of all charts, and the numbers behind it.
 * What the vertical axis measures goes into `caption`, which is set above the plot, reads level, and breaks into lines
 * where it is wider than the picture.
 */
export function chartOf({
  title,
  description,
  caption,
  table,
  spec,
}: {
  readonly title: string;
  readonly description: string;
  readonly caption?: string | undefined;
  readonly table: ChartTable;
  readonly spec: Spec;
}): Chart {
  return {
    kind: "chart",
    title,
    description,
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      usermeta: {table},
      config: CONFIG,
      ...(caption === undefined ? {} : {title: {text: captionLines(caption)}}),
      ...spec,
    },
  };
}

const captionLines = (caption: string): string | string[] => {
  const lines = caption.split("\n").flatMap(line => wrap(line, {ems: (WIDTH - 8) / FONT_SIZE, lines: 4}));
  return lines.length === 1 ? caption : lines;
};

/** Size of a chart with one plot: axes, legend and labels beside the plot are within it. */
export const frame = (height: number): Spec => ({
  width: WIDTH,
  height,
  autosize: {type: "fit", contains: "padding"},
  padding: {left: 2, top: 4, right: 6, bottom: 2},
});

/** The numbers behind a chart made by this library; undefined for a specification written by hand. */
export function chartTable(chart: Chart): ChartTable | undefined {
  return (chart.spec.usermeta as {table?: ChartTable} | undefined)?.table;
}

/** @throws RangeError `name requires what, got 0` when there is nothing to draw. */
export function requireSome(name: string, what: string, items: readonly unknown[]): void {
  if (items.length === 0) throw new RangeError(`${name} requires at least one ${what}, got 0`);
}
