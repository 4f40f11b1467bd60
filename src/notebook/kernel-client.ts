import type {Dealer, Subscriber} from "zeromq";
import {type Connection, decodeMessage, encodeRequest, type Message} from "./wire.ts";

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

type Pending = {
  readonly onOutput: (message: Message) => void;
  readonly resolve: (reply: Message) => void;
  reply?: Message;
  idle: boolean;
  settled: boolean;
};

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
  // Loaded here so that a notebook which imports the library does not load sockets.
  const {Dealer, Subscriber} = await import("zeromq");
  const shell = new Dealer({routingId: session, linger: 0});
  const control = new Dealer({routingId: session, linger: 0});
  const iopub = new Subscriber({linger: 0, receiveHighWaterMark: 0});
  const sockets = [shell, control, iopub];
  const address = (port: number) => `${connection.transport}://${connection.ip}:${port}`;
  shell.connect(address(connection.shell_port));
  control.connect(address(connection.control_port));
  iopub.connect(address(connection.iopub_port));
  iopub.subscribe();

  const requests = new Map<string, Pending>();
  let count = 0;
  const settle = (pending: Pending) => {
    if (pending.settled || !pending.reply || !pending.idle) return;
    pending.settled = true;
    pending.resolve(pending.reply);
  };
  const onReply = (message: Message) => {
    const pending = requests.get(message.parent);
    if (!pending) return;
    pending.reply = message;
    settle(pending);
  };
  const onPublished = (message: Message) => {
    const pending = requests.get(message.parent);
    if (!pending) return;
    if (message.type !== "status") pending.onOutput(message);
    else if (message.content.execution_state === "idle") pending.idle = true;
    settle(pending);
  };
  void receive(shell, connection.key, onReply);
  void receive(control, connection.key, onReply);
  void receive(iopub, connection.key, onPublished);

  const request = async (
    socket: Dealer,
    type: string,
    content: Readonly<Record<string, unknown>>,
    onOutput: (message: Message) => void = () => {},
  ): Promise<Message> => {
    const id = `${session}-${++count}`;
    const answered = new Promise<Message>(resolve => {
      requests.set(id, {onOutput, resolve, idle: false, settled: false});
    });
    await socket.send(encodeRequest({id, type, session, date: timestamp(), content}, connection.key));
    return answered;
  };

  let death: string | undefined;
  const died = process.ended.then(how => {
    death = how;
    return {died: how};
  });
  let closed = false;
  const closeSockets = () => {
    closed = true;
    for (const socket of sockets) if (!socket.closed) socket.close();
  };

  const info = await handshake(() => request(shell, "kernel_info_request", {}), died, readySeconds).catch(
    error => {
      closeSockets();
      process.kill();
      throw error;
    },
  );

  const executeOnce = async (
    code: string,
    onOutput: (message: Message) => void,
    limit: Promise<"timeout">,
  ): Promise<Execution | "abort"> => {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const outcome = await Promise.race([request(shell, "execute_request", content, onOutput), died, limit]);
    if (outcome === "timeout") return {status: "timeout"};
    if ("died" in outcome) return {status: "died", how: outcome.died};
    // A rejection that nobody caught is printed after the cell is done, but before this is answered.
    await Promise.race([request(shell, "kernel_info_request", {}), died, limit]);
    const {status, execution_count: n} = outcome.content;
    if (status === "abort" || status === "aborted") return "abort";
    return {status: status === "ok" ? "ok" : "error", count: typeof n === "number" ? n : null};
  };

  return {
    language: (info.content.language_info ?? {}) as Readonly<Record<string, unknown>>,
    execute: async (code, {onOutput, timeoutSeconds}) => {
      if (closed || death !== undefined) return {status: "died", how: death ?? "closed before"};
      const {limit, cancel} = timer(timeoutSeconds);
      try {
        for (;;) {
          const execution = await executeOnce(code, onOutput, limit);
          if (execution === "abort") {
            await sleep(ABORT_WINDOW_MS);
            continue;
          }
          if (execution.status === "timeout") process.kill();
          return execution;
        }
      } finally {
        cancel();
      }
    },
    shutdown: async () => {
      if (!closed && death === undefined) {
        const asked = request(control, "shutdown_request", {restart: false}).then(() => died);
        await Promise.race([asked, died, sleep(SHUTDOWN_MS)]);
      }
      process.kill();
      closeSockets();
      await process.ended;
    },
  };
}

/** Asks again and again: outputs published before the subscription has reached the kernel are lost. */
async function handshake(
  ask: () => Promise<Message>,
  died: Promise<{died: string}>,
  readySeconds: number,
): Promise<Message> {
  const tries = Math.max(1, Math.ceil((readySeconds * 1000) / HANDSHAKE_MS));
  for (let i = 0; i < tries; i++) {
    const answer = await Promise.race([ask(), died, sleep(HANDSHAKE_MS)]);
    if (answer && "died" in answer) throw new KernelStartError(`the kernel did not start: ${answer.died}`);
    if (answer) return answer;
  }
  throw new KernelStartError(`the kernel was not ready after ${readySeconds} s`);
}

async function receive(
  socket: Dealer | Subscriber,
  key: string,
  onMessage: (message: Message) => void,
): Promise<void> {
  try {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = decodeMessage(frames, key);
      } catch {
        continue; // A stranger's message: it is not signed with our key.
      }
      onMessage(message);
    }
  } catch (error) {
    if (!socket.closed) throw error;
  }
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
