import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import {describe, expect, test} from "vitest";
import {beliefRules} from "../../src/uplift/observe/belief.ts";
import {studyContacts} from "../../src/uplift/observe/observational.ts";
import type {ObservedContacts} from "../../src/uplift/observe/targeting.ts";
import {dataFile} from "../evaluate/flat-table.ts";

const NAMES = ["age", "education", "black", "hispanic", "married", "nodegree", "re74", "re75"];
const {file, missing} = dataFile("lalonde/nsw_dw.csv");
if (missing) console.warn(`LaLonde tests are skipped: ${missing}`);

type Row = Readonly<Record<string, number>>;

function rowsOf(name: string): Row[] {
  const bytes = readFileSync(file.replace("nsw_dw.csv", name));
  const [header, ...lines] = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes)
    .toString("utf8")
    .trim()
    .split("\n");
  const names = header!.trim().split(",");
  return lines.map(line => Object.fromEntries(line.split(",").map((cell, j) => [names[j]!, Number(cell)])));
}

function contactsOf(rows: readonly Row[], outcome = "re78"): ObservedContacts {
  // Of what was earned in 1975 only what was known before it.
  const names = outcome === "re75" ? NAMES.filter(name => name !== "re75") : NAMES;
  return {
    x: {
      names,
      rows: rows.length,
      values: Float64Array.from(names.flatMap(name => rows.map(row => row[name]!))),
    },
    outcome: Float64Array.from(rows, row => row[outcome]!),
    treated: Uint8Array.from(rows, row => row.treat!),
    customer: Int32Array.from(rows.keys()),
    ids: rows.map((_, k) => String(k)),
  };
}

describe.skipIf(missing)("LaLonde, treated of the experiment beside other controls", () => {
  test.each([
    ["psid_controls.csv", 2490],
    ["cps_controls.csv.gz", 15992],
  ])(
    "with %s the plain difference is far from the experimental 1794.34, and the rules say not to believe it",
    {timeout: 300_000},
    async (name, controls) => {
      const experiment = rowsOf("nsw_dw.csv");
      const mean = (t: number) => {
        const arm = experiment.filter(row => row.treat === t);
        return arm.reduce((sum, row) => sum + row.re78!, 0) / arm.length;
      };
      expect(mean(1) - mean(0)).toBeCloseTo(1794.34, 1);
      const others = rowsOf(name);
      expect(others).toHaveLength(controls);
      const rows = [...experiment.filter(row => row.treat === 1), ...others];
      const study = await studyContacts(contactsOf(rows), {seed: 1, earlier: contactsOf(rows, "re75")});
      const {negativeControl, pairs, headline} = study;
      console.log(
        `${name} earnings of 1975: ${negativeControl!.estimate.toFixed(0)} (SE ${negativeControl!.se.toFixed(0)}); ` +
          `${pairs.pairs} pairs withstand ${pairs.gamma}; effective control ${study.overlap.linear.effectiveControl.toFixed(0)}`,
      );
      for (const {effect} of study.effects)
        console.log(
          `${name} ${effect.method}: ${effect.estimate.toFixed(0)} (SE ${effect.se.toFixed(0)}), misses by ${(effect.estimate - 1794.34).toFixed(0)}`,
        );
      const rules = beliefRules(study);
      console.log(
        rules
          .map(({rule, found, broken}) => `${rule} ${found?.toFixed(2)} ${broken ? "broken" : "holds"}`)
          .join("; "),
      );
      expect(study.effects[0]!.effect.estimate).toBeLessThan(-8000);
      // Of the estimate that is told the interval holds the experiment's value, wide as it is.
      expect(headline.effect.low).toBeLessThan(1794.34);
      expect(headline.effect.high).toBeGreaterThan(1794.34);
      // Made alike in what was known by 1974, the groups earned unlike in 1975, before any training.
      expect(rules.filter(rule => rule.broken).map(({rule}) => rule)).toContain("earlier outcome");
    },
  );
});
