import type {ForestData} from "../charts/forest.ts";
import type {LoveData} from "../charts/love.ts";
import type {OverlapData} from "../charts/overlap.ts";
import {counted, decimal, percent, whole} from "../figures.ts";
import type {Observation} from "../ledger/observational-stages.ts";
import type {Balance} from "../uplift/balance.ts";
import {LIMITS, showsEffect} from "../uplift/observe/belief.ts";
import type {ObservationalStudy} from "../uplift/observe/observational.ts";
import {TRIM} from "../uplift/observe/overlap.ts";
import type {PositivityGap} from "../uplift/observe/positivity.ts";
import type {SignalWords} from "./explanation.ts";
import {effectText, PERCENTAGE_POINTS} from "./observational.ts";
import {interval, type Text, text} from "./words.ts";

/** Whether a lot decided who was contacted, by what the study says and by what the data say. */
export function lotText({assignment, lot}: Pick<Observation, "assignment" | "lot">): Text {
  const {compared, apart, told, toldByLuck, p, auc, broken} = lot;
  const seen =
    `of ${whole(compared)} features and levels compared, ${apart === 0 ? "none differs" : `${whole(apart)} differ`} ` +
    `between the groups by more than ${LIMITS.smd} of its spread; what was known tells ${percent(told)} of who was contacted, where a new lot ` +
    `tells ${percent(toldByLuck)} on average and as much as that in ${percent(p)} of draws; models that may find any pattern rank those ` +
    `contacted first with a ROC AUC of ${interval({...auc, value: auc.value}, 2)}, where 0.5 or less tells nothing`;
  if (assignment === "chosen")
    return text(`Nobody drew lots: people or a rule chose whom to contact. ${sentence(seen)}.`);
  return text(
    broken
      ? `The lot looks broken. The study says that a lot decided who was contacted, and the data say otherwise: ${seen}. Until it is ` +
          "known what happened, read every effect of these contacts as one of contacts that were chosen."
      : `The groups look as a lot leaves them: ${seen}.`,
  );
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** What of the contacted cannot be compared, and what the others are worth after weighting, in words. */
export function overlapText(
  {overlap, headline, gaps}: Pick<ObservationalStudy, "overlap" | "headline" | "gaps">,
  words: (feature: string) => Pick<SignalWords, "title">,
): Text {
  const {outside, certain, trimmed, effectiveControl} = overlap.linear;
  const {control} = headline.effect.rows;
  const alike = Math.max(outside.treated, certain);
  const like =
    alike > LIMITS.unlike
      ? `Warning: ${percent(alike)} of those contacted have nobody like them among the others, so what would have become of them is a guess`
      : `${percent(1 - alike)} of those contacted have others like them among those not contacted`;
  const shown = gaps.slice(0, NAMED).map(gap => gapText(gap, words(gap.feature).title));
  const more = gaps.length > NAMED ? `; and ${counted(gaps.length - NAMED, "more such part")}` : "";
  const holes =
    gaps.length === 0
      ? "In every part of every single feature some were contacted and some were not."
      : `Warning: where one of the groups is (nearly) absent, no method can compare: ${shown.join("; ")}${more}.`;
  return text(
    `${like}. For ${percent(trimmed)} of all a contact was less likely than ${percent(TRIM.low, 0)} or likelier than ${percent(TRIM.high, 0)}; ` +
      `the trimmed estimate leaves them out. Weighted to be like those contacted, the ${whole(control)} others are worth ` +
      `${whole(effectiveControl)} (the effective sample size). ${holes}`,
  );
}

const NAMED = 4;

function gapText({part, rows, treated}: PositivityGap, title: string): string {
  const where =
    part.kind === "level"
      ? `"${title}" is ${JSON.stringify(part.level)}`
      : part.kind === "missing"
        ? `"${title}" is missing`
        : `"${title}" is from ${decimal(part.low, 1)} to ${decimal(part.high, 1)}`;
  const of = `of the ${whole(rows)} rows where ${where}`;
  if (treated === 0) return `none ${of} was contacted`;
  if (treated === rows) return `all ${of} were contacted`;
  return `${whole(treated)} ${of} ${treated === 1 ? "was" : "were"} contacted`;
}

/** What the effect withstands: an earlier outcome, a contact that never was, and reasons that nobody measured. */
export function sensitivityText({study, earlier}: Pick<Observation, "study" | "earlier">): Text {
  const {headline, negativeControl, placebo, eValue, pairs} = study;
  const before =
    negativeControl && earlier
      ? `In the ${earlier.days} days before the contact it seems to change the number of events of the study's activity by ` +
        `${interval({...negativeControl, value: negativeControl.estimate}, 2)} (${whole(earlier.rows)} rows; made alike in what was known before ` +
        `those days), ${showsEffect(negativeControl) ? "which it cannot: the groups differed already" : "which is none within chance, as it must be"}.`
      : "Too few customers were there long enough before the contact to ask what it seems to change in a time that it cannot change.";
  const gamma =
    pairs.gamma === null
      ? "the difference is within chance even if nothing unmeasured mattered"
      : `the finding withstands odds to be contacted that differ by a factor of up to ${decimal(pairs.gamma, 2)} between two customers who look alike ` +
        `(Rosenbaum 2002, signed ranks, one-sided 5%)`;
  const unmeasured = showsEffect(headline.effect)
    ? "A reason that nobody measured would have to raise both the chance to be contacted and the outcome by a factor of " +
      `${decimal(eValue.estimate, 2)} to explain the estimate away, and of ${decimal(eValue.bound, 2)} to take the interval to none ` +
      "(E-value; VanderWeele and Ding 2017)."
    : "No effect is shown that a reason nobody measured would have to explain away.";
  return text(
    `${before} A contact that never was, dealt among those not contacted, changes the outcome by ` +
      `${effectText(placebo, PERCENTAGE_POINTS)}, ${showsEffect(placebo) ? "which is not chance" : "within chance"}. ${unmeasured} In ${whole(pairs.pairs)} matched pairs ${gamma}.`,
  );
}

/** Features in a love plot. */
const FEATURES = 12;

/** The features that differ most before or after, for a love plot. */
export function lovePoints(
  {before, effects, headline}: ObservationalStudy,
  words: (feature: string) => Pick<SignalWords, "title">,
): LoveData {
  const matched = effects.find(({effect}) => effect.estimand === "ATM") ?? effects.find(isMatched);
  const after = [
    {method: "weighted", balance: headline.balance ?? []},
    ...(matched?.balance ? [{method: "matched", balance: matched.balance}] : []),
  ];
  const smd = after.map(({balance}) => new Map(balance.map(entry => [entry.name, entry.smd])));
  // The most unlike by any of them: what became unlike is not to be hidden.
  const size = ({name, smd: own}: Balance) =>
    Math.max(...[own, ...smd.map(found => found.get(name) ?? 0)].map(Math.abs));
  const shown = [...before].sort((a, b) => size(b) - size(a)).slice(0, FEATURES);
  return {
    methods: ["as they were", ...after.map(({method}) => method)],
    of: before.length,
    rows: shown.map(({name, feature, smd: own}) => ({
      name: `${words(feature).title}${name.slice(feature.length)}`,
      smd: [own, ...smd.map(found => found.get(name) ?? null)],
    })),
  };
}

const isMatched = ({effect}: ObservationalStudy["effects"][number]): boolean =>
  effect.method.startsWith("Matching");

/** The chances to be contacted of both arms, for a picture. */
export const overlapPoints = ({overlap: {linear}}: Pick<ObservationalStudy, "overlap">): OverlapData => ({
  bins: linear.bins,
  kept: TRIM,
  trimmed: linear.trimmed,
  unlike: Math.max(linear.outside.treated, linear.certain),
});

/**
 * All estimates for a picture, in percentage points.
 * @param lot effect that a lot found, a share, where one decided.
 */
export const forestPoints = (
  {effects, headline}: Pick<ObservationalStudy, "effects" | "headline">,
  {lot}: {readonly lot?: number | undefined} = {},
): ForestData => ({
  effect: "Kept by contact, percentage points",
  digits: PERCENTAGE_POINTS.digits,
  rows: effects.map(({effect}) => ({
    name: effect.method.replace(", ATT", "").replace(", ATE", ", of all"),
    value: PERCENTAGE_POINTS.scale * effect.estimate,
    low: PERCENTAGE_POINTS.scale * effect.low,
    high: PERCENTAGE_POINTS.scale * effect.high,
    told: effect.method === headline.effect.method,
  })),
  ...(lot === undefined
    ? {}
    : {experiment: {name: "what the lot found", value: PERCENTAGE_POINTS.scale * lot}}),
});
