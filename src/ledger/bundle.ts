import type {SnapshotManifest} from "../data/snapshot.ts";
import type {Competition} from "../evaluate/compete.ts";
import type {FittedFeatures} from "../features/fitted.ts";
import type {Calibration} from "../model/calibration.ts";
import type {Model} from "../model/model.ts";
import type {Study} from "../study.ts";
import type {GapPopulation} from "../target/regularity.ts";
import type {ChurnRule} from "../target/rule.ts";
import type {Cadence} from "./cadence.ts";
import {digestOf} from "./store.ts";

/** The model as one self-describing file: all that scoring needs, and what it was learned from. */
export type Bundle = FittedFeatures & {
  readonly schemaVersion: "1";
  readonly study: {readonly name: string; readonly digest: string};
  /** Digest of the rows it was learned from. */
  readonly snapshot: string;
  /** Digest of the campaign contacts that kept rows out of training; null without campaigns. */
  readonly campaigns: string | null;
  readonly library: string;
  readonly churn: Study["churn"];
  /** For regularity: what it learned of the gaps of training customers, so that a customer's own days can be found. */
  readonly population?: GapPopulation;
  readonly activity: string;
  readonly minimumTenureDays: number;
  readonly target: Study["target"];
  readonly horizon: Study["horizon"];
  /** The days on which it may be asked, and what it costs to ask on another. */
  readonly cadence: Cadence;
  readonly model: Model;
  readonly calibration: Calibration;
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
  }: {
    study: Study;
    snapshot: SnapshotManifest;
    library: string;
    campaigns: string | null;
    rule: ChurnRule;
    cadence: Cadence;
    fitted: FittedFeatures;
  },
): Bundle {
  const {model, calibration} = candidates[chosen]!;
  return {
    schemaVersion: "1",
    study: {name: study.name, digest: digestOf(study)},
    snapshot: snapshot.digest,
    campaigns,
    library,
    churn: study.churn,
    ...("population" in rule ? {population: rule.population} : {}),
    activity: study.activity,
    minimumTenureDays: study.minimumTenureDays,
    target: study.target,
    horizon: study.horizon,
    cadence,
    ...fitted,
    model,
    calibration: calibration.calibration,
  };
}
