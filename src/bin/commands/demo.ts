import {join, resolve} from "node:path";
import {gzipSync} from "node:zlib";
import {Command} from "commander";
import {MOST_CUSTOMERS, type Simulation, simulateShop} from "../../data/simulate.ts";
import {DataError} from "../../data-error.ts";
import {whole} from "../../figures.ts";
import {shown, writeAtomically} from "../files.ts";
import type {Terminal} from "../terminal.ts";

/**
 * `churnbook demo <dir>`: writes the log of a simulated shop, its campaign, and the truth behind both, as
 * events.csv.gz, campaigns.csv, truth/probability.csv and truth/effects.csv. The same seed and number of customers
 * give the same bytes.
 */
export function demoCommand(terminal: Terminal): Command {
  return new Command("demo")
    .description("Write the event log of a simulated web shop, to try churnbook on")
    .argument("<dir>", "folder to write into; made when there is none")
    .option("--seed <n>", "which shop: another number, another shop", "1")
    .option("--customers <n>", "how many customers", "6000")
    .action((dir: string, options: {seed: string; customers: string}) => {
      const folder = resolve(dir);
      const seed = optionOf("--seed", options.seed, 0, 2 ** 31 - 1);
      const customers = optionOf("--customers", options.customers, 1, MOST_CUSTOMERS);
      terminal.progress("simulating the shop …");
      const shop = simulateShop({customers, seed});
      const files = filesOf(shop);
      for (const [name, bytes] of files) {
        terminal.progress(`writing ${name} …`);
        write(folder, name, bytes);
      }
      const {events, campaigns, lastDay, truth} = shop;
      terminal.say(
        `${whole(events.length)} events of ${whole(customers)} customers until ${lastDay} and ` +
          `${whole(campaigns.length)} campaign contacts, written to ${shown(folder)}`,
      );
      terminal.say(
        `beside them, in truth, what no model knows: ${whole(truth.probability.length)} probabilities of leaving ` +
          `and ${whole(truth.effects.length)} effects of the campaign`,
      );
    });
}

type FileBytes = readonly [name: string, bytes: Uint8Array];

/** The files of a simulation by name. Nothing in them holds a comma or a quote. */
function filesOf({events, campaigns, truth}: Simulation): readonly FileBytes[] {
  const log = csv("customer_id,happened_at,type,amount,channel,category", events, event => {
    const {channel = "", category = ""} = event.attributes;
    return `${event.customer},${event.time},${event.type},${event.amount?.toFixed(2) ?? ""},${channel},${category}`;
  });
  return [
    ["events.csv.gz", gzip(log)],
    ["campaigns.csv", csv("customer_id,happened_at,arm", campaigns, c => `${c.customer},${c.time},${c.arm}`)],
    [
      "truth/probability.csv",
      csv(
        "customer_id,cutoff,within,in_third",
        truth.probability,
        p => `${p.customer},${p.cutoff},${p.within},${p.inThird}`,
      ),
    ],
    [
      "truth/effects.csv",
      csv("customer_id,segment,effect", truth.effects, e => `${e.customer},${e.segment},${e.effect}`),
    ],
  ];
}

/** Lines that are made into bytes together: a text of all of them may be longer than a text can be. */
const LINES = 100_000;

function csv<T>(header: string, rows: readonly T[], line: (row: T) => string): Uint8Array {
  const parts = [Buffer.from(`${header}\n`)];
  for (let from = 0; from < rows.length; from += LINES)
    parts.push(
      Buffer.from(
        rows
          .slice(from, from + LINES)
          .map(row => `${line(row)}\n`)
          .join(""),
      ),
    );
  return Buffer.concat(parts);
}

/** Gzip without a time, and with the operating system left unsaid, so that its header says nothing of the machine. */
function gzip(text: Uint8Array): Uint8Array {
  const bytes = gzipSync(text);
  bytes[9] = 255;
  return bytes;
}

/** @throws DataError when the folder cannot be written to. */
function write(folder: string, name: string, bytes: Uint8Array): void {
  try {
    writeAtomically(join(folder, name), bytes);
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new DataError(`demo cannot write ${shown(join(folder, name))} (${code}); choose another folder`);
  }
}

/** A whole number of an option. @throws DataError when it is none, or out of range. */
function optionOf(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new DataError(
      `demo requires ${flag} to be a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`,
    );
  return value;
}
