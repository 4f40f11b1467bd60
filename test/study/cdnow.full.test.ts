import {execFileSync} from "node:child_process";
import {existsSync, mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";
import type {EvidenceValue} from "../../src/ledger/evidence.ts";

const DATA = resolve(process.env.CHURNBOOK_SHARED ?? "../shared", "data/cdnow/CDNOW_master.txt.gz");
const GOLDEN = resolve("test/reference/churn_targets_cdnow/expected.json");
const missing = !existsSync(DATA);
if (missing) console.log(`skipped: the CDNOW purchases are not at ${DATA}`);

type Card = {sections: {items: {id: string; value: EvidenceValue}[]}[]};
type Golden = {expected: Record<"90", {active: Record<string, {rows: number}>}>};

const churnbook = (args: readonly string[], cwd: string) =>
  execFileSync(process.execPath, [resolve("dist/bin/churnbook.js"), ...args], {
    cwd,
    encoding: "utf8",
    stdio: "pipe",
  });

test.skipIf(missing)("init and run on the CDNOW purchases make a card without a line written by hand", () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-cdnow-"));
  try {
    const said = churnbook(["init", "music", "--events", DATA], folder);
    expect(said).toContain("Read 69\u2009659 rows: 69\u2009659 events of 23\u2009570 customers.");
    expect(said).toContain("monthly, 1997-04 to 1998-04");
    const study = join(folder, "music");
    // As a user would: through the link that init made.
    execFileSync(process.execPath, ["node_modules/.bin/churnbook", "run"], {cwd: study, stdio: "pipe"});
    for (const name of ["card.json", "card.html", "card.pdf", "model.json"])
      expect(existsSync(join(study, "reports/music", name)), name).toBe(true);
    const card = JSON.parse(readFileSync(join(study, "reports/music/card.json"), "utf8")) as Card;
    const values = new Map(card.sections.flatMap(({items}) => items).map(({id, value}) => [id, value]));
    const counts = values.get("target.counts");
    const golden = (JSON.parse(readFileSync(GOLDEN, "utf8")) as Golden).expected["90"].active;
    if (counts?.kind !== "table") throw new Error("target.counts is no table");
    const cutoffs = counts.rows.filter(([cutoff]) => String(cutoff) in golden);
    expect(cutoffs.map(([cutoff, rows]) => [cutoff, rows])).toEqual(
      Object.keys(golden)
        .filter(cutoff => cutoff >= "1997-04")
        .map(cutoff => [cutoff, golden[cutoff]!.rows]),
    );
    const judged = values.get("lift.allCustomers");
    if (judged?.kind !== "table") throw new Error("lift.allCustomers is no table");
    const [dummy, recency, logistic, second, boosted] = judged.rows.map(row => row[1] as number);
    expect(dummy).toBe(0.5);
    expect(recency).toBeGreaterThan(0.5);
    // All learn more from a purchase history than its last day, by more than the width of the intervals.
    expect(logistic! - recency!).toBeGreaterThan(0.05);
    expect(second! - recency!).toBeGreaterThan(0.05);
    expect(boosted! - recency!).toBeGreaterThan(0.05);
    // Two engines with settings of their own: half the width of an interval.
    expect(Math.abs(boosted! - second!)).toBeLessThan(0.014);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
