import {expect, test} from "vitest";
import type {Finding} from "../../src/data/finding.ts";
import {contractTable} from "../../src/report/data.ts";

const passed = (check: string): Finding => ({check, severity: "info", rows: 0, share: 0, message: "no rows"});
const zero: Finding = {check: "amount-zero", severity: "warning", rows: 3, share: 0.1, message: "3 rows"};

test("contractTable({contract}) names the checks that found nothing in one row, after what was found", () => {
  const {rows} = contractTable({contract: [passed("a"), zero, passed("b")]});
  expect(rows).toEqual([
    ["amount-zero", "warning", 3, 0.1, "3 rows"],
    ["2 other checks", "info", 0, 0, "nothing found by a, b"],
  ]);
  expect(contractTable({contract: [passed("a")]}).rows).toEqual([
    ["1 check", "info", 0, 0, "nothing found by a"],
  ]);
  expect(contractTable({contract: [zero]}).rows).toHaveLength(1);
});
