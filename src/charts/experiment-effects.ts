import {keepsCustomers} from "../uplift/experiment/plan.ts";
import {rowAxis} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome, shapeOf} from "./theme.ts";
import {decimal, listed, percent, wrap} from "./words.ts";

export type ExperimentEffectsData = {
  /** Treatments against those left alone, each inside the target group or outside it. */
  readonly effects: readonly {
    readonly treatment: string;
    readonly where: "target" | "outside";
    /** Above 0 the treatment helps: a share of the customers, or an amount a customer. */
    readonly gain: {readonly value: number; readonly low: number; readonly high: number};
    /** Whether the bound for stopping is reached. */
    readonly crossed: boolean;
  }[];
  readonly metric: {
    readonly name: string;
    readonly kind: "proportion" | "mean";
    readonly better: "lower" | "higher";
  };
  readonly level: number;
  /** Whether it was read when the plan has it, of the plan's customers: else the title claims nothing. */
  readonly settled: boolean;
};

const WHERE = ["target", "outside"] as const;
const WORDS = {target: "Target group", outside: "Others, drawn by lot"} as const;

/** What each treatment gains in the target group and outside it, with intervals. */
export function experimentEffectsChart(data: ExperimentEffectsData, {title}: ChartOptions = {}): Chart {
  const {effects, metric, level} = data;
  requireSome("experimentEffectsChart", "effect", effects);
  const share = metric.kind === "proportion";
  const rows = effects.map(({treatment, where, gain}, row) => ({row, treatment, who: WORDS[where], ...gain}));
  const names = Object.fromEntries(
    rows.map(({row, treatment}) => [String(row), wrap(treatment, {ems: 12, lines: 2})]),
  );
  const shown = WHERE.filter(where => effects.some(effect => effect.where === where));
  const ends = rows.flatMap(({low, high}) => [low, high, 0]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const margin = (most - least || 1) * 0.08;
  const x = {
    field: "value",
    type: "quantitative",
    scale: {domain: [least - margin, most + margin], nice: false},
    axis: {
      title: share
        ? "Percentage points; right of the line the contact helps"
        : "Right of the line the contact helps",
      grid: true,
      tickCount: 5,
      ...(share ? {labelExpr: "format(100 * datum.value, '.3~r')"} : {}),
    },
  };
  const y = {
    field: "row",
    type: "ordinal",
    sort: null,
    axis: rowAxis(names),
  };
  const range = shown.map(where => (where === "target" ? COLOUR.blue : COLOUR.vermillion));
  const color = {
    field: "who",
    type: "nominal",
    scale: {domain: shown.map(where => WORDS[where]), range},
    legend: {symbolSize: 90, symbolStrokeWidth: 0},
  };
  const shape = {
    ...color,
    scale: {domain: color.scale.domain, range: shown.map(where => shapeOf(WHERE.indexOf(where)))},
  };
  const format = share ? ("percent" as const) : ("decimal" as const);
  return chartOf({
    title: title ?? finding(data),
    description: describe(data),
    caption: `${share ? `${keptWords(metric)}, with contact less without` : `Gain in "${metric.name}" a customer by contact, ${metric.better} being better`}; ${percent(level)} intervals`,
    table: {
      columns: [
        {name: "treatment", title: "Treatment", format: "text"},
        {name: "who", title: "Of whom", format: "text"},
        {name: "gain", title: "Gain", format, digits: 2},
        {name: "low", title: "Low", format, digits: 2},
        {name: "high", title: "High", format, digits: 2},
      ],
      rows: rows.map(({treatment, who, value, low, high}) => [treatment, who, value, low, high]),
    },
    spec: {
      ...frame(100 + 46 * rows.length),
      data: {values: rows},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.text, strokeWidth: 1.25},
          encoding: {x: {datum: 0}},
        },
        {
          mark: {type: "rule", strokeWidth: 2.25},
          encoding: {x: {...x, field: "low"}, x2: {field: "high"}, y, color},
        },
        {
          mark: {type: "point", filled: true, size: 90, opacity: 1},
          encoding: {x, y, color, shape},
        },
      ],
    },
  });
}

const keptWords = (metric: ExperimentEffectsData["metric"]): string =>
  keepsCustomers(metric)
    ? "Customers kept"
    : `Customers ${metric.better === "lower" ? "without" : "with"} "${metric.name}"`;

/** The finding as a title: what is claimed is claimed by the plan's bound only. */
function finding({effects, settled}: ExperimentEffectsData): string {
  const inside = effects.filter(({where}) => where === "target");
  const names = (of: typeof effects) => listed(of.map(({treatment}) => `"${treatment}"`));
  const crossed = (sign: number) => inside.filter(one => one.crossed && Math.sign(one.gain.value) === sign);
  const [helps, harms] = [crossed(1), crossed(-1)];
  if (!settled) return "What contact changed so far, which decides nothing yet";
  if (harms.length > 0) return `Contact by ${names(harms)} harms the target group`;
  if (helps.length > 0) return `Contact by ${names(helps)} helps the target group`;
  return "Contact has not been shown to change the target group";
}

function describe({effects, metric}: ExperimentEffectsData): string {
  const scale = metric.kind === "proportion" ? 100 : 1;
  const say = (value: number) => decimal(scale * value, metric.kind === "proportion" ? 1 : 2);
  const parts = effects.map(
    ({treatment, where, gain}) =>
      `"${treatment}" ${where === "target" ? "in the target group" : "outside it"} ${say(gain.value)} (${say(gain.low)} to ${say(gain.high)})`,
  );
  const unit = metric.kind === "proportion" ? "percentage points" : `"${metric.name}" a customer`;
  return `Gain by contact against being left alone, in ${unit}: ${parts.join("; ")}.`;
}
