import {existsSync, readFileSync} from "node:fs";
import {availableParallelism} from "node:os";
import {join, resolve} from "node:path";
import {dayOf} from "../data/calendar.ts";
import {loadCampaigns} from "../data/campaigns.ts";
import {loadCustomerTables} from "../data/customer-table.ts";
import {loadEventLog} from "../data/load.ts";
import type {SideOptions} from "../data/side-table.ts";
import type {Snapshot, SnapshotManifest} from "../data/snapshot.ts";
import {loadSubscriptions} from "../data/subscriptions.ts";
import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import {besideDigest} from "../ledger/beside.ts";
import {requireChampion} from "../ledger/bundle.ts";
import {contactsDigest} from "../ledger/inputs.ts";
import {createRun, type Run} from "../ledger/run.ts";
import {digestOf} from "../ledger/store.ts";
import type {Study} from "../study.ts";
import {emitEvidence, emitProgress, show} from "./cell.ts";
import {takeSnapshot} from "./data-files.ts";
import {engineVersions} from "./engines.ts";
import {fileStore, libraryDigest, shown} from "./files.ts";
import {type LoadedStudy, loadStudy} from "./load-study.ts";
import {readModel} from "./read-model.ts";
import type {Terminal} from "./terminal.ts";

/** All that a kernel needs to take part in a run; plain data, handed over in a file. */
export type RunContext = {
  readonly study: string;
  readonly studyDigest: string;
  /** Digest of the snapshot's rows. */
  readonly snapshot: string;
  readonly snapshotFolder: string;
  /** What was said of it when it was taken; another run may say another thing of the same rows. */
  readonly manifest: SnapshotManifest;
  /** Last observed day, YYYY-MM-DD. */
  readonly asOf: string;
  /** Day that was asked for, YYYY-MM-DD: the run sees what was known before it. Absent when all was. */
  readonly knownBefore?: string;
  /** Digest of the campaign contacts, null without campaigns; absent until they have been read. */
  readonly campaigns?: string | null;
  /** Digest of subscriptions and tables, likewise. */
  readonly beside?: string | null;
  /** Digest of the model in use today, where the study names one; absent until it has been read. */
  readonly champion?: string;
  readonly store: string;
  readonly library: string;
  readonly engines: Readonly<Record<string, string>>;
};

/**
 * Opens the run in progress, or, when a notebook is explored by hand, a scratch run of the study.ts beside it,
 * whose records make no card.
 * @throws DataError when there is no study beside the notebook, or its data is not readable.
 */
export async function openRun(): Promise<Run> {
  const file = process.env.CHURNBOOK_RUN;
  if (file !== undefined && existsSync(file))
    return openContext(JSON.parse(readFileSync(file, "utf8")) as RunContext, {progress: emitProgress});
  const loaded = await loadStudy("study.ts");
  return openContext(await snapshotStudy(loaded, {today: new Date().toISOString().slice(0, 10)}));
}

/** Takes the snapshot of a study's events and says where everything is. */
export async function snapshotStudy(
  {study, file, folder}: LoadedStudy,
  {
    today,
    terminal,
    asOf,
    store = join(folder, ".churnbook"),
  }: {today: string; terminal?: Terminal; asOf?: string; store?: string},
): Promise<RunContext> {
  terminal?.progress("reading the events");
  const taken = await takeSnapshot(study.events, {folder, store, today, asOf, study});
  const {manifest, folder: snapshotFolder} = taken;
  terminal?.note(describe(taken));
  return {
    study: file,
    studyDigest: digestOf(study),
    snapshot: manifest.digest,
    snapshotFolder: resolve(snapshotFolder),
    manifest,
    asOf: manifest.lastDay,
    ...(asOf === undefined ? {} : {knownBefore: asOf}),
    store,
    library: libraryDigest(),
    engines: engineVersions(),
  };
}

/** More threads than this gain little on the tables of a study. */
const MOST_THREADS = 8;

/** Opens a run whose snapshot has been taken. @param progress told what is being done, a line at a time. */
export async function openContext(
  context: RunContext,
  {progress}: {readonly progress?: (line: string) => void} = {},
): Promise<Run> {
  const {study, folder} = await loadStudy(context.study);
  const file = shown(context.study);
  if (digestOf(study) !== context.studyDigest)
    throw new DataError(`${file} was changed during the run; run it again`, {file});
  const log = await loadEventLog(context.snapshotFolder, {timesOfDay: study.cutoffs.every === "moment"});
  const asOf = context.knownBefore === undefined ? undefined : dayOf(context.knownBefore);
  const beside = await loadBeside(study, {
    folder,
    customers: log.customers,
    asOf,
    timesOfDay: log.timeOfDay !== undefined,
  });
  const champion =
    study.champion === undefined
      ? undefined
      : readModel(resolve(folder, study.champion), "correct champion in the study");
  const {campaigns, subscriptions, tables} = beside;
  if (context.campaigns !== undefined && contactsDigest(campaigns) !== context.campaigns)
    throw new DataError("the campaign contacts were changed during the run; run it again");
  if (context.beside !== undefined && besideDigest({subscriptions, tables}) !== context.beside)
    throw new DataError("the subscriptions or tables were changed during the run; run it again");
  if (context.champion !== undefined && champion?.digest !== context.champion)
    throw new DataError("the champion was changed during the run; run it again");
  if (champion) requireChampion(champion.bundle, study);
  return createRun({
    study,
    snapshot: context.manifest,
    log,
    ...beside,
    champion,
    library: context.library,
    engines: context.engines,
    store: fileStore(join(context.store, "stages")),
    threads: Math.min(availableParallelism(), MOST_THREADS),
    stopwatch: () => {
      const {user, system} = process.cpuUsage();
      return {wallSeconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6};
    },
    ...(progress ? {progress} : {}),
    emit: async record => {
      emitEvidence(record);
      await show(record.value);
    },
  });
}

/** Reads what a study has beside its events. @throws DataError as the readers of its tables do. */
export async function loadBeside(
  {campaigns, subscriptions, tables}: Pick<Study, "campaigns" | "subscriptions" | "tables">,
  options: SideOptions & {readonly timesOfDay: boolean},
): Promise<Pick<Run, "campaigns" | "subscriptions" | "tables">> {
  return {
    campaigns: campaigns && (await loadCampaigns(campaigns, options)),
    subscriptions: subscriptions && (await loadSubscriptions(subscriptions, options)),
    tables: tables && (await loadCustomerTables(tables, options)),
  };
}

function describe({manifest, written}: Snapshot): string {
  const {rows, customers, lastDay, asOf, quarantined, partitions} = manifest;
  const bad = Object.values(quarantined).reduce((sum, n) => sum + n, 0);
  const parts = [
    `snapshot: ${counted(rows, "event")} of ${counted(customers, "customer")} until ${lastDay}`,
    ...(asOf === undefined ? [] : [`as known before ${asOf}`]),
    ...(bad === 0 ? [] : [`${counted(bad, "row")} in quarantine`]),
    `${written.length} of ${counted(partitions.length, "month")} written`,
  ];
  return parts.join(", ");
}
