import {type Channels, openChannels} from "./channels.ts";
import type {Connection, Message} from "./wire.ts";

/** How the execution of a piece of code came out. */
export type Execution =
  /** It ran to its end; `count` is the kernel's execution count, null where it gives none. */
  | {readonly status: "ok" | "error"; readonly count: number | null}
  /** It was ended, with the kernel, for running longer than allowed. */
  | {readonly status: "timeout"}
  /** The kernel's process ended meanwhile; `how` says with what, "exit code 1" say. */
  | {readonly status: "died"; readonly how: string};

/** A running kernel. */
export type Kernel = {
  /** `language_info` as nbformat keeps it. */
  readonly language: Readonly<Record<string, unknown>>;
  /**
   * Runs code in the kernel and resolves when its outputs are through.
   * @param onOutput gets each message that answers this request, those that arrive late too.
   * @param timeoutSeconds after which the kernel is killed; no limit when absent.
   */
  readonly execute: (
    code: string,
    options: {readonly onOutput: (message: Message) => void; readonly timeoutSeconds?: number | undefined},
  ) => Promise<Execution>;
  /** Shuts the kernel down and kills what is left of it. May be called twice. */
  readonly shutdown: () => Promise<void>;
};

/** The process behind a kernel. */
export type KernelProcess = {
  /** Resolves with how the process ended; never rejects. */
  readonly ended: Promise<string>;
  /** Kills the process and its children at once, and removes what it left. */
  readonly kill: () => void;
};

/** The kernel did not get ready. */
export class KernelStartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "KernelStartError";
  }
}

/** tslab answers requests that arrive within 200 ms of a failed one with "abort" and does not run them. */
const ABORT_WINDOW_MS = 200;
const HANDSHAKE_MS = 250;
const SHUTDOWN_MS = 1000;

type Died = {readonly died: string};

/**
 * Connects to a kernel that is starting, and waits until both its answers and its outputs arrive.
 * @param session names this client; message ids are derived from it.
 * @param timestamp gives the instant put into a request, ISO 8601.
 * @param readySeconds how long to wait for the kernel.
 * @throws KernelStartError when the process ends, or is not ready in time; the process is then killed.
 */
export async function connectKernel(
  connection: Connection,
  {
    process,
    session,
    timestamp,
    readySeconds = 60,
  }: {
    readonly process: KernelProcess;
    readonly session: string;
    readonly timestamp: () => string;
    readonly readySeconds?: number;
  },
): Promise<Kernel> {
  const channels = await openChannels(connection, {session, timestamp});
  const died = process.ended.then((how): Died => ({died: how}));
  try {
    const info = await handshake(channels, died, readySeconds);
    return kernelOf(channels, {
      process,
      died,
      language: (info.content.language_info ?? {}) as Kernel["language"],
    });
  } catch (error) {
    channels.close();
    process.kill();
    throw error;
  }
}

function kernelOf(
  channels: Channels,
  {process, died, language}: {process: KernelProcess; died: Promise<Died>; language: Kernel["language"]},
): Kernel {
  let death: string | undefined;
  void died.then(({died: how}) => {
    death ??= how;
  });
  return {
    language,
    execute: async (code, {onOutput, timeoutSeconds}) => {
      if (death !== undefined) return {status: "died", how: death};
      const {limit, cancel} = timer(timeoutSeconds);
      try {
        for (;;) {
          const execution = await executeOnce(channels, code, {onOutput, died, limit});
          if (execution === "timeout") {
            process.kill();
            return {status: "timeout"};
          }
          if (execution !== "abort") return execution;
          await sleep(ABORT_WINDOW_MS);
        }
      } finally {
        cancel();
      }
    },
    shutdown: async () => {
      if (death === undefined) {
        const asked = channels.request("control", "shutdown_request", {restart: false}).then(() => died);
        await Promise.race([asked, died, sleep(SHUTDOWN_MS)]);
        death ??= "shut down before";
      }
      process.kill();
      channels.close();
      await process.ended;
    },
  };
}

async function executeOnce(
  channels: Channels,
  code: string,
  {
    onOutput,
    died,
    limit,
  }: {onOutput: (message: Message) => void; died: Promise<Died>; limit: Promise<"timeout">},
): Promise<Execution | "abort" | "timeout"> {
  const content = {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
  const asked = channels.request("shell", "execute_request", content, onOutput);
  const reply = await Promise.race([asked, died, limit]);
  if (reply === "timeout") return reply;
  if ("died" in reply) return {status: "died", how: reply.died};
  // A rejection that nobody caught is printed after the cell is done, but before this is answered.
  const flushed = await Promise.race([channels.request("shell", "kernel_info_request", {}), died, limit]);
  if (flushed === "timeout") return flushed;
  if ("died" in flushed) return {status: "died", how: flushed.died};
  const {status, execution_count: count} = reply.content;
  if (status === "abort" || status === "aborted") return "abort";
  return {status: status === "ok" ? "ok" : "error", count: typeof count === "number" ? count : null};
}

/** Asks again and again: outputs published before the subscription has reached the kernel are lost. */
async function handshake(channels: Channels, died: Promise<Died>, readySeconds: number): Promise<Message> {
  const tries = Math.max(1, Math.ceil((readySeconds * 1000) / HANDSHAKE_MS));
  for (let i = 0; i < tries; i++) {
    const asked = channels.request("shell", "kernel_info_request", {});
    const answer = await Promise.race([asked, died, sleep(HANDSHAKE_MS)]);
    if (answer && "died" in answer) throw new KernelStartError(`the kernel did not start: ${answer.died}`);
    if (answer) return answer;
  }
  throw new KernelStartError(`the kernel was not ready after ${readySeconds} s`);
}

function timer(seconds: number | undefined): {limit: Promise<"timeout">; cancel: () => void} {
  if (seconds === undefined) return {limit: new Promise(() => {}), cancel: () => {}};
  let handle: NodeJS.Timeout;
  const limit = new Promise<"timeout">(resolve => {
    handle = setTimeout(() => resolve("timeout"), seconds * 1000);
  });
  return {limit, cancel: () => clearTimeout(handle)};
}

const sleep = (ms: number): Promise<undefined> => new Promise(resolve => setTimeout(resolve, ms, undefined));
