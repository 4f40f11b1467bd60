import {niceTop, note} from "./layout.ts";
import {
  type Chart,
  type ChartOptions,
  COLOUR,
  chartOf,
  frame,
  INK,
  ROLE_COLOUR,
  requireSome,
  type Spec,
  WIDTH,
} from "./theme.ts";
import {counted, decimal} from "./words.ts";

export type LiftBinsData = {
  /** Equal bins of customers, the riskiest first: `bin` counts from 1. `perfect` is what a perfect order holds. */
  readonly bins: readonly {
    readonly bin: number;
    readonly lift: number;
    readonly low?: number | undefined;
    readonly high?: number | undefined;
    readonly perfect?: number | undefined;
  }[];
};

/** Height of the plot within the picture in pixels, about. */
const PLOT = 225;

/** Lift of each tenth of the customers, beside what a perfect order would hold. */
export function liftBinsChart({bins}: LiftBinsData, {title}: ChartOptions = {}): Chart {
  requireSome("liftBinsChart", "bin", bins);
  const reached = Math.max(1, ...bins.map(b => Math.max(b.lift, b.high ?? 0)));
  const highest = Math.max(reached, ...bins.map(b => b.perfect ?? 0));
  const top = niceTop(highest * 1.04);
  const x = {
    field: "bin",
    type: "ordinal",
    sort: null,
    scale: {paddingInner: 0.25, paddingOuter: 0.15},
    axis: {title: axisTitle(bins.length), labelAngle: 0, ticks: false},
  };
  const y = {
    field: "lift",
    type: "quantitative",
    scale: {domain: [0, top]},
    axis: {title: null, format: ".2~f"},
  };
  const bold = {field: "text", type: "nominal"};
  const rows = bins.map(b => ({
    ...b,
    text: decimal(b.lift, b.lift >= 9.95 ? 0 : 1),
    above: Math.max(b.lift, b.high ?? 0),
  }));
  const tall = {field: "lift", gte: (24 / PLOT) * top};
  return chartOf({
    title: title ?? "Lift by tenth of customers",
    description: describe(bins),
    caption: "Lift: churners found, as a multiple of a random choice",
    table: {
      columns: [
        {name: "bin", title: "Bin", format: "integer"},
        {name: "lift", title: "Lift", format: "decimal", digits: 2},
        {name: "low", title: "Low", format: "decimal", digits: 2},
        {name: "high", title: "High", format: "decimal", digits: 2},
        {name: "perfect", title: "Highest possible", format: "decimal", digits: 2},
      ],
      rows: bins.map(b => [b.bin, b.lift, b.low ?? null, b.high ?? null, b.perfect ?? null]),
    },
    spec: {
      ...frame(310),
      data: {values: rows},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.muted, strokeDash: [2, 3]},
          encoding: {y: {datum: 1}},
        },
        {mark: {type: "bar", color: COLOUR.blue}, encoding: {x, y}},
        {
          transform: [{filter: {field: "low", valid: true}}],
          mark: {type: "rule", color: INK.text, strokeWidth: 1.25},
          encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
        },
        {
          transform: [{filter: {field: "perfect", gt: 0}}],
          mark: {type: "tick", color: ROLE_COLOUR.ceiling, thickness: 2, width: {band: 1}},
          encoding: {x, y: {...y, field: "perfect"}},
        },
        {
          transform: [{filter: tall}],
          mark: {type: "text", baseline: "bottom", dy: -5, fontWeight: 600, color: "#ffffff"},
          encoding: {x, y: {value: "height"}, text: bold},
        },
        // White under the figure, where it stands on the dashed line.
        ...[{stroke: "#ffffff", strokeWidth: 4, strokeJoin: "round"}, {}].map(under => ({
          transform: [{filter: {not: tall}}],
          mark: {type: "text", baseline: "bottom", dy: -4, fontWeight: 600, ...under},
          encoding: {x, y: {...y, field: "above"}, text: bold},
        })),
        // A last bar as high as the line would stand behind its name.
        ...(rows.at(-1)!.above < 0.9
          ? [note(["random"], {y: 1}, {align: "right", dy: -9, color: INK.muted})]
          : []),
        ...ceilingName(bins, {x, y}),
      ],
    },
  });
}

// Beside the last of the ticks at the top, where the ticks turn away to below.
function ceilingName(bins: LiftBinsData["bins"], {x, y}: {readonly x: Spec; readonly y: Spec}): Spec[] {
  const highest = Math.max(...bins.map(b => b.perfect ?? 0));
  const knee = bins.findLastIndex(b => b.perfect !== undefined && b.perfect >= highest * 0.999);
  if (highest === 0 || knee < 0) return [];
  const late = knee + 1 > bins.length * 0.65;
  const beside = Math.round((WIDTH - 45) / bins.length / 2);
  return [
    {
      data: {values: [{bin: bins[knee]!.bin, perfect: highest}]},
      mark: {
        type: "text",
        baseline: "middle",
        text: "highest possible",
        align: late ? "right" : "left",
        dx: late ? beside : beside + 2,
        dy: late ? -11 : 0,
      },
      encoding: {x, y: {...y, field: "perfect"}},
    },
  ];
}

const axisTitle = (n: number): string =>
  n === 10 ? "Tenth of customers, riskiest first" : `Bin of ${n}, riskiest customers first`;

function describe(bins: LiftBinsData["bins"]): string {
  const first = bins[0]!;
  const last = bins.at(-1)!;
  const bounds =
    first.low === undefined || first.high === undefined
      ? ""
      : ` (${decimal(first.low, 1)} to ${decimal(first.high, 1)})`;
  const perfect =
    first.perfect === undefined ? "" : `, where a perfect order would hold ${decimal(first.perfect, 1)}`;
  const end = bins.length > 1 ? `; the least risky bin holds ${decimal(last.lift, 1)} times` : "";
  return (
    `Lift in ${counted(bins.length, "equal bin")} of customers. The riskiest bin holds ` +
    `${decimal(first.lift, 1)}${bounds} times the churners of a random choice${perfect}${end}.`
  );
}
