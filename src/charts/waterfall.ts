import {type Chart, type ChartOptions, COLOUR, chartOf, FONT_SIZE, frame, INK, WIDTH} from "./theme.ts";
import {decimal, percent, wrap} from "./words.ts";

export type WaterfallData = {
  /** Whom it is about, a pseudonym: "Customer A". */
  readonly who: string;
  readonly base: number;
  /** From the base to the margin, in order; contribution = to - from. None where nothing moves the score. */
  readonly steps: readonly {
    readonly title: string;
    readonly contribution: number;
    readonly from: number;
    readonly to: number;
  }[];
  readonly margin: number;
  /** Probabilities of the base and of the margin. */
  readonly baseProbability: number;
  readonly probability: number;
};

const NOTHING = "Nothing known of the customer";
const UP = "raises the risk";
const DOWN = "lowers the risk";
const BAR = 20;
const ROW = 42;
/** Ems of a line of labels at the left. */
const LABEL_EMS = 12;

/** How a customer's score comes about, from what is said of nobody in particular to what is said of the customer. */
export function waterfallChart(data: WaterfallData, {title}: ChartOptions = {}): Chart {
  const {who, base, steps, margin, baseProbability, probability} = data;
  const places = [
    {name: NOTHING, from: base, to: base, text: percent(baseProbability), kind: "end"},
    ...steps.map(({title, contribution, from, to}) => ({
      ...{name: title, from, to, text: signed(contribution)},
      kind: contribution >= 0 ? UP : DOWN,
    })),
    {name: who, from: margin, to: margin, text: percent(probability), kind: "end"},
  ].map((place, i) => ({...place, i}));
  const all = places.flatMap(({from, to}) => [from, to]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  // Room for the labels that stand beside the bars.
  const room = 0.2 * (high - low || 1);
  const x = {
    field: "from",
    type: "quantitative",
    scale: {domain: [low - room, high + room], nice: false},
    axis: {
      title: "Score of the model, before it becomes a probability",
      grid: true,
      tickCount: 5,
      domain: false,
    },
  };
  const label = places.map(({name}) => wrap(name, {ems: LABEL_EMS}));
  const y = {
    field: "i",
    type: "ordinal",
    scale: {paddingInner: 0, paddingOuter: 0},
    axis: {
      title: null,
      grid: false,
      labelExpr: `${JSON.stringify(label)}[datum.value]`,
      labelColor: INK.text,
      labelLineHeight: FONT_SIZE + 2,
      labelLimit: WIDTH / 2,
    },
  };
  const colour = {
    field: "kind",
    type: "nominal",
    scale: {domain: [UP, DOWN], range: [COLOUR.vermillion, COLOUR.blue]},
  };
  const joints = places.slice(1).map(({i, from}) => ({i: i - 1, j: i, at: from}));
  const bars = places.filter(({kind}) => kind !== "end");
  const end = (test: string, mark: object) => ({
    transform: [{filter: `datum.kind !== 'end' && ${test}`}],
    mark: {type: "text", baseline: "middle", fontWeight: 600, ...mark},
    encoding: {
      x: {...x, field: "to"},
      y,
      text: {field: "text", type: "nominal"},
      color: {
        condition: {test: `datum.kind === '${DOWN}'`, value: COLOUR.blue},
        value: COLOUR.vermillion,
      },
    },
  });
  return chartOf({
    title: title ?? findingOf(data),
    description: describe(data),
    table: {
      columns: [
        {name: "part", title: "Part of the score", format: "text"},
        {name: "contribution", title: "Adds to the score", format: "decimal", digits: 2},
        {name: "direction", title: "Which way", format: "text"},
        {name: "score", title: "Score so far", format: "decimal", digits: 2},
        {name: "probability", title: "Probability", format: "percent", digits: 1},
      ],
      rows: [
        [NOTHING, null, null, base, baseProbability],
        ...steps.map(s => [s.title, s.contribution, s.contribution >= 0 ? UP : DOWN, s.to, null]),
        [who, null, null, margin, probability],
      ],
    },
    spec: {
      ...frame(100 + ROW * places.length),
      data: {values: places},
      layer: [
        {
          data: {values: joints},
          mark: {type: "rule", color: INK.axis, strokeWidth: 1},
          encoding: {x: {...x, field: "at"}, y, y2: {field: "j"}},
        },
        {
          data: {values: bars},
          mark: {type: "bar", height: BAR},
          encoding: {x, x2: {field: "to"}, y, color: colour},
        },
        {
          transform: [{filter: "datum.kind === 'end'"}],
          mark: {type: "point", filled: true, size: 90, opacity: 1, shape: "diamond", color: INK.text},
          encoding: {x, y},
        },
        {
          transform: [{filter: "datum.kind === 'end'"}],
          mark: {type: "text", baseline: "middle", align: "left", dx: 9, fontWeight: 600, color: INK.text},
          encoding: {x, y, text: {field: "text", type: "nominal"}},
        },
        end("datum.to >= datum.from", {align: "left", dx: 5}),
        end("datum.to < datum.from", {align: "right", dx: -5}),
      ],
    },
  });
}

/** The sign stands in the text, so that no colour is needed to read it. */
const signed = (value: number): string => {
  const text = decimal(value);
  return /^[\d]/.test(text) && /[1-9]/.test(text) ? `+${text}` : text;
};

const OTHER = "Everything else";

function findingOf({who, steps}: WaterfallData): string {
  if (steps.length === 0) return `${who}: nothing moves the score`;
  const named = steps.filter(({title}) => title !== OTHER);
  const most = (named.length > 0 ? named : steps).reduce((a, b) =>
    Math.abs(b.contribution) > Math.abs(a.contribution) ? b : a,
  );
  return `${who}: ${most.title} ${most.contribution >= 0 ? UP : DOWN} most`;
}

function describe({who, steps, baseProbability, probability}: WaterfallData): string {
  const side = (words: string, up: boolean): string => {
    const parts = steps
      .filter(({contribution}) => contribution >= 0 === up)
      .map(({title, contribution}) => `${title} (${signed(contribution)})`);
    return parts.length === 0 ? "" : ` ${words}: ${parts.join(", ")}.`;
  };
  return (
    `How the score of ${who} comes about: from ${percent(baseProbability)}, when nothing is known of a customer, ` +
    `to ${percent(probability)}.${side("Raises the risk", true)}${side("Lowers the risk", false)} ` +
    "These are associations in the data, not causes."
  );
}
