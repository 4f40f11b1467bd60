import {expect, test} from "vitest";
import {experimentCommand} from "../../src/bin/commands/experiment.ts";
import {messageOf} from "../data/event-files.ts";

/** Runs `churnbook experiment size`; what it prints. */
async function size(...args: string[]): Promise<string[]> {
  const said: string[] = [];
  const terminal = {say: (line: string) => void said.push(line), note: () => {}, progress: () => {}};
  await experimentCommand(terminal).parseAsync(["size", ...args], {from: "user"});
  return said;
}

test("churnbook experiment size says how many customers it takes, and by which formula", async () => {
  const said = await size("--control", "0.10", "--treatment", "0.08", "--power", "0.8", "--alpha", "0.05");
  expect(said[0]).toBe(
    "3\u2009213 customers per arm, 6\u2009426 in all, to tell 8% of churners from 10% in 80% of such experiments",
  );
  expect(said[1]).toMatch(/^formula: .*power\.prop\.test of R\); two-sided, alpha 0\.05$/);
});

test("churnbook experiment size of unequal arms, with the time it takes, in words and as JSON", async () => {
  const args = ["--control", "0.10", "--treatment", "0.08", "--ratio", "4", "--per-month", "2000"];
  const found = JSON.parse((await size(...args, "--json")).join("")) as {
    needed: {control: number; treatment: number; all: number};
    months: number;
  };
  const {control, treatment, all} = found.needed;
  expect([treatment / control, all]).toEqual([expect.closeTo(4, 2), control + treatment]);
  expect(found.months).toBe(Math.ceil(all / 2000) + 3);
  const said = await size(...args);
  expect(said[0]).toContain("contacted and");
  expect(said[1]).toBe(`${found.months} months until the last outcome is known`);
});

test("churnbook experiment size --customers says what so many can show", async () => {
  const said = await size("--control", "0.10", "--customers", "6426", "--treatment", "0.08");
  expect(said).toContain("they find 8% against 10% in 80.0% of them");
  expect(said.join()).toContain(
    "6\u2009426 customers at hand show an effect of 2.00 points or more, from 10% to 8.00%",
  );
  expect((await size("--control", "0.02", "--customers", "80"))[0]).toBe(
    "80 customers at hand would not show even that nobody churns any more",
  );
});

test.each([
  [
    ["--control", "10", "--treatment", "0.08"],
    "--control requires a share between 0 and 1, 0.1 for 10%, got 10",
  ],
  [
    ["--control", "0.1"],
    "give --treatment, the share of churners if contacting works, or --customers at hand",
  ],
  [
    ["--control", "0.1", "--treatment", "0.1"],
    "--treatment requires another share than --control, got 0.1 for both",
  ],
  [["--control", "0.1", "--customers", "many"], "--customers requires a number of 4 or more, got many"],
  [
    ["--control", "0.1", "--treatment", "0.2", "--formula", "x"],
    "--formula requires pooled, unpooled, arcsine, got x",
  ],
  [["--control", "0.1", "--treatment", "0.2", "--sides", "3"], "--sides requires 1 or 2, got 3"],
])("churnbook experiment size %j is refused in one sentence", async (args, message) => {
  expect(await messageOf(size(...args))).toBe(`DataError: ${message}`);
});
