import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {onTestFinished} from "vitest";
import {snapshotFiles} from "../../src/bin/data-files.ts";
import {type EventLog, timesOf} from "../../src/data/event-log.ts";
import {type Ingested, type IngestOptions, ingest} from "../../src/data/ingest.ts";
import type {Times} from "../../src/data/instant.ts";
import {loadEventLog} from "../../src/data/load.ts";
import type {EventSource} from "../../src/data/reading.ts";
import {writeSnapshot} from "../../src/data/snapshot.ts";

/** A folder with the files given, removed after the test. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-data-"));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A log's entries as texts; those that agree in customer, day and type have no order of their own. */
export function entriesIn(log: EventLog): string[] {
  const {superseded} = log;
  return [
    ...textsOf(log).map(text => `valid ${text}`),
    ...(superseded === undefined
      ? []
      : textsOf(superseded.log, superseded.until).map(text => `superseded ${text}`)),
  ].sort();
}

function textsOf(log: EventLog, until?: Times): string[] {
  const texts: string[] = [];
  const time = timesOf(log);
  for (let c = 0; c < log.customers.length; c++)
    for (let i = log.offsets[c]!; i < log.offsets[c + 1]!; i++) {
      const attributes = Object.values(log.attributes).map(
        ({codes, values}) => values[codes[i]!] ?? "(missing)",
      );
      const event = [log.customers[c], time[i], log.types[log.type[i]!], log.amount[i], ...attributes];
      texts.push([...event, `known ${log.known?.[i]}`, `until ${until?.[i]}`].join(" "));
    }
  return texts;
}

/** A source over `events.csv` with the columns id, at and eur. */
export const sourceOf = (fields: Partial<EventSource> = {}): EventSource => ({
  from: "events.csv",
  csv: {},
  customer: "id",
  time: "at",
  timeZone: "UTC",
  type: "'purchase'",
  attributes: [],
  negativeAmounts: "cancellation",
  duplicates: "keep",
  maxBadShare: 0.01,
  ...fields,
});

/** Reads `events.csv` with this content. */
export const ingestText = (
  text: string | Uint8Array,
  fields: Partial<EventSource> = {},
  options: Partial<IngestOptions> = {},
): Promise<Ingested> => ingest(sourceOf(fields), {folder: folderOf({"events.csv": text}), ...options});

/** The first line of a rejected promise's message. */
export const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    error => `${(error as Error).name}: ${(error as Error).message}`,
  );

/** Takes the snapshot of a source into `store` of its folder, and reads it. */
export async function snapshotOf(
  source: EventSource,
  folder: string,
  {store = join(folder, "store"), ...options}: Partial<IngestOptions> & {store?: string} = {},
) {
  const ingested = await ingest(source, {folder, ...options});
  const snapshot = await writeSnapshot(ingested, {store, files: snapshotFiles});
  ingested.close();
  return {...snapshot, log: await loadEventLog(snapshot.folder)};
}
