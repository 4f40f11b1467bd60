import {expect, test} from "vitest";
import {CUSTOMERS, MOST_SECONDS, measureExplaining} from "./explain.ts";

test("explainRows(boost) explains 20k customers, 30 features and 300 trees in under 10 s", async () => {
  const [explained] = await measureExplaining({trees: 300, depth: 4}, {customers: CUSTOMERS, repeats: 2});
  expect(explained!.rows).toBe(20_000);
  expect(explained!.cpuSeconds).toBeLessThan(MOST_SECONDS);
  expect(explained!.error).toBeLessThan(1e-4);
});
