import {decimal, percent, whole} from "../figures.ts";
import {type BeliefRule, beliefRules, LIMITS, showsEffect} from "../uplift/observe/belief.ts";
import type {ObservationalStudy} from "../uplift/observe/observational.ts";
import type {ObservedEffect} from "../uplift/observe/observed-effect.ts";
import {interval, type Table, type Text, text, textColumn} from "./words.ts";

const RULES: Readonly<Record<BeliefRule["rule"], {readonly asks: string; readonly breaks: string}>> = {
  overlap: {
    asks: `At most ${percent(LIMITS.unlike, 0)} of the contacted have nobody like them among those not contacted`,
    breaks: "too many of the contacted have nobody like them among those not contacted",
  },
  balance: {
    asks: `After weighting no feature differs between the groups by more than ${LIMITS.smd} of its spread`,
    breaks: "the groups still differ after weighting",
  },
  "earlier outcome": {
    asks: "The contact shows no effect on an outcome from before it, within chance",
    breaks: "the contact seems to change an outcome from before it, which it cannot",
  },
  placebo: {
    asks: "A contact that never was shows no effect, within chance",
    breaks: "a contact that never was shows an effect",
  },
  agreement: {
    asks: "Different ways to estimate the effect agree, within chance",
    breaks: "different ways to estimate the effect disagree by more than chance",
  },
  unmeasured: {
    asks: `A reason that nobody measured would have to raise both the chance to be contacted and the outcome by a factor of at least ${LIMITS.eValue} to explain the effect away`,
    breaks: "a weak reason that nobody measured would explain the effect away",
  },
};

/** How effects are written: each times `scale`, with as many decimals, and what they are counted in. */
export type EffectUnit = {readonly scale: number; readonly digits: number; readonly unit: string};

const AMOUNT: EffectUnit = {scale: 1, digits: 3, unit: ""};
/** Effects on a share of customers. */
export const PERCENTAGE_POINTS: EffectUnit = {scale: 100, digits: 1, unit: " percentage points"};

/** An effect with its interval, in its unit. */
export const effectText = (
  {estimate, low, high}: Pick<ObservedEffect, "estimate" | "low" | "high">,
  {scale, digits, unit}: EffectUnit,
): string => `${interval({value: scale * estimate, low: scale * low, high: scale * high}, digits)}${unit}`;

/**
 * Whether an effect without an experiment may be believed, and why not, in plain words.
 * @param options `byLot` where a lot did decide, and the effect is read as if nobody knew.
 */
export function observationalText(
  study: ObservationalStudy,
  {byLot = false, ...told}: Partial<EffectUnit> & {readonly byLot?: boolean} = {},
): Text {
  const how = {...AMOUNT, ...told};
  const {effect} = study.headline;
  const rules = beliefRules(study);
  const broken = rules.filter(rule => rule.broken);
  const unchecked = rules.some(({rule, found}) => rule === "earlier outcome" && found === null)
    ? " Whether the contact seems to change an outcome from before it was not checked: none was given."
    : "";
  const origin = byLot
    ? "A lot decided who was contacted; read as if nobody had drawn it, which is weaker than an experiment, "
    : "Nobody drew by lot who was contacted, so this is weaker than an experiment. ";
  const rows = `${byLot ? "of" : "Of"} ${whole(effect.rows.treated)} rows contacted and ${whole(effect.rows.control)} not`;
  const found =
    `${origin}${rows}, made alike in what is known of them, the contact is estimated to change the outcome of the ` +
    `contacted by ${effectText(effect, how)}.`;
  const shown = showsEffect(effect) ? "" : " No effect is shown: the interval holds 0.";
  const doubt = shown ? "hide an effect as well as look like one" : "lie behind it";
  const against = `No check speaks against ${shown ? "the comparison" : "it"}`;
  const verdict =
    broken.length > 0
      ? `${shown ? "The estimate" : "It"} should not be believed: ${broken.map(({rule}) => RULES[rule].breaks).join("; ")}.`
      : byLot
        ? `${against}. The answer of the lot itself is the one to go by.`
        : `${against}, but a reason that nobody measured may still ${doubt}: test it in an experiment before money hangs on it.`;
  return text(`${found}${shown} ${verdict}${unchecked}`);
}

const errors = (found: number): string => `${decimal(found, 2)} standard errors`;

/** How what a rule goes by is written. */
const FIGURES: Readonly<Record<BeliefRule["rule"], (found: number) => string>> = {
  overlap: share => percent(share),
  balance: smd => `${decimal(smd, 2)} standard deviations`,
  "earlier outcome": errors,
  placebo: errors,
  agreement: errors,
  unmeasured: factor => `a factor of ${decimal(factor, 2)}`,
};

function foundText(rule: BeliefRule["rule"], found: number | null): string {
  if (found === null && rule === "unmeasured") return "no effect is shown";
  return found === null || !Number.isFinite(found) ? "not known" : FIGURES[rule](found);
}

/** The rules of belief with what was found. */
export function beliefTable(study: ObservationalStudy): Table {
  return {
    kind: "table",
    caption:
      "When an effect without an experiment should not be believed at all: when any of these rules is broken",
    columns: [
      textColumn("rule", "Rule"),
      textColumn("found", "Found"),
      textColumn("limit", "Limit"),
      textColumn("holds", "Holds"),
    ],
    rows: beliefRules(study).map(({rule, found, limit, broken}) => [
      RULES[rule].asks,
      foundText(rule, found),
      `${rule === "unmeasured" ? "at least" : "at most"} ${FIGURES[rule](limit)}`,
      found === null ? "not checked" : broken ? "no" : "yes",
    ]),
  };
}

/** All estimates side by side, each with its formula. */
export function observedEffectsTable({effects}: ObservationalStudy, told: Partial<EffectUnit> = {}): Table {
  const how = {...AMOUNT, ...told};
  return {
    kind: "table",
    caption:
      "The effect of the contact by different methods: an association that becomes a cause only under the rules of belief",
    columns: [
      textColumn("method", "Method"),
      textColumn("estimand", "Of whom"),
      textColumn("effect", "Effect and interval"),
      {name: "rows", title: "Rows", format: "integer"},
      textColumn("formula", "Formula"),
    ],
    rows: effects.map(({effect}) => [
      effect.method,
      {ATT: "the contacted", ATE: "all", ATM: "the contacted that found a match"}[effect.estimand],
      effectText(effect, how),
      effect.rows.treated + effect.rows.control,
      effect.formula,
    ]),
  };
}
