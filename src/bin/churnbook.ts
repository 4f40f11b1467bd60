#!/usr/bin/env node
// Kept to what any Node from 18 on can read: it decides which Node runs the command line.
import {spawn} from "node:child_process";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";

const NEEDED = 24;

/** The Node that the package brings along, where its platform has one. */
function bundledNode(): string | undefined {
  const {platform, arch} = process;
  const name = `node-${platform === "win32" ? "win" : platform}-${arch}`;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(folder, "bin", platform === "win32" ? "node.exe" : "node");
  } catch {
    return undefined;
  }
}

const major = Number(process.versions.node.split(".")[0]);
if (major >= NEEDED) {
  const {main} = await import("./cli.js");
  await main(process.argv);
} else {
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(
      `churnbook: requires Node ${NEEDED} or newer, got ${process.version}; install Node ${NEEDED}, ` +
        "or run `npm install` again without --omit=optional, which brings it along\n",
    );
    process.exitCode = 2;
  } else {
    const child = spawn(node, process.argv.slice(1), {stdio: "inherit"});
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.on("error", error => {
      process.stderr.write(`churnbook: ${node} does not start (${error.message}); install Node ${NEEDED}\n`);
      process.exitCode = 2;
    });
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
    });
  }
}
