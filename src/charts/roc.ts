import {legendColumns, niceTop, note} from "./layout.ts";
import {
  type Chart,
  type ChartOptions,
  type ChartTable,
  chartOf,
  coloursOf,
  dashOf,
  frame,
  ROLE_COLOUR,
  requireSome,
  type Spec,
} from "./theme.ts";
import {counted, decimal, listed, percent} from "./words.ts";

/** What the first model does at the share of customers that a campaign contacts. */
type Capacity = {readonly contacted: number; readonly recall: number; readonly other: number};

export type RocData = {
  /** The chosen model first; points by rising rates, each a share. */
  readonly models: readonly {
    readonly name: string;
    readonly auc: number;
    readonly points: readonly {readonly falsePositiveRate: number; readonly truePositiveRate: number}[];
  }[];
  /** `other`: share of the stayers contacted. */
  readonly capacity?: Capacity | undefined;
};

export type PrecisionRecallData = {
  /** The chosen model first; points by rising recall, each a share. */
  readonly models: readonly {
    readonly name: string;
    readonly averagePrecision: number;
    readonly points: readonly {readonly precision: number; readonly recall: number}[];
  }[];
  /** Share of churners: what a random choice finds. */
  readonly baseRate: number;
  /** `other`: share of churners among those contacted. */
  readonly capacity?: Capacity | undefined;
};

/** Recall from which precision is drawn. */
const LEAST_RECALL = 0.02;

type Line = {readonly name: string; readonly points: readonly {readonly x: number; readonly y: number}[]};

/** Share of churners found against share of stayers contacted in vain, at every cut of the ranking. */
export function rocChart({models, capacity}: RocData, {title}: ChartOptions = {}): Chart {
  requireSome("rocChart", "model", models);
  const lines = models.map(({name, points}) => ({
    name,
    points: points.map(point => ({x: point.falsePositiveRate, y: point.truePositiveRate})),
  }));
  const at = capacity && {x: capacity.other, y: capacity.recall, contacted: capacity.contacted};
  const random: Spec = {
    data: {
      values: [
        {x: 0, y: 0},
        {x: 1, y: 1},
      ],
    },
    mark: {type: "line", color: ROLE_COLOUR.random, strokeWidth: 1.25},
    encoding: {x: {field: "x", type: "quantitative"}, y: {field: "y", type: "quantitative"}},
  };
  return chartOf({
    title: title ?? "Churners found against others contacted in vain",
    description:
      `Share of churners found by share of the other customers contacted, for ${counted(models.length, "model")}; the ` +
      `area below a line is the ROC AUC, the chance that a churner stands above another customer: ` +
      `${listed(models.map(({name, auc}) => `${name} ${decimal(auc, 3)}`))}; at random it is 0.5.` +
      (capacity
        ? ` With ${percent(capacity.contacted)} contacted, ${models[0]!.name} finds ${percent(capacity.recall)} of ` +
          `churners and contacts ${percent(capacity.other)} of the others.`
        : ""),
    caption: "Share of churners found",
    table: tableOf(lines, {x: "Others contacted", y: "Churners found"}),
    spec: {
      ...frame(400),
      data: {values: rowsOf(lines)},
      layer: [
        random,
        note(["random"], {x: 0.6, y: 0.6}, {dx: 8, dy: 12, color: ROLE_COLOUR.random}),
        ...lineLayers(
          lines.map(({name}) => name),
          {title: "Share of other customers contacted", top: 1, interpolate: "linear", at, wordsAt: 0.05},
        ),
      ],
    },
  });
}

/** Share of churners among those contacted against share of churners found, at every cut of the ranking. */
export function precisionRecallChart(
  {models, baseRate, capacity}: PrecisionRecallData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("precisionRecallChart", "model", models);
  const lines = models.map(({name, points}) => ({
    name,
    // The first few rows of a ranking say little: their share may be anything.
    points: points
      .filter(({recall}) => recall >= LEAST_RECALL)
      .map(({recall, precision}) => ({x: recall, y: precision})),
  }));
  const at = capacity && {x: capacity.recall, y: capacity.other, contacted: capacity.contacted};
  const highest = Math.max(baseRate, at?.y ?? 0, ...lines.flatMap(({points}) => points.map(({y}) => y)));
  const top = niceTop(highest * 1.05, 1);
  return chartOf({
    title: title ?? "Churners among those contacted, by churners found",
    description:
      `Share of churners among those contacted by share of churners found, for ${counted(models.length, "model")}; ` +
      `average precision: ` +
      `${listed(models.map(({name, averagePrecision}) => `${name} ${decimal(averagePrecision, 3)}`))}; at random it ` +
      `is the base rate, ${percent(baseRate)}.` +
      (capacity
        ? ` With ${percent(capacity.contacted)} contacted, ${models[0]!.name} finds ${percent(capacity.recall)} of ` +
          `churners, and ${percent(capacity.other)} of those contacted are churners.`
        : ""),
    caption: "Share of churners among those contacted",
    table: tableOf(lines, {x: "Churners found", y: "Churners among contacted"}),
    spec: {
      ...frame(400),
      data: {values: rowsOf(lines)},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: ROLE_COLOUR.random, strokeWidth: 1.25},
          encoding: {y: {datum: baseRate}},
        },
        note(["random"], {x: 0, y: baseRate}, {dx: 6, dy: 11, color: ROLE_COLOUR.random}),
        ...lineLayers(
          lines.map(({name}) => name),
          {
            title: "Share of churners found",
            top,
            interpolate: "step-before",
            at,
            wordsAt: (baseRate < 0.4 * top ? 0.96 : 0.05) * top,
          },
        ),
      ],
    },
  });
}

// The chosen model comes last, so that it is drawn on top.
const rowsOf = (lines: readonly Line[]) =>
  lines.toReversed().flatMap(({name, points}) => points.map(point => ({name, ...point})));

function lineLayers(
  names: readonly string[],
  {
    title,
    top,
    interpolate,
    at,
    wordsAt,
  }: {
    readonly title: string;
    readonly top: number;
    readonly interpolate: "linear" | "step-before";
    readonly at: {readonly x: number; readonly y: number; readonly contacted: number} | undefined;
    /** Height of the words on `at`, where no line is to be expected. */
    readonly wordsAt: number;
  },
): Spec[] {
  const axis = {format: ".0%", tickCount: 5};
  const x = {field: "x", type: "quantitative", scale: {domain: [0, 1]}, axis: {...axis, title}};
  const y = {field: "y", type: "quantitative", scale: {domain: [0, top]}, axis: {...axis, title: null}};
  const chosen = names[0]!;
  const by = (range: readonly unknown[]) => ({
    field: "name",
    type: "nominal",
    scale: {domain: names, range},
    legend: {columns: legendColumns(names)},
  });
  const colours = coloursOf(names);
  const lines: Spec = {
    mark: {type: "line", interpolate, clip: true},
    encoding: {
      x,
      y,
      order: {field: "x", type: "quantitative"},
      color: by(colours),
      strokeDash: by(names.map((_, i) => dashOf(i))),
      strokeWidth: {condition: {test: {field: "name", equal: chosen}, value: 3}, value: 2},
    },
  };
  if (!at) return [lines];
  const stroke = {stroke: "#ffffff", strokeWidth: 1.5};
  return [
    lines,
    {
      data: {values: [{x: at.x, y: at.y}]},
      mark: {type: "point", filled: true, size: 70, opacity: 1, color: colours[0]!, ...stroke},
      encoding: {x, y},
    },
    note(
      [`at the dot: ${percent(at.contacted)} contacted`],
      {x: 1, y: wordsAt},
      {align: "right", dx: -6, fontWeight: 600, color: colours[0]!},
    ),
  ];
}

/** The lines at tenths of the horizontal axis: the last point at or before each. */
function tableOf(lines: readonly Line[], title: {readonly x: string; readonly y: string}): ChartTable {
  const format = {format: "percent" as const, digits: 1};
  return {
    columns: [
      {name: "x", title: `${title.x}, at most`, format: "percent", digits: 0},
      ...lines.map(({name}, i) => ({
        name: `line${i}`,
        title: `${name}: ${title.y.toLowerCase()}`,
        ...format,
      })),
    ],
    rows: Array.from({length: 10}, (_, tenth) => (tenth + 1) / 10).map(x => [
      x,
      ...lines.map(({points}) => points.findLast(point => point.x <= x + 1e-9)?.y ?? null),
    ]),
  };
}
