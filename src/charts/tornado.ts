import {rowAxis} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, frame, INK, requireSome} from "./theme.ts";
import {percent, wrap} from "./words.ts";

export type TornadoData = {
  /** The recommended share of customers to contact, in [0, 1]. */
  readonly fraction: number;
  /** What the share would be with an assumption at either end of its range; widest first. */
  readonly rows: readonly {
    readonly name: string;
    readonly ends: readonly {readonly label: string; readonly fraction: number; readonly value: number}[];
  }[];
  readonly currency: string;
};

/** How far the recommended share moves with each assumption. */
export function tornadoChart({fraction, rows, currency}: TornadoData, {title}: ChartOptions = {}): Chart {
  requireSome("tornadoChart", "assumption", rows);
  const names = Object.fromEntries(rows.map((row, i) => [String(i), wrap(row.name, {ems: 12, lines: 3})]));
  const data = rows.map(({ends}, row) => ({
    row,
    from: ends[0]!.fraction,
    to: ends[1]!.fraction,
    words: ends
      .map(({label, fraction}, end) => `at ${label} ${end === 0 ? "contact " : ""}${percent(fraction)}`)
      .join(", "),
  }));
  const height = 62;
  const x = {
    field: "from",
    type: "quantitative",
    scale: {domain: [0, 1]},
    axis: {title: "Share of customers to contact", format: ".0%", tickCount: 5, grid: true},
  };
  const y = {
    field: "row",
    type: "ordinal",
    sort: null,
    axis: rowAxis(names),
  };
  return chartOf({
    title: title ?? "What the recommended share hangs on",
    description: describe({fraction, rows, currency}),
    caption: `${percent(fraction)} is advised; each bar moves one assumption`,
    table: {
      columns: [
        {name: "assumption", title: "Assumption", format: "text"},
        {name: "end", title: "At", format: "text"},
        {name: "fraction", title: "Share to contact", format: "percent", digits: 0},
        {name: "value", title: "Expected value there", unit: currency, format: "integer"},
      ],
      rows: rows.flatMap(row => row.ends.map(end => [row.name, end.label, end.fraction, end.value])),
    },
    spec: {
      ...frame(70 + height * rows.length),
      data: {values: data},
      layer: [
        {
          data: {values: [{}]},
          mark: {type: "rule", color: INK.muted, strokeDash: [3, 3]},
          encoding: {x: {datum: fraction}},
        },
        {
          mark: {type: "bar", height: 12, color: COLOUR.blue, yOffset: -8},
          encoding: {x, x2: {field: "to"}, y},
        },
        {
          mark: {type: "tick", thickness: 3, size: 18, color: COLOUR.blue, yOffset: -8},
          encoding: {x, y},
        },
        {
          mark: {type: "tick", thickness: 3, size: 18, color: COLOUR.blue, yOffset: -8},
          encoding: {x: {...x, field: "to"}, y},
        },
        // The ends are told under each bar: a bar may be too short to hold them.
        {
          mark: {type: "text", align: "left", baseline: "middle", dy: 14, dx: 4, color: INK.muted},
          encoding: {x: {value: 0}, y, text: {field: "words", type: "nominal"}},
        },
      ],
    },
  });
}

function describe({fraction, rows}: TornadoData): string {
  const sentences = rows.map(({name, ends}) => {
    const [first, last] = ends.map(({label, fraction}) => ({label, share: percent(fraction)}));
    return `With "${name}" at ${first!.label} it is ${first!.share}, and at ${last!.label} it is ${last!.share}.`;
  });
  return `The recommended share is ${percent(fraction)}. One assumption at a time is moved to either end. ${sentences.join(" ")}`;
}
