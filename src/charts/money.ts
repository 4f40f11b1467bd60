import {bandOverZero, note, PLAIN_ZERO, rule} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {percent, whole} from "./words.ts";

export type MoneyData = {
  /** Expected value of contacting the riskiest `fraction`, with bounds; rising order of `fraction` in [0, 1]. */
  readonly points: readonly {
    readonly fraction: number;
    readonly expected: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Share of customers that can be contacted. */
  readonly capacity: number;
  readonly currency: string;
};

/** What a campaign is expected to bring, by how many customers it contacts. */
export function moneyChart({points, capacity, currency}: MoneyData, {title}: ChartOptions = {}): Chart {
  requireSome("moneyChart", "point", points);
  const all = points.flatMap(p => [p.expected, p.low, p.high]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const margin = (high - low || 1) * 0.09;
  const at = valueAt(points, capacity);
  const x = {
    field: "fraction",
    type: "quantitative",
    scale: {domain: [0, 1]},
    axis: {
      title: "Share of customers contacted, riskiest first",
      format: ".0%",
      tickCount: 5,
      domain: false,
      offset: 4,
    },
  };
  const y = {
    field: "expected",
    type: "quantitative",
    scale: {domain: [low - (low < 0 ? margin : 0), high + margin], nice: false},
    axis: {title: null, format: "~s", labelExpr: PLAIN_ZERO},
  };
  const late = capacity > 0.5;
  return chartOf({
    title: title ?? "Expected value by share of customers contacted",
    description: describe({points, capacity, currency}, at),
    caption: `Expected value of the campaign, ${currency}`,
    table: {
      columns: [
        {name: "fraction", title: "Share contacted", format: "percent", digits: 0},
        {name: "expected", title: "Expected", unit: currency, format: "integer"},
        {name: "low", title: "Low", unit: currency, format: "integer"},
        {name: "high", title: "High", unit: currency, format: "integer"},
      ],
      rows: points.map(p => [p.fraction, p.expected, p.low, p.high]),
    },
    spec: {
      ...frame(320),
      data: {values: points},
      layer: [
        ...bandOverZero(COLOUR.blue, {x, y}),
        rule({x: {datum: capacity}}, {color: INK.muted, strokeWidth: 1}),
        {mark: {type: "line", color: COLOUR.blue, strokeWidth: 3}, encoding: {x, y}},
        ...(at
          ? [
              {
                data: {values: [{fraction: capacity, expected: at.expected}]},
                mark: {
                  type: "point",
                  filled: true,
                  size: 80,
                  opacity: 1,
                  color: COLOUR.blue,
                  stroke: "#ffffff",
                  strokeWidth: 1.5,
                },
                encoding: {x, y},
              },
            ]
          : []),
        note(
          [`${percent(capacity)} contacted${at ? `: ${currency} ${whole(at.expected)}` : ""}`],
          {x: capacity, y: high + margin},
          {
            align: late ? "right" : "left",
            dx: late ? -7 : 7,
            dy: 8,
            fontWeight: 600,
            color: COLOUR.blue,
          },
        ),
      ],
    },
  });
}

function valueAt(points: MoneyData["points"], fraction: number) {
  const next = points.findIndex(p => p.fraction >= fraction - 1e-12);
  if (next < 0) return undefined;
  const b = points[next]!;
  if (Math.abs(b.fraction - fraction) < 1e-9) return b;
  const a = points[next - 1];
  if (!a) return undefined;
  const part = (fraction - a.fraction) / (b.fraction - a.fraction);
  const mix = (key: "expected" | "low" | "high") => a[key] + (b[key] - a[key]) * part;
  return {fraction, expected: mix("expected"), low: mix("low"), high: mix("high")};
}

function describe(
  {points, capacity, currency}: MoneyData,
  at: {readonly expected: number; readonly low: number; readonly high: number} | undefined,
): string {
  const best = points.reduce((a, b) => (b.expected > a.expected ? b : a));
  const money = (value: number) => `${currency} ${whole(value)}`;
  const here = at
    ? ` With ${percent(capacity)} contacted it is ${money(at.expected)} (${money(at.low)} to ${money(at.high)}).`
    : "";
  return (
    `Expected value of the campaign by share of customers contacted.${here} ` +
    `On these customers it is highest with ${percent(best.fraction)} contacted: ${money(best.expected)}.`
  );
}
