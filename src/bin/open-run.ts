import {existsSync, readFileSync} from "node:fs";
import {availableParallelism} from "node:os";
import {join, resolve} from "node:path";
import {loadCampaigns} from "../data/campaigns.ts";
import {loadEventLog} from "../data/load.ts";
import {readManifest, type SnapshotManifest} from "../data/snapshot.ts";
import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import {contactsDigest, createRun, type Run} from "../ledger/run.ts";
import {digestOf} from "../ledger/store.ts";
import {emitEvidence, emitProgress, show} from "./cell.ts";
import {takeSnapshot} from "./data-files.ts";
import {engineVersions} from "./engines.ts";
import {fileStore, libraryDigest, shown} from "./files.ts";
import {type LoadedStudy, loadStudy} from "./load-study.ts";
import type {Terminal} from "./terminal.ts";

/** All that a kernel needs to take part in a run; plain data, handed over in a file. */
export type RunContext = {
  readonly study: string;
  readonly studyDigest: string;
  /** Digest of the snapshot's rows. */
  readonly snapshot: string;
  readonly snapshotFolder: string;
  /** Last observed day, YYYY-MM-DD. */
  readonly asOf: string;
  /** Digest of the campaign contacts, null without campaigns; absent until they have been read. */
  readonly campaigns?: string | null;
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
  {today, terminal, store = join(folder, ".churnbook")}: {today: string; terminal?: Terminal; store?: string},
): Promise<RunContext> {
  terminal?.progress("reading the events");
  const {manifest, folder: snapshotFolder} = await takeSnapshot(study.events, {folder, store, today, study});
  terminal?.note(describe(manifest));
  return {
    study: file,
    studyDigest: digestOf(study),
    snapshot: manifest.digest,
    snapshotFolder: resolve(snapshotFolder),
    asOf: manifest.lastDay,
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
  const log = await loadEventLog(context.snapshotFolder);
  const campaigns =
    study.campaigns && (await loadCampaigns(study.campaigns, {folder, customers: log.customers}));
  if (context.campaigns !== undefined && contactsDigest(campaigns) !== context.campaigns)
    throw new DataError("the campaign contacts were changed during the run; run it again");
  return createRun({
    study,
    snapshot: await readManifest(context.snapshotFolder),
    log,
    campaigns,
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

function describe({rows, customers, lastDay, quarantined}: SnapshotManifest): string {
  const bad = Object.values(quarantined).reduce((sum, n) => sum + n, 0);
  return `snapshot: ${counted(rows, "event")} of ${counted(customers, "customer")} until ${lastDay}${bad ? `, ${counted(bad, "row")} in quarantine` : ""}`;
}
