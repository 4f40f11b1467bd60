import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {dateOf, dayOf, monthStarts} from "../../src/data/calendar.ts";
import {inactivity, months} from "../../src/study.ts";
import {inactivityAlternatives} from "../../src/target/alternatives.ts";
import {buildCohort} from "../../src/target/cohort.ts";
import {targetCounts} from "../../src/target/counts.ts";
import {recencyTable} from "../../src/target/recency.ts";
import {labelTargets} from "../../src/target/targets.ts";
import {noCdnow, readCdnow} from "./cdnow-log.ts";

type Counts = Record<string, number>;
type Cohorts = Record<"active" | "active30", Record<string, Counts>>;

const reference = join(import.meta.dirname, "../reference/churn_targets_cdnow/expected.json");
const expected: Record<string, Cohorts> = JSON.parse(readFileSync(reference, "utf8")).expected;

if (noCdnow) console.warn(`CDNOW tests are skipped: ${noCdnow}`);

describe.skipIf(noCdnow)("CDNOW", () => {
  const log = noCdnow ? undefined! : readCdnow();

  test("readCdnow() gives the published number of events and customers", () => {
    expect([log.day.length, log.customers.length]).toEqual([69_659, 23_570]);
  });

  for (const days of [30, 60, 90, 120])
    for (const kind of ["active", "active30"] as const)
      test(`targetCounts(cohort, targets) are those of two other programs, d = ${days}, cohort ${kind}`, () => {
        const cutoffs = Object.keys(expected[days]![kind]).map(dayOf);
        const churn = inactivity({days, of: "purchase"});
        const active = kind === "active" ? churn : inactivity({days: 30, of: "purchase"});
        const cohort = buildCohort(log, {churn: active, cutoffs, activity: "purchase"});
        const targets = labelTargets(log, cohort, {churn, horizon: months(3), activity: "purchase"});
        const {byCutoff} = targetCounts(cohort, targets);
        expect(byCutoff).toHaveLength(15);
        for (const row of byCutoff) {
          const e = expected[days]![kind][dateOf(row.cutoff)]!;
          expect(row, dateOf(row.cutoff)).toMatchObject({
            rows: e.rows,
            mature: e.rows,
            within: e.within,
            in: e.in_zero_pos,
            silent: e.nopurch,
            structuralZero: e.structural_zero,
            withinButActive: e.within_but_bought_again,
            silentNotWithin: e.nopurch_not_within,
          });
        }
        const bySpell = countBySpell(cohort, targets);
        expect(bySpell).toEqual(
          Object.values(expected[days]![kind]).map(e => [
            e.within_by_current_spell,
            e.in_reachable_by_current_spell,
          ]),
        );
      });

  test("labelTargets(log, …) leaves the cutoff unlabelled whose window ends a month after the log", () => {
    const churn = inactivity({days: 90, of: "purchase"});
    const cutoffs = monthStarts("1998-04", "1998-05");
    const cohort = buildCohort(log, {churn, cutoffs, activity: "purchase"});
    const targets = labelTargets(log, cohort, {churn, horizon: months(3), activity: "purchase"});
    expect([...targets.mature]).toEqual([1, 0]);
    const [april, may] = targetCounts(cohort, targets).byCutoff;
    expect([april!.immature, april!.mature]).toEqual([0, 3817]);
    expect([may!.immature, may!.mature, may!.within]).toEqual([may!.rows, 0, 0]);
  });

  test("inactivityAlternatives(log, …) finds the traps that the definitions describe", () => {
    const cutoffs = monthStarts("1997-05", "1998-04");
    const found = inactivityAlternatives(log, {of: "purchase", cutoffs, horizon: months(3)});
    const [d30, d60, d90, d120] = found;
    expect(found.map(({days}) => days)).toEqual([30, 60, 90, 120]);
    expect(d30!.baseRate.within).toBeGreaterThan(0.92);
    expect(d30!.warnings.within.map(({code}) => code)).toEqual([
      "base-rate",
      "days-under-half-horizon",
      "silent-is-not-within",
    ]);
    expect(d60!.warnings.in.map(({code}) => code)).toContain("in-out-of-reach");
    expect(d90!.agreement).toBeGreaterThan(0.84);
    expect(d90!.agreement).toBeLessThan(0.89);
    expect(d90!.warnings.in.map(({code}) => code)).toContain("in-eligibility");
    expect(d120!.structuralZeroShare).toBeGreaterThan(0.2);
    expect(d120!.warnings.within.map(({code}) => code)).toContain("days-over-horizon");
    const recency = recencyTable(d90!.cohort, d90!.targets.in);
    expect(recency.months[0]!.shareOfPositives).toBeGreaterThan(0.97);
  });

  /** By cutoff: rows whose spell that runs at the cutoff ends in the window and is WITHIN; in its last month. */
  function countBySpell(
    cohort: ReturnType<typeof buildCohort>,
    targets: ReturnType<typeof labelTargets>,
  ): number[][] {
    const counts = cohort.cutoffs.map(() => [0, 0]);
    for (let i = 0; i < cohort.rows; i++) {
      const k = cohort.cutoff[i]!;
      const {from, lastMonth, to} = targets.windows[k]!;
      const churnDay = from + targets.churnsIn[i]!;
      const c = cohort.customer[i]!;
      const owned = log.day.subarray(log.offsets[c]!, log.offsets[c + 1]!);
      if (churnDay < to && !owned.some(day => day >= from && day <= churnDay)) counts[k]![0]!++;
      if (churnDay >= lastMonth && churnDay < to) counts[k]![1]!++;
    }
    return counts;
  }
});
