import {niceTop, note} from "./layout.ts";
import {type Chart, type ChartOptions, chartOf, COLOUR, frame, INK, requireSome, ROLE_COLOUR} from "./theme.ts";
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

/** Lift of each tenth of the customers, beside what a perfect order would hold. */
export function liftBinsChart({bins}: LiftBinsData, {title}: ChartOptions = {}): Chart {
  requireSome("liftBinsChart", "bin", bins);
  const reached = Math.max(1, ...bins.map(b => Math.max(b.lift, b.high ?? 0)));
  const highest = Math.max(reached, ...bins.map(b => b.perfect ?? 0));
  const top = niceTop(highest * 1.04);
  const hasPerfect = bins.some(b => b.perfect !== undefined);
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
  const text = {field: "text", type: "nominal"};
  const rows = bins.map(b => ({
    ...b,
    text: decimal(b.lift, b.lift >= 9.95 ? 0 : 1),
    above: Math.max(b.lift, b.high ?? 0),
  }));
  const knee = rows.findLast(b => b.perfect !== undefined && b.perfect > 0) ?? rows[0]!;
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
        {mark: {type: "bar", color: COLOUR.blue, opacity: 0.82}, encoding: {x, y}},
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.axis, strokeDash: [2, 3]},
          encoding: {y: {datum: 1}},
        },
        {
          transform: [{filter: {field: "low", valid: true}}],
          mark: {type: "rule", color: INK.text, strokeWidth: 1.25},
          encoding: {x, y: {...y, field: "low"}, y2: {field: "high"}},
        },
        {
          transform: [{filter: {field: "perfect", valid: true}}],
          mark: {type: "tick", color: ROLE_COLOUR.ceiling, thickness: 2, width: {band: 1}},
          encoding: {x, y: {...y, field: "perfect"}},
        },
        {
          mark: {type: "text", baseline: "bottom", dy: -4, stroke: "#ffffff", strokeWidth: 3, strokeJoin: "round"},
          encoding: {x, y: {...y, field: "above"}, text},
        },
        {mark: {type: "text", baseline: "bottom", dy: -4, fontWeight: 600}, encoding: {x, y: {...y, field: "above"}, text}},
        note(["random"], {y: 1}, {align: "right", dy: -9, color: INK.muted}),
        ...(hasPerfect
          ? [note(["highest possible"], {x: knee.bin, y: knee.perfect ?? 0}, {dx: 20, dy: 0})]
          : []),
      ],
    },
  });
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
