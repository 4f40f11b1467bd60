import {type EventLog, timesOf} from "../data/event-log.ts";
import type {Instant, Times} from "../data/instant.ts";
import {counted, percent} from "../figures.ts";
import type {AuditFinding} from "../split/finding.ts";
import type {FeatureDeclaration} from "../study.ts";
import type {ChurnDays} from "../target/churn.ts";

/** Shares of the events of a feature that were known too late, from which on it is a note, and a warning. */
const LATE = {note: 0.05, warning: 0.5};
/** Share of customers whose last event of a type falls on a churn day, from which on the type is a sign of the outcome. */
const SIGN = 0.95;
/** Customers with an event of a type, below which that share says little. */
const ENOUGH = 20;

/**
 * Finds features whose events were, at the cutoffs that teach, not known yet: of an event before the cutoff and in
 * the window, known at the cutoff or later. Nothing without the time at which events were known.
 * @param cutoffs of the training rows, ascending.
 */
export function checkKnown(
  log: EventLog,
  features: readonly FeatureDeclaration[],
  cutoffs: readonly Instant[],
): AuditFinding[] {
  const {known} = log;
  if (!known) return [];
  const time = timesOf(log);
  const when = cutoffs.every(Number.isInteger) ? "on the cutoff's day" : "at the cutoff";
  const late = features.flatMap((feature): AuditFinding[] => {
    const [all, unknown] = countLate(log, {known, time}, feature, cutoffs);
    const share = all === 0 ? 0 : unknown / all;
    if (share < LATE.note) return [];
    return [
      {
        code: "known-late",
        verdict: share >= LATE.warning ? "warning" : "note",
        feature: feature.name,
        message:
          `${feature.name} reads events that are known late: ${percent(share)} of those before the training cutoffs ` +
          `(${[feature.of].flat().join(", ")}) became known only ${when} or later, and the feature leaves them out, as it will when it is asked.`,
      },
    ];
  });
  return late.length > 0
    ? late
    : [
        {
          code: "known-late",
          verdict: "ok",
          message: "The events that features read are known by the cutoff.",
        },
      ];
}

/** The event types that a feature reads; "*" is all of them. */
const typesOf = (of: FeatureDeclaration["of"], types: readonly string[]): readonly string[] =>
  [of].flat().flatMap(name => (name === "*" ? types : [name]));

/** Events in the windows of a feature, one a cutoff and event, and those of them not known before the cutoff. */
function countLate(
  {type, types, superseded}: EventLog,
  {known, time}: {readonly known: Times; readonly time: Times},
  {of, days}: FeatureDeclaration,
  cutoffs: readonly Instant[],
): [number, number] {
  const codes = new Set(typesOf(of, types).map(name => types.indexOf(name)));
  let [all, late] = [0, 0];
  for (let i = 0; i < time.length; i++) {
    if (!codes.has(type[i]!)) continue;
    for (const t of cutoffs) {
      if (t <= time[i]! || (days !== undefined && t - days > time[i]!)) continue;
      all += 1;
      if (known[i]! >= t) late += 1;
    }
  }
  // Corrected later, and until then seen as it stood before.
  const old = superseded?.log;
  const before = old ? timesOf(old) : [];
  for (let i = 0; i < before.length; i++) {
    if (!codes.has(old!.type[i]!)) continue;
    for (const t of cutoffs) {
      if (t <= before[i]! || (days !== undefined && t - days > before[i]!)) continue;
      if (old!.known[i]! < t && superseded!.until[i]! >= t) late -= 1;
    }
  }
  return [all, Math.max(0, late)];
}

/**
 * Finds event types that come with the outcome: almost every customer who has one has the last of them on a churn
 * day or the day after. A feature that reads them knows churn only if the log dates them early.
 */
export function checkOutcomeEvents(
  log: EventLog,
  features: readonly FeatureDeclaration[],
  churned: ChurnDays,
): AuditFinding[] {
  const shares = sharesOnChurnDay(log, churned);
  const found = features.flatMap((feature): AuditFinding[] => {
    const signs = [
      ...new Set(
        [typesOf(feature.of, log.types), feature.measure === "ratio" ? feature.against! : []].flat(),
      ),
    ].filter(name => {
      const share = shares.get(name);
      return share !== undefined && share.customers >= ENOUGH && share.onChurn >= SIGN * share.customers;
    });
    const [sign] = signs;
    if (sign === undefined) return [];
    const {customers, onChurn} = shares.get(sign)!;
    return [
      {
        code: "outcome-event",
        verdict: "warning",
        feature: feature.name,
        message:
          `${feature.name} reads ${signs.join(", ")}, and ${percent(onChurn / customers)} of ` +
          `${counted(customers, "customer")} with such an event have their last one on a churn day or the day ` +
          "after: it may be recorded only when the outcome is known.",
      },
    ];
  });
  return found.length > 0
    ? found
    : [
        {
          code: "outcome-event",
          verdict: "ok",
          message: "No feature reads events that come with churn itself.",
        },
      ];
}

/** By event type: customers with such an event, and those whose last one is on a churn day or the day after. */
function sharesOnChurnDay(
  {customers, offsets, day, type, types}: EventLog,
  churned: ChurnDays,
): Map<string, {customers: number; onChurn: number}> {
  const counts = types.map(() => ({customers: 0, onChurn: 0}));
  const last = new Int32Array(types.length);
  for (let c = 0; c < customers.length; c++) {
    last.fill(-1);
    for (let i = offsets[c]!; i < offsets[c + 1]!; i++) last[type[i]!] = i;
    const days = churned.day.slice(churned.offsets[c]!, churned.offsets[c + 1]!).map(Math.floor);
    for (let k = 0; k < last.length; k++) {
      if (last[k] === -1) continue;
      const at = day[last[k]!]!;
      counts[k]!.customers += 1;
      if (days.includes(at) || days.includes(at - 1)) counts[k]!.onChurn += 1;
    }
  }
  return new Map(types.map((name, k) => [name, counts[k]!]));
}
