import {decimal} from "../figures.ts";
import type {Cohort} from "../target/cohort.ts";
import type {AuditFinding} from "./finding.ts";
import {type LabelledRows, type LoneAuc, labelledRows, loneAuc} from "./lone-auc.ts";
import {rowsOf, type Split} from "./rows.ts";
import {hashUnit} from "./sets.ts";

/** Half width of the intervals in standard errors: of fair logs one in 200 strays further in one of the five. */
const Z = 3.29;
/** Lower end of the ROC AUC from which on an id does not merely know the region or the shop. */
const INCREDIBLE = 0.7;

/** What an id may tell. */
type Reading = {readonly name: string; readonly found: LoneAuc};

/**
 * Whether the ids, whose order is that of the rows, tell who churns, on the rows that teach: by their number, length
 * or order, or by their first or last character. Ids that grow with the day of joining carry the tenure, so what is
 * no stronger than the tenure, or the joining day, is a note.
 */
export function checkIds(
  split: Split,
  cohort: Cohort,
  {customers, labels}: {readonly customers: readonly string[]; readonly labels: Int8Array},
): AuditFinding[] {
  const train = rowsOf(split, "train");
  const customer = train.map(i => cohort.customer[i]!);
  const rows = labelledRows(
    Uint8Array.from(train, i => labels[i]!),
    customer,
  );
  if (!rows) return [];
  const read = (value: (c: number) => number) => loneAuc(Float64Array.from(customer, value), rows, {z: Z});
  const readings: Reading[] = [
    {name: "number", found: read(c => numberIn(customers[c]!))},
    {name: "length", found: read(c => customers[c]!.length)},
    {name: "order", found: read(c => c)},
    ...[0, -1].map(at => ({
      name: at === 0 ? "first character" : "last character",
      found: readCharacter(customer, customers, at, rows),
    })),
  ];
  // A character is ranked by what it told of other customers, so to rank the wrong way round is chance.
  const telling = readings.filter(
    ({name, found}) => found.low > 0.5 && (found.rising || !name.endsWith("character")),
  );
  const code = "id-tells-target";
  if (telling.length === 0)
    return [
      {
        code,
        verdict: "ok",
        message:
          "Neither the ids nor the order of the rows, which is theirs, tell who churns: the ROC AUC of number, " +
          `length, order, first and last character is at most ${decimal(Math.max(...readings.map(r => r.found.auc)), 3)}.`,
      },
    ];
  const tenure = Float64Array.from(train, i => cohort.tenure[i]!);
  const joined = Float64Array.from(train, i => cohort.cutoffs[cohort.cutoff[i]!]! - cohort.tenure[i]!);
  const [byTenure, byJoining] = [loneAuc(tenure, rows), loneAuc(joined, rows)];
  const known = byTenure.high > byJoining.high ? byTenure : byJoining;
  const best = telling.reduce((a, b) => (b.found.auc > a.found.auc ? b : a));
  const {auc, low, high} = best.found;
  const explained = low <= known.high;
  return [
    {
      code,
      verdict: explained ? "note" : low > INCREDIBLE ? "error" : "warning",
      message:
        `The ${best.name} of the customer id tells who churns, with a ROC AUC of ${decimal(auc, 3)} ` +
        `(${decimal(low, 3)} to ${decimal(high, 3)})${best.name === "order" ? ", and with it the order of the rows" : ""}: ` +
        (explained
          ? `no more than ${known === byTenure ? "the tenure" : "the day of joining"}, ${decimal(known.auc, 3)}, as when ids are given in turn.`
          : `more than the tenure or the day of joining, ${decimal(known.auc, 3)}; no feature and no sampling may read the id.`),
    },
  ];
}

/** The last run of digits in an id, NaN without one. */
function numberIn(id: string): number {
  const digits = id.match(/\d+(?=\D*$)/);
  return digits ? Number(digits[0]) : Number.NaN;
}

/**
 * One character of the ids, whatever the order of characters: each half of the customers is ranked by the share of
 * churners that the character has in the other half.
 */
function readCharacter(
  customer: Int32Array,
  customers: readonly string[],
  at: number,
  rows: LabelledRows,
): LoneAuc {
  const character = (c: number) => customers[c]!.at(at) ?? "";
  const half = customers.map(id => (hashUnit(id, "halves") < 0.5 ? 0 : 1));
  const counts = [new Map<string, Count>(), new Map<string, Count>()];
  customer.forEach((c, i) => {
    const own = counts[half[c]!]!;
    const count = own.get(character(c)) ?? {rows: 0, positives: 0};
    own.set(character(c), count);
    count.rows += 1;
    count.positives += rows.y[i]!;
  });
  const share = (c: number) => {
    const count = counts[1 - half[c]!]!.get(character(c));
    return count ? count.positives / count.rows : Number.NaN;
  };
  return loneAuc(Float64Array.from(customer, share), rows, {z: Z});
}

type Count = {rows: number; positives: number};
