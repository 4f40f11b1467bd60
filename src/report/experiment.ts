import {dateOf, dayOf} from "../data/calendar.ts";
import {briefPercent, counted, decimal, percent, whole} from "../figures.ts";
import {CONTROL} from "../uplift/experiment/design.ts";
import {keepsCustomers, type Metric} from "../uplift/experiment/plan.ts";
import type {Bounds, GuardrailReading, TreatmentEffect} from "../uplift/experiment/read-effects.ts";
import type {ReadOut, ReadOutResults} from "../uplift/experiment/readout.ts";
import {pText, sizeText} from "./experiment-plan.ts";
import {interval, type List, list, type Text, text} from "./words.ts";

/**
 * What a reading says and what to do, in words: the effect of each treatment, guardrails that do not hold, and what the
 * labels mean. With a sample-ratio mismatch, only that.
 */
export function verdictText(read: ReadOut): Text {
  const {results} = read;
  if (results === null) return text(`${mismatchText(read)} ${notes(read).join(" ")}`.trim());
  const effects = results.effects.map(effect => effectText(effect, read));
  return text([...effects, ...guardrailNotes(results), ...notes(read)].join(" "));
}

/** What must not get worse and does, or may. */
const guardrailNotes = ({guardrails}: ReadOutResults): string[] =>
  guardrails.flatMap(({name, treatment, verdict}) =>
    verdict === "breached"
      ? [`But "${name}" is worse with "${treatment}" than the plan allows: stop it.`]
      : verdict === "not shown"
        ? [`That "${name}" gets no worse with "${treatment}" than the plan allows has not been shown.`]
        : [],
  );

function mismatchText({sampleRatio: {cells, p}}: ReadOut): string {
  const short = cells.filter(({known, expected}) => known < expected);
  const off = short.sort((a, b) => gap(b) - gap(a)).slice(0, 2);
  const said = off.map(
    ({group, arm, known, expected, assigned}) =>
      `of ${whole(assigned)} customers ${armText(group, arm)} ${whole(known)} outcomes are known, where ${whole(expected)} were to be expected`,
  );
  return (
    `No effect can be read: outcomes are missing in one arm more than in another (${said.join("; ")}; ${pText(p)}). ` +
    "Whatever makes them missing may be mistaken for an effect. Find where they were lost, and read again."
  );
}

const gap = ({known, expected}: ReadOut["sampleRatio"]["cells"][number]): number =>
  Math.abs(known - expected) / Math.sqrt(Math.max(1, expected));

function armText(group: string, arm: string): string {
  const where = group.startsWith("target") ? "in the target group" : "outside the target group";
  return `${where} ${arm === CONTROL ? "left alone" : `with "${arm}"`}`;
}

function effectText(effect: TreatmentEffect, read: ReadOut): string {
  const {treatment, gain, pAdjusted} = effect;
  if (gain === null || pAdjusted === null)
    return `Nothing can be said of "${treatment}" yet: fewer than two outcomes are known in an arm.`;
  const many = read.power.length > 1 ? ` adjusted for ${whole(read.power.length)} treatments` : "";
  const found = `${gainText(read.metric, gain)} (${briefPercent(read.level)} interval, ${pText(pAdjusted)}${many})`;
  return `${headline(effect, read)}: ${found}.`;
}

function headline({treatment, gain, crossed}: TreatmentEffect, {look, labels}: ReadOut): string {
  const contact = `"${treatment}"`;
  if (labels.includes("altered population"))
    return `${contact} cannot be judged, these are not the plan's customers`;
  if (look === null) return `${contact} cannot be judged yet`;
  if (crossed && gain!.value > 0) return `${contact} helps`;
  if (crossed) return `${contact} harms, stop it`;
  if (look.index < look.of)
    return `${contact} has shown no effect yet, go on to look ${look.index + 1} of ${look.of}`;
  return labels.includes("underpowered")
    ? `${contact} has shown no effect, but there are too few customers to tell`
    : `${contact} has shown no effect`;
}

/** A gain in the direction that is better: customers of a hundred, or the metric's unit a customer. */
export function gainText(metric: Metric, gain: Bounds): string {
  const {name, kind, better} = metric;
  if (kind === "mean")
    return `"${name}" a customer is ${interval(gain, 2)} ${better} than of those left alone`;
  const of = {value: 100 * gain.value, low: 100 * gain.low, high: 100 * gain.high};
  const what = keepsCustomers(metric)
    ? "more are kept"
    : `${better === "lower" ? "fewer" : "more"} have "${name}"`;
  return `of 100 customers contacted ${interval(of, 1)} ${what} than of 100 left alone`;
}

/** What the labels mean here; a sample-ratio mismatch has its own text. */
function notes(read: ReadOut): string[] {
  const {labels} = read;
  return [
    ...(labels.includes("peeked") ? [peekedText(read)] : []),
    ...(labels.includes("underpowered") ? [underpoweredText(read)] : []),
    ...(labels.includes("altered population")
      ? [
          "ALTERED POPULATION: the customers or their arms are not those that the plan assigns; the lot no longer warrants that the arms are alike.",
        ]
      : []),
  ];
}

function peekedText({day, information, plan}: ReadOut): string {
  const last = dateOf(dayOf(plan.launch) + plan.horizonDays);
  return (
    `PEEKED: on ${day} ${percent(information)} of the outcomes are known, and that is none of the looks of the plan, the last of which is not before ${last}; ` +
    `who looks at other times finds effects that are not there more often than ${briefPercent(plan.alpha)}. Decide nothing by it.`
  );
}

function underpoweredText({power, metric}: ReadOut): string {
  const short = power.find(({enough}) => !enough)!;
  const shows =
    short.detectable === null
      ? "no effect can be shown"
      : `only an effect of ${sizeText(metric, short.detectable)} or more is found reliably`;
  return (
    `UNDERPOWERED: with ${whole(short.treated)} contacted and ${whole(short.control)} left alone ${shows}, and ${sizeText(metric, short.planned)} was planned for; ` +
    `no effect shown does not mean that there is none, and one shown is likely to be overstated.`
  );
}

/** What else the reading found, a sentence each; empty when no effect is to be read. */
export function readOutFindings(read: ReadOut): List {
  const {results, metric} = read;
  if (results === null) return list([]);
  const settled = read.look !== null && !read.labels.includes("altered population");
  return list([
    ...(settled ? [] : ["Nothing of what follows is settled either."]),
    ...results.effects.flatMap(effect => adjustedTexts(effect, read)),
    ...results.outside.flatMap(({treatment, gain}) =>
      gain === null ? [] : [`Outside the target group, with "${treatment}" ${gainText(metric, gain)}.`],
    ),
    ...targetingTexts(results, metric),
    ...results.guardrails.map(guardrailText),
    ...segmentTexts(read, results),
    ...(read.strangers === 0
      ? []
      : [
          `${counted(read.strangers, "row")} of the outcomes are of customers who were not assigned; they were left out.`,
        ]),
  ]);
}

function adjustedTexts(
  {treatment, lin, cuped, complier, ratio}: TreatmentEffect,
  {metric}: ReadOut,
): string[] {
  const sign = metric.better === "lower" ? -1 : 1;
  const towards = ({value, low, high}: Bounds): Bounds =>
    sign === 1 ? {value, low, high} : {value: -value, low: -high, high: -low};
  const adjusted = cuped === null || lin === null ? [] : [{cuped, lin}];
  return [
    ...(ratio === null
      ? []
      : [`"${metric.name}" is ${interval(ratio, 2)} times as frequent with "${treatment}" as without.`]),
    ...adjusted.map(
      both =>
        `With what was known before taken out, ${gainText(metric, towards(both.lin))} (regression, Lin 2013); by CUPED ` +
        `${gainText(metric, towards(both.cuped))}, with ${percent(1 - both.cuped.varianceRatio)} less noise.`,
    ),
    ...(complier === null
      ? []
      : [
          complier.effect === null
            ? `What "${treatment}" does to those who took it cannot be said: hardly anybody took it because it was sent.`
            : `Being sent "${treatment}" raised the share who took it by ${sizeText({kind: "proportion"}, complier.compliers.value)}; ` +
              `among them, ${gainText(metric, towards(complier.effect))}. ${complier.assumption}`,
        ]),
  ];
}

function targetingTexts({targeting}: ReadOutResults, metric: Metric): string[] {
  return targeting.map(({treatment, gain}) => {
    const points =
      metric.kind === "proportion"
        ? `${interval({value: 100 * gain.value, low: 100 * gain.low, high: 100 * gain.high}, 1)} percentage points`
        : interval(gain, 2);
    const verdict =
      gain.low > 0
        ? "The model picks those whom the contact changes more"
        : gain.high < 0
          ? "The model picks those whom the contact changes less"
          : "Whether the model picks those whom the contact changes more cannot be told";
    return `${verdict}: "${treatment}" gains ${points} more inside the target group than outside it.`;
  });
}

function guardrailText({name, treatment, worsening, most, margin, level, verdict}: GuardrailReading): string {
  if (worsening === null || most === null)
    return `Whether "${name}" holds with "${treatment}" cannot be said: fewer than two values are known in an arm.`;
  const words = {
    held: "holds",
    breached: "is worse than the plan allows, stop",
    "not shown": "has not been shown to hold",
  }[verdict];
  return `"${name}" ${words} with "${treatment}": ${worsening < 0 ? "better" : "worse"} by ${decimal(Math.abs(worsening), 4)}, and worse by at most ${decimal(most, 4)} at ${briefPercent(level)}, where ${decimal(margin, 4)} is allowed.`;
}

function segmentTexts({metric, plan}: ReadOut, {segments}: ReadOutResults): string[] {
  const read = segments.filter(({pAdjusted}) => pAdjusted !== null);
  if (read.length === 0) return [];
  const shown = read.filter(({pAdjusted}) => pAdjusted! <= plan.alpha);
  const all = counted(read.length, "reading");
  if (shown.length === 0)
    return [`None of ${all} by segment shows an effect of its own (p values adjusted by Holm).`];
  return shown.map(
    ({segment, value, treatment, gain, pAdjusted}) =>
      `Where "${segment}" is "${value === "" ? "missing" : value}", with "${treatment}" ${gainText(metric, gain!)} (${pText(pAdjusted!)} by Holm over ${all}).`,
  );
}
