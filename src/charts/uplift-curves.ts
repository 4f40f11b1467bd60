import {bandOverZero, legendColumns, note, PLAIN_ZERO, rule} from "./layout.ts";
import {
  type Chart,
  type ChartOptions,
  COLOUR,
  chartOf,
  dashOf,
  frame,
  INK,
  requireSome,
  type Spec,
} from "./theme.ts";
import {POINTS} from "./uplift-groups.ts";
import {decimal, percent, whole} from "./words.ts";

type Bounds = {readonly value: number; readonly low: number; readonly high: number};

export type TocData = {
  /** Extra effect among the first `fraction`, in (0, 1], rising. */
  readonly points: readonly ({readonly fraction: number} & Bounds)[];
  readonly outcome: string;
};

export type RiskUpliftData = {
  /** Figures by share contacted, rising in [0, 1]: by expected effect and by risk. */
  readonly points: readonly {
    readonly fraction: number;
    readonly uplift: Bounds;
    readonly risk: Bounds;
    readonly random: Bounds;
    readonly overRisk: Bounds;
  }[];
  /** Share that can be contacted. */
  readonly capacity: number;
  /** What is counted: customers kept when absent. */
  readonly currency?: string | undefined;
};

type Row = {readonly name: string; readonly fraction: number} & Bounds;

const BY_UPLIFT = "by effect";
const BY_RISK = "by risk";
const RANDOM = "at random";

/** How much larger the effect is among the first customers of an order than among all: the TOC. */
export function tocChart({points, outcome}: TocData, {title}: ChartOptions = {}): Chart {
  requireSome("tocChart", "point", points);
  const {x, y} = axes(points, {
    title: "Share of customers, highest expected effect first",
    labelExpr: POINTS,
  });
  return chartOf({
    title: title ?? "Extra effect among the first customers",
    description: describeToc({points, outcome}),
    caption: `Effect on the share ${outcome} among the first customers less the effect on all, percentage points, with intervals; at 0 an order that finds nothing`,
    table: {
      columns: [
        {name: "fraction", title: "Share of customers", format: "percent", digits: 0},
        ...["value", "low", "high"].map(name => ({
          name,
          title: {value: "Extra effect", low: "Low", high: "High"}[name]!,
          format: "percent" as const,
          digits: 1,
        })),
      ],
      rows: points.map(p => [p.fraction, p.value, p.low, p.high]),
    },
    spec: {
      ...frame(320),
      data: {values: points},
      layer: [
        ...bandOverZero(COLOUR.blue, {x, y}),
        {mark: {type: "line", color: COLOUR.blue, strokeWidth: 3}, encoding: {x, y}},
      ],
    },
  });
}

/** The central picture: what contacting by expected effect brings, and what contacting by risk does, at each share. */
export function riskUpliftChart(
  {points, capacity, currency}: RiskUpliftData,
  {title}: ChartOptions = {},
): Chart {
  requireSome("riskUpliftChart", "point", points);
  const named = [
    [BY_UPLIFT, "uplift"],
    [BY_RISK, "risk"],
    [RANDOM, "random"],
  ] as const;
  const rows: Row[] = named.flatMap(([name, key]) =>
    points.map(p => ({name, fraction: p.fraction, ...p[key]})),
  );
  // The random choice has no band: two that overlap are enough to look at.
  const banded = rows.filter(row => row.name !== RANDOM);
  const {x, y, domain} = axes(
    [...banded, ...rows.filter(r => r.name === RANDOM).map(r => ({...r, low: r.value, high: r.value}))],
    {title: "Share of customers contacted", ...quantity(points)},
  );
  const colours = [COLOUR.blue, COLOUR.vermillion, COLOUR.grey];
  const names = named.map(([name]) => name);
  // Lines that cross and meet at the end leave no room for names beside them.
  const legend = {columns: legendColumns(names)};
  const by = (range: readonly unknown[]) => ({
    field: "name",
    type: "nominal",
    scale: {domain: names, range},
    legend,
  });
  const what = currency === undefined ? "Customers kept" : `Expected gain, ${currency},`;
  return chartOf({
    title: title ?? "Contacting by expected effect against contacting by risk",
    description: describeRisk({points, capacity, currency}),
    caption: `${what} beyond contacting nobody, by how those contacted are chosen, with intervals`,
    table: tableOf(points, currency),
    spec: {
      ...frame(350),
      data: {values: rows},
      layer: [
        // Their colours are marks', not encoded: the legend shows lines.
        ...[BY_UPLIFT, BY_RISK].map((name, i) => ({
          data: {values: banded.filter(row => row.name === name)},
          mark: {type: "area", opacity: 0.13, color: colours[i]!},
          encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
        })),
        rule({y: {datum: 0}}, {color: INK.text, strokeWidth: 1.25}),
        rule({x: {datum: capacity}}, {color: INK.muted, strokeWidth: 1}),
        {
          mark: {type: "line", strokeWidth: 2.75},
          encoding: {
            x,
            y,
            color: by(colours),
            strokeDash: by(named.map((_, i) => dashOf(i))),
          },
        },
        note(
          [`budget: ${percent(capacity)}`],
          {x: capacity, y: domain[1]},
          {
            align: capacity > 0.7 ? "right" : "left",
            dx: capacity > 0.7 ? -6 : 6,
            dy: 8,
            color: INK.muted,
          },
        ),
      ],
    },
  });
}

/** Thousands are shortened where there are many. */
function quantity(points: RiskUpliftData["points"]): Spec {
  const most = Math.max(...points.flatMap(p => [p.uplift, p.risk].map(b => Math.max(-b.low, b.high))));
  return most < 10_000 ? {format: "~r"} : {format: "~s", labelExpr: PLAIN_ZERO};
}

function axes(
  rows: readonly (Bounds & {readonly fraction: number})[],
  {title, ...axis}: {readonly title: string} & Spec,
) {
  const ends = rows.flatMap(r => [r.low, r.high, r.value, 0]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = (high - low || 1) * 0.08;
  const domain = [low - margin, high + margin] as const;
  return {
    domain,
    x: {
      field: "fraction",
      type: "quantitative",
      // Not beyond what is known: lines are named at their ends.
      scale: {domain: [0, Math.max(...rows.map(r => r.fraction))], nice: false},
      axis: {title, format: ".0%", tickCount: 5, domain: false, offset: 4},
    },
    y: {
      field: "value",
      type: "quantitative",
      scale: {domain, nice: false},
      axis: {title: null, ...axis},
    },
  };
}

function tableOf(points: RiskUpliftData["points"], currency: string | undefined) {
  const format = "integer" as const;
  const unit = currency === undefined ? {} : {unit: currency};
  const column = (name: string, title: string) => ({name, title, format, ...unit});
  return {
    columns: [
      {name: "fraction", title: "Share contacted", format: "percent" as const, digits: 0},
      ...(["uplift", "risk", "random", "overRisk"] as const).flatMap(name => [
        column(
          name,
          {uplift: "By effect", risk: "By risk", random: "At random", overRisk: "By effect over by risk"}[
            name
          ],
        ),
        column(`${name}Low`, "Low"),
        column(`${name}High`, "High"),
      ]),
    ],
    rows: points.map(p => [
      p.fraction,
      ...[p.uplift, p.risk, p.random, p.overRisk].flatMap(b => [b.value, b.low, b.high]),
    ]),
  };
}

function describeToc({points, outcome}: TocData): string {
  const say = (share: number) => decimal(100 * share, 1);
  const first = points[0]!;
  return (
    `Effect on the share ${outcome} among the first customers less the effect on all, in percentage points, by share of customers. ` +
    `Among the first ${percent(first.fraction)} it is ${say(first.value)} (${say(first.low)} to ${say(first.high)}).`
  );
}

function describeRisk({points, capacity, currency}: RiskUpliftData): string {
  const near = points.reduce((a, b) =>
    Math.abs(b.fraction - capacity) < Math.abs(a.fraction - capacity) ? b : a,
  );
  const unit = currency === undefined ? "" : `${currency} `;
  const say = ({value, low, high}: Bounds) => `${unit}${whole(value)} (${whole(low)} to ${whole(high)})`;
  return (
    `${currency === undefined ? "Customers kept" : "Expected gain"} beyond contacting nobody, by share of customers contacted. ` +
    `With ${percent(near.fraction)} contacted: by expected effect ${say(near.uplift)}, by risk ${say(near.risk)}; ` +
    `the difference is ${say(near.overRisk)}.`
  );
}
