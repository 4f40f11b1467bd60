import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTables} from "../data/customer-table.ts";
import type {EventLog} from "../data/event-log.ts";
import type {SnapshotManifest} from "../data/snapshot.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import type {Study} from "../study.ts";
import {type CampaignStages, campaignStages} from "./campaign-stages.ts";
import {type ChampionStages, championStages} from "./champion-stages.ts";
import {checkEvidence, type EvidenceValue} from "./evidence.ts";
import {type ExplanationStages, explanationStages} from "./explanation-stages.ts";
import {type FeatureStages, featureStages} from "./feature-stages.ts";
import type {RunInputs} from "./inputs.ts";
import {type ModelStages, modelStages} from "./model-stages.ts";
import {type ObservationalStages, observationalStages} from "./observational-stages.ts";
import {type ReasonStages, reasonStages} from "./reason-stages.ts";
import {type ScrutinyStages, scrutinyStages} from "./scrutiny-stages.ts";
import {type TargetStages, targetStages} from "./target-stages.ts";
import {type UpliftStages, upliftStages} from "./uplift-stages.ts";

/**
 * One execution of a study. Each stage is computed once and kept by the digest of its inputs, so that a later
 * notebook, or a second run on the same inputs, reads it.
 */
export type Run = TargetStages &
  FeatureStages &
  ModelStages &
  ChampionStages &
  ScrutinyStages &
  ExplanationStages &
  ReasonStages &
  UpliftStages &
  ObservationalStages &
  CampaignStages & {
    readonly study: Study;
    readonly snapshot: SnapshotManifest;
    readonly log: EventLog;
    readonly campaigns: Campaigns | undefined;
    readonly subscriptions: Subscriptions | undefined;
    readonly tables: CustomerTables | undefined;
    readonly library: string;
    /**
     * Records a value for the card and shows it in the cell.
     * @throws DataError when the id is malformed or a number is not finite.
     */
    readonly record: (id: string, value: EvidenceValue) => Promise<void>;
    /** Records several values by id, in order. */
    readonly recordAll: (values: Readonly<Record<string, EvidenceValue>>) => Promise<void>;
  };

export function createRun(inputs: RunInputs): Run {
  const {study, snapshot, log, campaigns, subscriptions, tables, library} = inputs;
  const target = targetStages(inputs);
  const features = featureStages(inputs, target);
  const models = modelStages(inputs, target, features);
  const explanation = explanationStages(inputs, target, features, models);
  const uplift = upliftStages(inputs, target, features);
  const record: Run["record"] = async (id, value) => {
    checkEvidence(id, value);
    await inputs.emit({id, value});
  };
  return {
    ...{study, snapshot, log, campaigns, subscriptions, tables, library},
    ...target,
    ...features,
    ...models,
    ...explanation,
    ...championStages(inputs, target, features, models),
    ...scrutinyStages(inputs, target, features, models),
    ...uplift,
    ...observationalStages(inputs, target, features, {...models, ...uplift}),
    ...campaignStages(inputs, target, features, models, uplift),
    ...reasonStages(inputs, target, features, {...models, ...explanation}),
    record,
    recordAll: async values => {
      for (const [id, value] of Object.entries(values)) await record(id, value);
    },
  };
}
