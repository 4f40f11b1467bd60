import {dateOf} from "../data/calendar.ts";
import type {EventLog} from "../data/event-log.ts";
import type {SnapshotManifest} from "../data/snapshot.ts";
import {counted, percent, whole} from "../figures.ts";
import type {Run} from "../ledger/run.ts";
import {type Table, type Text, text, textColumn} from "./words.ts";

/** Which data it is: digest, extent and sources of the snapshot. */
export function snapshotText(manifest: SnapshotManifest): Text {
  const types = Object.entries(manifest.types).map(([type, n]) => `${type} ${whole(n)}`);
  return text(
    `Snapshot ${manifest.digest.slice(0, 16)}…: ${whole(manifest.rows)} events of ${whole(manifest.customers)} ` +
      `customers from ${manifest.firstDay} to ${manifest.lastDay}, the last day that is fully observed ` +
      `(${types.join(", ")}). Read from ${manifest.sources.map(source => source.name).join(", ")}. The digest is of the ` +
      "rows themselves: the same rows give the same digest in whatever files they come.",
  );
}

/** The checks of the data contract and what they found; those that found nothing are named in the last row. */
export function contractTable({contract}: Pick<SnapshotManifest, "contract">): Table {
  const passed = contract.filter(({severity, rows}) => severity === "info" && rows === 0);
  const found = contract.filter(finding => !passed.includes(finding));
  return {
    kind: "table",
    caption: "Checks of the data while it was read",
    columns: [
      textColumn("check", "Check"),
      textColumn("severity", "Weight"),
      {name: "rows", title: "Concerned", format: "integer"},
      {name: "share", title: "Share", format: "percent", digits: 2},
      textColumn("message", "What was found"),
    ],
    rows: [
      ...found.map(({check, severity, rows, share, message}) => [check, severity, rows, share, message]),
      ...(passed.length > 0
        ? [
            [
              ...[`${counted(passed.length, found.length > 0 ? "other check" : "check")}`, "info", 0, 0],
              `nothing found by ${passed.map(({check}) => check).join(", ")}`,
            ],
          ]
        : []),
    ],
  };
}

/** Rows set aside, by reason; one row that says so when there are none. */
export function quarantineTable({quarantined, rowsRead}: SnapshotManifest): Table {
  const reasons = Object.entries(quarantined).filter(([, n]) => n > 0);
  return {
    kind: "table",
    caption: `Rows set aside of ${whole(rowsRead)} read; each stands in quarantine.csv of the snapshot with its place and reason`,
    columns: [
      textColumn("reason", "Reason"),
      {name: "rows", title: "Rows", format: "integer"},
      {name: "share", title: "Share", format: "percent", digits: 2},
    ],
    rows: reasons.length > 0 ? reasons.map(([reason, n]) => [reason, n, n / rowsRead]) : [["none", 0, 0]],
  };
}

/**
 * How late events became known and what corrections changed, shares of the events; where the log says neither, one
 * row that says so.
 */
export function latenessTable({lateness, rows}: SnapshotManifest): Table {
  const {delays, corrections} = lateness;
  const share = (n: number) => (rows === 0 ? 0 : n / rows);
  const known: [string, number, number][] = delays
    ? [
        ["known on the day itself", delays.sameDay, share(delays.sameDay)],
        ["1 day later", delays.oneDay, share(delays.oneDay)],
        ["2 to 7 days later", delays.week, share(delays.week)],
        ["8 to 30 days later", delays.month, share(delays.month)],
        [`more than 30 days later, at most ${whole(delays.largestDays)}`, delays.later, share(delays.later)],
      ]
    : [];
  const corrected: [string, number, number][] = corrections
    ? [
        ["corrected by a later version", corrections.events, share(corrections.events)],
        ["versions that were replaced", corrections.superseded, share(corrections.superseded)],
      ]
    : [];
  const moved = corrections ? `; corrections moved ${percent(corrections.moneyShare, 2)} of the money` : "";
  const cells = [...known, ...corrected];
  return {
    kind: "table",
    caption: `When events became known. Features see an event from the day after that${moved}`,
    columns: [
      textColumn("events", "Events"),
      {name: "rows", title: "Number", format: "integer"},
      {name: "share", title: "Share", format: "percent", digits: 2},
    ],
    rows:
      cells.length > 0
        ? cells
        : [["the log does not say when events were known; they count from their own day", rows, 1]],
  };
}

/**
 * Rows of contacts, contracts and the study's own tables that are left out, since their customer has no event in the
 * log; undefined when there are none.
 */
export function unknownCustomersText({
  campaigns,
  subscriptions,
  tables = {},
}: Pick<Run, "campaigns" | "subscriptions" | "tables">): Text | undefined {
  const read = {
    ...(campaigns && {campaigns: {rows: campaigns.day.length, ...campaigns}}),
    ...(subscriptions && {subscriptions: {rows: subscriptions.start.length, ...subscriptions}}),
    ...tables,
  };
  const left = Object.entries(read).filter(([, {unknownCustomers}]) => unknownCustomers > 0);
  if (left.length === 0) return undefined;
  const counts = left.map(
    ([name, {rows, unknownCustomers: n}]) => `${whole(n)} of ${counted(rows + n, "row")} in ${name}`,
  );
  return text(
    `Left out, as their customer has no event in the log: ${counts.join(", ")}. A customer is somebody with events, so these ` +
      "rows could say nothing of anybody in the cohort; if they are many, the ids of the tables may not be those of the log.",
  );
}

/** Events by type and week, weeks of seven days counted back from the last observed day, the oldest one whole. */
export function weeklyVolumes(log: EventLog): {
  periods: string[];
  series: {type: string; counts: number[]}[];
} {
  const weeks = Math.floor((log.lastDay - log.firstDay + 1) / 7);
  const start = log.lastDay + 1 - 7 * weeks;
  const counts = log.types.map(() => new Array<number>(weeks).fill(0));
  for (let i = 0; i < log.day.length; i++) {
    const week = Math.floor((log.day[i]! - start) / 7);
    if (week >= 0) counts[log.type[i]!]![week]! += 1;
  }
  return {
    periods: Array.from({length: weeks}, (_, week) => dateOf(start + 7 * week)),
    series: log.types.map((type, t) => ({type, counts: counts[t]!})),
  };
}
