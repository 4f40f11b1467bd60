import {endLabels, niceTop} from "./layout.ts";
import {type Chart, type ChartOptions, COLOUR, chartOf, dashOf, frame, INK, requireSome} from "./theme.ts";
import {counted, percent, whole} from "./words.ts";

export type CampaignStepData = {
  /** What happened, as a verb: "opened". */
  readonly step: string;
  /** `shares[d]` of the group's customers to whom it had happened by the end of day d since the launch, in [0, 1]. */
  readonly groups: readonly {readonly name: string; readonly shares: readonly number[]}[];
};

const COLOURS = [COLOUR.blue, COLOUR.vermillion, COLOUR.green, COLOUR.purple, COLOUR.ochre] as const;
/** Height of the plot within the picture in pixels, about. */
const PLOT = 200;
/** Rows of the table behind the picture, at most. */
const ROWS = 14;

/** The share of each group to whom a step of the campaign has happened, day by day since the launch. */
export function campaignStepChart({step, groups}: CampaignStepData, {title}: ChartOptions = {}): Chart {
  requireSome("campaignStepChart", "group", groups);
  const days = Math.max(...groups.map(({shares}) => shares.length));
  requireSome("campaignStepChart", "day", new Array(days));
  const names = groups.map(({name}) => name);
  const colours = names.map((_, i) => COLOURS[i % COLOURS.length]!);
  const highest = Math.max(0, ...groups.flatMap(({shares}) => shares));
  const top = highest === 0 ? 0.1 : niceTop(highest * 1.05, 1);
  const ends = groups.map(({name, shares}, i) => ({
    ...{name, value: shares.at(-1) ?? 0, text: percent(shares.at(-1) ?? 0)},
    colour: colours[i]!,
  }));
  const labels = endLabels(ends, {domain: [0, top], plot: PLOT});
  const by = (range: readonly unknown[]) => ({
    field: "name",
    type: "nominal",
    scale: {domain: names, range},
    legend: null,
  });
  const last = Math.max(1, days - 1);
  return chartOf({
    title: title ?? titleOf(step, ends),
    description: describe({step, groups}, days),
    caption: `Share of each group ${step} by the end of the day`,
    table: {
      columns: [
        {name: "day", title: "Days since the launch", format: "integer"},
        ...names.map((name, i) => ({name: `g${i}`, title: name, format: "percent" as const, digits: 1})),
      ],
      rows: tableDays(days).map(d => [d, ...groups.map(({shares}) => shares[d] ?? null)]),
    },
    spec: {
      ...frame(270),
      data: {
        values: groups.flatMap(({name, shares}) => shares.map((share, day) => ({name, day, share}))),
      },
      layer: [
        {
          mark: {type: "line", interpolate: "step-after"},
          encoding: {
            x: {
              field: "day",
              type: "quantitative",
              scale: {domain: [0, last], nice: false},
              axis: {title: "Days since the launch", format: "d", tickMinStep: 1, tickCount: 7},
            },
            y: {
              field: "share",
              type: "quantitative",
              scale: {domain: [0, top]},
              axis: {title: null, format: ".1~%"},
            },
            color: by(colours),
            strokeDash: by(names.map((_, i) => dashOf(i))),
          },
        },
        ...labels.layers,
      ],
    },
  });
}

/** Two groups are told apart in the title; more are left to the picture. */
const titleOf = (step: string, ends: readonly {readonly name: string; readonly text: string}[]): string =>
  ends.length > 2
    ? `${capital(step)}, by group`
    : `${capital(step)}: ${ends.map(({name, text}) => `${name} ${text}`).join("; ")}`;

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Days for a table: the first, the last, and even steps between. */
function tableDays(days: number): number[] {
  const step = Math.ceil(days / (ROWS - 1));
  const shown = Array.from({length: Math.ceil(days / step)}, (_, k) => k * step);
  return shown.at(-1) === days - 1 ? shown : [...shown, days - 1];
}

function describe({step, groups}: CampaignStepData, days: number): string {
  const middle = Math.floor((days - 1) / 2);
  const at = groups.map(
    ({name, shares}) => `${name} ${percent(shares[middle] ?? 0)}, then ${percent(shares.at(-1) ?? 0)}`,
  );
  return (
    `Share of customers ${step} by group, cumulated from the launch, on day ${middle} and on day ${days - 1}, the last ` +
    `one known: ${at.join("; ")}.`
  );
}

export type ContactDaysData = {
  /** Days in rising order, written YYYY-MM-DD, without gaps. */
  readonly days: readonly string[];
  /** Customers to be contacted on each. */
  readonly customers: readonly number[];
};

/** How many customers are best contacted on each day. */
export function contactDaysChart({days, customers}: ContactDaysData, {title}: ChartOptions = {}): Chart {
  requireSome("contactDaysChart", "day", days);
  const all = customers.reduce((sum, n) => sum + n, 0);
  const most = customers.indexOf(Math.max(...customers));
  const step = Math.ceil(days.length / 7);
  const shown = days.filter((_, i) => i % step === 0);
  return chartOf({
    title: title ?? `The day with the most contacts is ${weekday(days[most]!)}, ${days[most]}`,
    description:
      `Customers by suggested day of contact, ${counted(all, "customer")} from ${days[0]} to ${days.at(-1)}; ` +
      `at most ${whole(customers[most]!)} on one day, ${days[most]}.`,
    caption: "Customers by suggested day of contact",
    table: {
      columns: [
        {name: "day", title: "Day", format: "text"},
        {name: "weekday", title: "Weekday", format: "text"},
        {name: "customers", title: "Customers", format: "integer"},
      ],
      rows: days.map((day, i) => [day, weekday(day), customers[i]!]),
    },
    spec: {
      ...frame(230),
      data: {values: days.map((day, i) => ({day, customers: customers[i]!}))},
      mark: {type: "bar", color: COLOUR.blue},
      encoding: {
        x: {
          field: "day",
          type: "ordinal",
          sort: null,
          scale: {domain: days, paddingInner: 0.2},
          axis: {
            title: null,
            values: shown,
            labelAngle: 0,
            ticks: false,
            labelExpr: `${JSON.stringify(Object.fromEntries(shown.map(day => [day, shortDay(day)])))}[datum.value]`,
            labelColor: INK.muted,
          },
        },
        y: {field: "customers", type: "quantitative", axis: {title: null, tickMinStep: 1, format: "d"}},
      },
    },
  });
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const weekday = (date: string): string => WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]!;

const shortDay = (date: string): string => `${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]}`;
