import {type Count, differenceOfProportions, type Effect, wilsonInterval} from "../experiment/effect.ts";
import {powerOfProportions} from "../experiment/power.ts";
import type {Bounds, GroupOutcome, TreatmentEffect} from "../experiment/read-effects.ts";
import type {ReadOut, ReadOutLabel} from "../experiment/readout.ts";
import {knownRatio} from "../experiment/sample-ratio.ts";
import type {ExperimentOutcomes} from "./outcomes.ts";
import type {Roster} from "./roster.ts";

/** Why an effect says less than it seems to: the labels of a read-out, and that nobody planned it. */
export type EffectLabel = ReadOutLabel | "not planned beforehand";

/** Customers of an arm whose outcome is known, and the share of them with it, or its mean; null of too few. */
export type ArmReading = {readonly known: number; readonly outcome: Bounds | null};

/** A comparison of contacted and left alone. */
export type EffectRow = {
  /** Among whom. */
  readonly name: string;
  /** Whether it is what the campaign asks; others stand beside it and are not read for themselves. */
  readonly main: boolean;
  readonly treated: ArmReading;
  readonly control: ArmReading;
  /** Treated less control; null where an arm has too few. */
  readonly difference: Effect | null;
};

/** What a campaign changed, as a page shows it. */
export type CampaignEffect = {
  readonly metric: Pick<ReadOut["metric"], "name" | "kind" | "better">;
  /** The main comparison first; null where none is to be read from the data: a sample-ratio mismatch. */
  readonly rows: readonly EffectRow[] | null;
  readonly labels: readonly EffectLabel[];
  /** p of the test that the arms have lost customers alike. */
  readonly sampleRatio: {readonly p: number; readonly mismatch: boolean};
  /** Share of the assigned customers whose outcome is known, in [0, 1]. */
  readonly information: number;
};

/** The effect that a read-out found, inside the target group, then outside it. */
export function effectOfReadOut({
  metric,
  labels,
  sampleRatio,
  information,
  results,
}: ReadOut): CampaignEffect {
  const {p, mismatch} = sampleRatio;
  const several = new Set(results?.effects.map(({treatment}) => treatment)).size > 1;
  const rowOf = ({treatment, where, treated, control, difference}: TreatmentEffect): EffectRow => ({
    name: `${where === "target" ? "those at high risk" : "the others"}${several ? `, ${treatment}` : ""}`,
    main: where === "target",
    ...{treated: armOf(treated), control: armOf(control), difference},
  });
  return {
    ...{metric, labels, information, sampleRatio: {p, mismatch}},
    rows: results === null ? null : [...results.effects, ...results.outside].map(rowOf),
  };
}

const armOf = ({known, outcome}: GroupOutcome): ArmReading => ({known, outcome});

/**
 * The effect of past contacts that the lot decided on, which nobody planned to read: a rehearsal. Churn within the
 * horizon, difference of proportions by Newcombe.
 * @param worthwhile fall of the share of churners that it is to find, in (0, 1), for the label `underpowered` at a power
 * below 0.8.
 */
export function effectOfWave(
  {contact}: Roster,
  {churned}: ExperimentOutcomes,
  {
    name,
    worthwhile,
    level = 0.95,
  }: {readonly name: string; readonly worthwhile: number; readonly level?: number},
): CampaignEffect {
  const [control, treated] = ([0, 1] as const).map(arm => countOf(contact, churned, arm)) as [Arm, Arm];
  const {p, mismatch} =
    control.n + treated.n === 0
      ? {p: 1, mismatch: false}
      : knownRatio([control.n, treated.n], [control.assigned, treated.assigned]);
  const rate = control.events / Math.max(1, control.n);
  const enough =
    control.n > 0 &&
    rate > worthwhile &&
    powerOfProportions({
      ...{control: Math.min(rate, 1 - 1e-9), treatment: rate - worthwhile, alpha: 1 - level},
      ...{ratio: treated.n / control.n, controls: control.n},
    }) >= 0.8;
  const readable = control.n > 1 && treated.n > 1;
  const armReading = (arm: Arm): ArmReading => ({
    known: arm.n,
    outcome: arm.n > 1 ? {value: arm.events / arm.n, ...wilsonInterval(arm, level)} : null,
  });
  return {
    metric: {name, kind: "proportion", better: "lower"},
    labels: [
      "not planned beforehand",
      ...(enough ? [] : (["underpowered"] as const)),
      ...(mismatch ? (["sample-ratio"] as const) : []),
    ],
    sampleRatio: {p, mismatch},
    information: (control.n + treated.n) / (control.assigned + treated.assigned),
    rows: mismatch
      ? null
      : [
          {
            ...{name: "all who were drawn", main: true},
            ...{treated: armReading(treated), control: armReading(control)},
            difference: readable ? differenceOfProportions(treated, control, level) : null,
          },
        ],
  };
}

type Arm = Count & {readonly assigned: number};

function countOf(contact: Uint8Array, churned: Int8Array, arm: 0 | 1): Arm {
  let [assigned, n, events] = [0, 0, 0];
  for (let i = 0; i < contact.length; i++) {
    if (contact[i] !== arm) continue;
    assigned += 1;
    if (churned[i] === -1) continue;
    n += 1;
    events += churned[i]!;
  }
  return {assigned, n, events};
}
