import type {Campaigns} from "../data/campaigns.ts";
import type {CustomerTables} from "../data/customer-table.ts";
import type {EventLog} from "../data/event-log.ts";
import type {SnapshotManifest} from "../data/snapshot.ts";
import type {Subscriptions} from "../data/subscriptions.ts";
import type {Stopwatch} from "../evaluate/compete.ts";
import type {Study} from "../study.ts";
import {besideDigest} from "./beside.ts";
import type {Bundle} from "./bundle.ts";
import type {EvidenceRecord} from "./evidence.ts";
import {digestOf, type Store} from "./store.ts";

/** A model of an earlier run, with the digest of its file. */
export type Champion = {readonly bundle: Bundle; readonly digest: string};

/** What a run is made of; effects come in here. */
export type RunInputs = {
  readonly study: Study;
  readonly snapshot: SnapshotManifest;
  readonly log: EventLog;
  readonly campaigns: Campaigns | undefined;
  /** Contracts, for churn of the kind subscription. */
  readonly subscriptions?: Subscriptions | undefined;
  readonly tables?: CustomerTables | undefined;
  /** The model in use today, where the study names one, with the digest of its file. */
  readonly champion?: Champion | undefined;
  /** Digest of the library, part of the key of every stored result. */
  readonly library: string;
  /** Versions of the programs that compute, part of it too. */
  readonly engines: Readonly<Record<string, string>>;
  readonly store: Store;
  /** Hands a record to whoever listens: the notebook's cell. */
  readonly emit: (record: EvidenceRecord) => Promise<void>;
  /** For fitting; no result depends on their number. */
  readonly threads?: number;
  /** Without it the costs of the models are not known. */
  readonly stopwatch?: Stopwatch;
  /** Told what is being done, in a few words. */
  readonly progress?: (line: string) => void;
};

/** What the results of a run's stages are stored under: all that a stage reads, the keys before it, and no more. */
export type StageKeys = {readonly features: unknown; readonly models: unknown};

export function stageKeys({
  study,
  snapshot,
  library,
  engines,
  campaigns,
  subscriptions,
  tables,
}: RunInputs): StageKeys {
  const cohort = [
    ...[library, engines, snapshot.digest],
    ...[study.churn, study.cutoffs, study.activity, study.minimumTenureDays],
    // What regularity learns hangs on who trains, and until when.
    ...(study.churn.kind === "regularity" ? [study.split] : []),
    ...(study.churn.kind === "subscription" ? [besideDigest({subscriptions})] : []),
  ];
  const withAlive = study.models.includes("alive");
  const features = [
    cohort,
    ...[study.features, study.horizon, study.split.testFrom],
    ...[contactsDigest(campaigns), besideDigest({tables})],
    ...(withAlive || study.rfm ? [withAlive, study.split, study.rfm ? [study.rfm, study.target] : null] : []),
  ];
  const models = [
    features,
    ...[study.horizon, study.target, study.split, study.models, study.search, study.sampling, study.seed],
  ];
  return {features, models};
}

/** Digest of the contacts as they were read; null without campaigns. */
export const contactsDigest = (campaigns: Campaigns | undefined): string | null =>
  campaigns ? digestOf([[...campaigns.customer], [...campaigns.day], [...campaigns.treated]]) : null;
