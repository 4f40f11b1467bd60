import {join, resolve} from "node:path";
import {gzipSync} from "node:zlib";
import {Command} from "commander";
import {type Simulation, simulateShop} from "../../data/simulate.ts";
import {DataError} from "../../data-error.ts";
import {shown, writeAtomically} from "../files.ts";
import type {Terminal} from "../terminal.ts";

/** `churnbook demo <dir>`: writes the log of a simulated shop, its campaign, and the truth behind both. */
export function demoCommand(terminal: Terminal): Command {
  return new Command("demo")
    .description("Write the event log of a simulated web shop, to try churnbook on.")
    .argument("<dir>", "folder to write into; made when absent")
    .option("--seed <n>", "another shop", "1")
    .option("--customers <n>", "how many customers", "6000")
    .action((dir: string, options: {seed: string; customers: string}) => {
      const folder = resolve(dir);
      const seed = count("--seed", options.seed, 0);
      const customers = count("--customers", options.customers, 1);
      terminal.progress("Simulating the shop …");
      const simulation = simulateShop({customers, seed});
      terminal.progress("Writing …");
      const files = filesOf(simulation);
      for (const {name, bytes} of files) writeAtomically(join(folder, name), bytes);
      terminal.say(`${shown(folder)}: ${files.map(({name}) => name).join(", ")}`);
    });
}

function filesOf({events, campaigns, truth}: Simulation): {name: string; bytes: string | Uint8Array}[] {
  const log = events.map(({customer, time, type, amount, attributes: {channel = "", category = ""}}) => [
    customer,
    time,
    type,
    amount?.toFixed(2) ?? "",
    channel,
    category,
  ]);
  const contacts = campaigns.map(({customer, time, arm}) => [customer, time, arm]);
  const probability = truth.probability.map(({customer, cutoff, within, inThird}) => [
    customer,
    cutoff,
    within,
    inThird,
  ]);
  const effects = truth.effects.map(({customer, segment, effect}) => [customer, segment, effect]);
  return [
    {
      name: "events.csv.gz",
      bytes: gzip(csv(["customer_id", "happened_at", "type", "amount", "channel", "category"], log)),
    },
    {name: "campaigns.csv", bytes: csv(["customer_id", "happened_at", "arm"], contacts)},
    {name: "truth/probability.csv", bytes: csv(["customer_id", "cutoff", "within", "in_third"], probability)},
    {name: "truth/effects.csv", bytes: csv(["customer_id", "segment", "effect"], effects)},
  ];
}

/** Nothing written here holds a comma or a quote. */
const csv = (header: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  `${header.join(",")}\n${rows.map(row => `${row.join(",")}\n`).join("")}`;

/** Gzip without a time, and with the operating system left unsaid, so that the bytes are the same everywhere. */
function gzip(text: string): Uint8Array {
  const bytes = gzipSync(text, {level: 6});
  bytes[9] = 255;
  return bytes;
}

function count(flag: string, text: string, least: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new DataError(`${flag} requires a whole number from ${least}, got ${JSON.stringify(text)}`);
  return Number(text);
}
