import {DataError} from "../data-error.ts";
import {counted} from "../figures.ts";
import type {Study} from "../study.ts";
import {dateOf} from "./calendar.ts";
import {type Database, dayColumn, rowsOf} from "./database.ts";
import type {Day} from "./event-log.ts";
import type {Finding} from "./finding.ts";
import {FAULTS, type Fault} from "./judge.ts";
import type {SourceFile} from "./source.ts";
import {type DailyVolume, dailyGaps} from "./volume.ts";

export type ContractInput = {
  readonly rowsRead: number;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly files: readonly SourceFile[];
  /** Last day that a row may have: that of the source, or the day of reading; not checked when absent. */
  readonly lastAllowed: Day | "day of reading" | undefined;
};

/** Runs the checks over the tables that {@link Ingested} describes. */
export async function contractOf(
  database: Database,
  source: Study["events"],
  {rowsRead, quarantined, lastAllowed}: ContractInput,
): Promise<Finding[]> {
  const over = badShare(quarantined, rowsRead) > source.maxBadShare;
  const [c] = await rowsOf<
    Record<"repeats" | "negative" | "zero" | "missing" | "spaces" | "excluded", number>
  >(
    database,
    `SELECT (SELECT count(*) FROM repeats)::DOUBLE AS repeats, (SELECT n FROM excluded) AS excluded,
       (count(*) FILTER (amount < 0))::DOUBLE AS negative, (count(*) FILTER (amount = 0))::DOUBLE AS zero,
       (SELECT coalesce(sum(n), 0) FROM (SELECT count(*) FILTER (amount IS NULL) AS n FROM events
         GROUP BY type HAVING 2 * count(amount) >= count(*)))::DOUBLE AS missing,
       (count(*) FILTER (customer <> trim(customer)))::DOUBLE AS spaces FROM events`,
  );
  const counts = c!;
  /** `what` says which rows; `fate`, only where there are any, what became of them. */
  const finding = (
    check: string,
    rows: number,
    what: string,
    fate: string,
    severity: "error" | "warning" = "warning",
  ): Finding => ({
    check,
    severity: rows === 0 ? "info" : severity,
    rows,
    share: rows / rowsRead,
    message: `${counted(rows, "row")} ${what}${rows === 0 ? "" : `, ${fate}`}`,
  });
  const moved = source.duplicates === "quarantine";
  const excluded = source.negativeAmounts === "exclude";
  const stopping = over ? "error" : "warning";
  const checked = FAULTS.filter(fault => fault !== "known-unreadable" || source.known !== undefined);
  const faults = checked
    .filter(fault => fault !== "duplicate-row")
    .map(fault =>
      finding(fault, quarantined[fault] ?? 0, faultText(fault, lastAllowed), "in quarantine", stopping),
    );
  const repeats = finding(
    "duplicate-row",
    counts.repeats,
    "equal to an earlier one",
    moved ? "in quarantine" : "kept",
    moved ? stopping : "warning",
  );
  const negative = excluded ? counts.excluded : counts.negative;
  const amounts = [
    finding("amount-missing", counts.missing, "without an amount, of types that mostly have one", "kept"),
    finding(
      "amount-negative",
      negative,
      "with a negative amount",
      excluded ? "left out" : "kept under the type cancellation",
    ),
    finding("amount-zero", counts.zero, "with an amount of zero", "kept"),
  ];
  return [
    ...faults,
    repeats,
    ...(source.amount === undefined ? [] : amounts),
    finding("customer-spaces", counts.spaces, "with spaces around the customer", "kept as they are"),
    ...dailyGaps(await volumeOf(database)),
  ];
}

const badShare = (quarantined: Readonly<Record<string, number>>, rowsRead: number): number =>
  Object.values(quarantined).reduce((a, b) => a + b, 0) / rowsRead;

function faultText(fault: Fault, lastAllowed: ContractInput["lastAllowed"]): string {
  const what: Record<Fault, string> = {
    "malformed-row": "whose fields do not fit the columns",
    "customer-missing": "without a customer",
    "time-unreadable": "with a time that cannot be read",
    "known-unreadable": "without a time at which they were known, or with one that cannot be read",
    "time-future":
      lastAllowed === undefined
        ? "later than the extract (no last day to check against)"
        : // The day itself would make another card of the same rows tomorrow.
          `later than ${lastAllowed === "day of reading" ? "the day of reading" : dateOf(lastAllowed)}`,
    "type-missing": "without a type",
    "amount-unreadable": "with an amount that is no number",
    "duplicate-row": "equal to an earlier one",
  };
  return what[fault];
}

async function volumeOf(database: Database): Promise<DailyVolume> {
  const rows = await rowsOf<{day: number; n: number}>(
    database,
    `SELECT ${dayColumn("time")} AS day, count(*)::INTEGER AS n FROM events GROUP BY day ORDER BY day`,
  );
  return {day: Int32Array.from(rows, row => row.day), rows: Int32Array.from(rows, row => row.n)};
}

/** @throws DataError when the quarantine holds more than the share of rows that the study allows. */
export async function stopOver(
  database: Database,
  source: Study["events"],
  {rowsRead, quarantined}: Pick<ContractInput, "rowsRead" | "quarantined">,
): Promise<void> {
  const share = badShare(quarantined, rowsRead);
  if (share <= source.maxBadShare) return;
  const bad = Math.round(share * rowsRead);
  const first = await rowsOf<Record<"file" | "column" | "value" | "reason", string> & {row: number}>(
    database,
    `SELECT file, row::DOUBLE AS row, "column", left(value, 40) AS value, reason FROM quarantine LIMIT 3`,
  );
  const places = first.map(
    ({file, row, column, value, reason}) =>
      `${file} row ${row}${column === "" ? "" : `, ${column}`}: ${reason}${value === "" ? "" : ` (${JSON.stringify(value)})`}`,
  );
  const {file, row, column, value} = first[0]!;
  throw new DataError(
    `${counted(bad, "bad row")} of ${rowsRead} (${percent(share)}) are over events.maxBadShare ${percent(source.maxBadShare)}: ${places.join("; ")}; correct the data, or allow more by maxBadShare: ${Math.ceil(share * 100) / 100} in events`,
    {file, row, column: column || undefined, cell: value},
  );
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`;
