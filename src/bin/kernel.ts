import {type ChildProcess, spawn} from "node:child_process";
import {randomBytes, randomUUID} from "node:crypto";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {type AddressInfo, createServer, type Server} from "node:net";
import {tmpdir} from "node:os";
import {extname, join} from "node:path";
import {connectKernel, type Kernel, type KernelProcess, KernelStartError} from "../notebook/kernel-client.ts";
import type {Connection} from "../notebook/wire.ts";

const HOST = "127.0.0.1";
const ATTEMPTS = 4;
const STDERR_KEPT = 4000;
const LAST_WORDS_MS = 30;
/** Beside this file, as source or compiled. */
const SETUP = new URL(`./kernel-setup${extname(import.meta.url)}`, import.meta.url).href;

/**
 * Starts a TypeScript kernel in a process of its own and waits until it is ready.
 * Time zone and locale are fixed, so that a notebook says the same everywhere. The kernel ends with this process.
 * @param folder working directory of the notebook's code, where its imports are looked up.
 * @param env variables added to this process's own.
 * @param ports five free ports; chosen by the system when absent. Asked for again when one was taken meanwhile.
 * @throws KernelStartError when it does not start, saying why.
 */
export async function startKernel({
  folder,
  env = {},
  readySeconds = 60,
  ports = freePorts,
}: {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly readySeconds?: number;
  readonly ports?: () => Promise<readonly number[]>;
}): Promise<Kernel> {
  for (let attempt = 1; ; attempt++) {
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = (await ports()) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const connection: Connection = {
      transport: "tcp",
      ip: HOST,
      shell_port,
      iopub_port,
      stdin_port,
      control_port,
      hb_port,
      key: randomBytes(32).toString("hex"),
      signature_scheme: "hmac-sha256",
      kernel_name: "tslab",
    };
    const spawned = spawnKernel(connection, {folder, env});
    try {
      const kernel = await connectKernel(connection, {
        process: spawned,
        session: randomUUID(),
        timestamp: () => new Date().toISOString(),
        readySeconds,
      });
      spawned.removeFile();
      return kernel;
    } catch (error) {
      const taken = error instanceof KernelStartError && error.message.includes(PORT_TAKEN);
      if (!taken || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The command that starts a kernel: what a Jupyter kernelspec has in `argv`, with `{connection_file}`. */
export const kernelCommand = (connectionFile: string): string[] => [
  process.execPath,
  "--import",
  SETUP,
  createRequire(import.meta.url).resolve("tslab/bin/tslab"),
  "kernel",
  "--config-path",
  connectionFile,
];

const PORT_TAKEN = "a port was taken";

function spawnKernel(
  connection: Connection,
  {folder, env}: {folder: string; env: Readonly<Record<string, string>>},
): KernelProcess & {readonly removeFile: () => void} {
  const temporary = mkdtempSync(join(tmpdir(), "churnbook-kernel-"));
  const file = join(temporary, "connection.json");
  writeFileSync(file, JSON.stringify(connection), {mode: 0o600});
  const [program, ...args] = kernelCommand(file) as [string, ...string[]];
  const {FORCE_COLOR: _, ...inherited} = process.env;
  const child = spawn(program, args, {
    cwd: folder,
    env: {...inherited, NO_COLOR: "1", TZ: "UTC", LC_ALL: "en_US.UTF-8", CHURNBOOK_PARENT: "pipe", ...env},
    // A group of its own, so that whatever the notebook starts ends with it.
    detached: process.platform !== "win32",
    stdio: ["pipe", "ignore", "pipe"],
    windowsHide: true,
  });
  child.stdin?.on("error", () => {});
  // Its secret is of no use once the kernel has read it.
  const removeFile = () => rmSync(temporary, {recursive: true, force: true});
  let gone = false;
  const kill = () => {
    running.delete(kill);
    if (running.size === 0) unwatchSignals();
    removeFile();
    if (!gone) killGroup(child);
    gone = true;
  };
  running.add(kill);
  watchSignals();
  return {ended: endOf(child), kill, removeFile};
}

/** How the kernel ended. A kernel that could not have its ports goes on, deaf: that counts as an end. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
      if (/EADDRINUSE|Address already in use/i.test(stderr)) resolve(PORT_TAKEN);
    });
    child.once("error", error => resolve(error.message));
    child.once("exit", (code, signal) => {
      // What it wrote last may still be in the pipe; its children may hold the pipe open for long.
      setTimeout(() => {
        const memory = /heap out of memory/i.test(stderr) ? ", out of memory" : "";
        resolve((signal ? `signal ${signal}` : `exit code ${code}`) + memory);
      }, LAST_WORDS_MS);
    });
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Kills of the kernels that run. */
const running = new Set<() => void>();
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
let watching = false;

const killAll = () => {
  for (const kill of [...running]) kill();
};

const onSignal = (signal: NodeJS.Signals) => {
  killAll();
  unwatchSignals();
  // With nobody else listening the signal does what it does without us.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
};

function watchSignals(): void {
  if (watching) return;
  watching = true;
  process.on("exit", killAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unwatchSignals(): void {
  watching = false;
  process.off("exit", killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/** Five ports that were free a moment ago. */
async function freePorts(): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({length: 5}, () => {
      const server = createServer();
      return new Promise<Server>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, HOST, () => resolve(server));
      });
    }),
  );
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
