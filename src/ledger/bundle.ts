import type {SnapshotManifest} from "../data/snapshot.ts";
import {DataError} from "../data-error.ts";
import type {Competition} from "../evaluate/compete.ts";
import type {ReasonBasis} from "../explain/basis.ts";
import type {FittedFeatures} from "../features/fitted.ts";
import type {Calibration} from "../model/calibration.ts";
import type {Model} from "../model/model.ts";
import type {Study} from "../study.ts";
import type {GapPopulation} from "../target/regularity.ts";
import type {ChurnRule} from "../target/rule.ts";
import type {Cadence} from "./cadence.ts";
import {canonicalJson, digestOf} from "./store.ts";

/** How a study reads its events, wherever they are and however far they go. */
type EventReading = Omit<Study["events"], "from" | "csv" | "lastDay" | "maxBadShare">;

/** The model as one self-describing file: all that scoring needs, and what it was learned from. */
export type Bundle = FittedFeatures & {
  readonly schemaVersion: "1";
  readonly study: {readonly name: string; readonly digest: string};
  /** Digest of the rows it was learned from. */
  readonly snapshot: string;
  /** Digest of the campaign contacts that kept rows out of training; null without campaigns. */
  readonly campaigns: string | null;
  readonly library: string;
  readonly events: EventReading;
  readonly churn: Study["churn"];
  /** For regularity: what it learned of the gaps of training customers, so that a customer's own days can be found. */
  readonly population?: GapPopulation;
  readonly activity: string;
  readonly minimumTenureDays: number;
  readonly target: Study["target"];
  readonly horizon: Study["horizon"];
  /** Who taught it and who did not, and T: no outcome of that day or later was seen. */
  readonly split: Study["split"];
  /** The days on which it may be asked, and what it costs to ask on another. */
  readonly cadence: Cadence;
  readonly model: Model;
  readonly calibration: Calibration;
  /** What reasons for scores are told from. */
  readonly reasons: Omit<ReasonBasis, "features">;
};

/** The chosen candidate as it was evaluated; nothing is refitted. */
export function bundleOf(
  {candidates, chosen}: Competition,
  {
    study,
    snapshot,
    library,
    campaigns,
    rule,
    cadence,
    fitted,
    reasons,
  }: {
    study: Study;
    snapshot: SnapshotManifest;
    library: string;
    campaigns: string | null;
    rule: ChurnRule;
    cadence: Cadence;
    fitted: FittedFeatures;
    reasons: Bundle["reasons"];
  },
): Bundle {
  const {model, calibration} = candidates[chosen]!;
  return {
    schemaVersion: "1",
    study: {name: study.name, digest: digestOf(study)},
    snapshot: snapshot.digest,
    campaigns,
    library,
    events: readingOf(study),
    churn: study.churn,
    ...("population" in rule ? {population: rule.population} : {}),
    activity: study.activity,
    minimumTenureDays: study.minimumTenureDays,
    target: study.target,
    horizon: study.horizon,
    split: study.split,
    cadence,
    ...fitted,
    model,
    calibration: calibration.calibration,
    reasons,
  };
}

const readingOf = ({events}: Pick<Study, "events">): EventReading => {
  const {from: _, csv: __, lastDay: ___, maxBadShare: ____, ...reading} = events;
  return reading;
};

/**
 * Checks that a model answers the question that a study asks now: that how events are read, churn, target, cadence and
 * features are those that it was made with. Paths, the last day, economics and texts may have changed since.
 * @throws DataError naming the study, or the first field that is another.
 */
export function requireSameQuestion(bundle: Bundle, study: Study): void {
  const n = Math.max(bundle.features.length, study.features.length);
  const at = Array.from({length: n}, (_, k) => k).find(k => differ(bundle.features[k], study.features[k]));
  const changed =
    changedOutcome(bundle, study) ??
    (differ(bundle.rfm?.features, study.rfm) ? "rfm" : undefined) ??
    (at === undefined ? undefined : `the feature ${(study.features[at] ?? bundle.features[at])!.name}`);
  if (changed !== undefined)
    throw new DataError(
      `${changed} of the study ${study.name} is another than the model was made with; run the study again, or give it as it was`,
    );
}

/**
 * Checks that a champion can be judged beside the models of a study: that it foretells the same outcome of the same
 * customers, and learned from none of those who test. Its features may be others.
 * @throws DataError naming the study, or the first field that is another.
 */
export function requireChampion(bundle: Bundle, study: Study): void {
  const {testFrom: _, ...sets} = study.split;
  const {testFrom: __, ...its} = bundle.split;
  const changed = changedOutcome(bundle, study) ?? (differ(its, sets) ? "split" : undefined);
  if (changed !== undefined)
    throw new DataError(
      `study: champion was made with another ${changed}, so that no customers could judge both fairly; name a model that ` +
        "was made with the same, or leave champion out",
    );
}

/** The first field, of those that say what is foretold of whom, that a model was made with another value of. */
function changedOutcome(bundle: Bundle, study: Study): string | undefined {
  if (bundle.study.name !== study.name)
    throw new DataError(
      `the model is of the study ${bundle.study.name}, and this is ${study.name}; name the model of this study`,
    );
  const {churn, activity, minimumTenureDays, target, horizon} = study;
  const fields = {
    ...{events: readingOf(study), churn, activity, minimumTenureDays, target, horizon},
    "cutoffs.every": study.cutoffs.every,
  };
  const made: Readonly<Record<keyof typeof fields, unknown>> = {
    ...bundle,
    "cutoffs.every": bundle.cadence.every,
  };
  return (Object.keys(fields) as (keyof typeof fields)[]).find(name => differ(made[name], fields[name]));
}

const differ = (was: unknown, is: unknown): boolean =>
  canonicalJson(was ?? null) !== canonicalJson(is ?? null);
