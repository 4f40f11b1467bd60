/** Loaded into a kernel's process before the kernel: `node --import kernel-setup tslab kernel …`. */
import {createRequire} from "node:module";
import type * as ZeroMq from "zeromq";

const requireOfKernel = createRequire(createRequire(import.meta.url).resolve("tslab/bin/tslab"));
const zeromq = requireOfKernel("zeromq") as {Publisher: typeof ZeroMq.Publisher};
const {Publisher} = zeromq;
// By default the outputs of a loop that prints more than some hundred lines are dropped, and with them the
// message that says the cell is done: after 512 sends in a row a socket refuses the next until the loop has
// ended, and over 1,000 messages wait for nobody. A zero send timeout and no high-water mark lift both.
zeromq.Publisher = class extends Publisher {
  constructor() {
    super({sendHighWaterMark: 0, sendTimeout: 0});
  }
};

// The other end of standard input closes when the parent is gone, even when it was killed. A kernel started
// by a notebook server has no such pipe.
if (process.env.CHURNBOOK_PARENT === "pipe") {
  const leave = () => process.exit(1);
  process.stdin.on("end", leave).on("error", leave).resume();
  (process.stdin as unknown as {unref(): void}).unref();
}

type Timers = {setTimeout(callback: () => void, ms: number): unknown; clearTimeout(timer: unknown): void};
type Compiler = {
  sys: {watchFile: () => {close(): void}; watchDirectory: () => {close(): void}};
  createWatchProgram(host: Timers): unknown;
};
const compilerFile = requireOfKernel.resolve("@tslab/typescript-for-tslab");
const compiler = requireOfKernel(compilerFile) as Compiler;
// The kernel asks the compiler to look at a cell by a timer that it fires itself, and has room for one. The
// compiler sets a second one when a folder that it looked for modules in has changed, as npm changes
// node_modules; from then on every cell fails with "Unexpected pending rebuildTimer".
const {createWatchProgram} = compiler;
requireOfKernel.cache[compilerFile]!.exports = {
  ...compiler,
  createWatchProgram: (host: Timers) => createWatchProgram(Object.assign(host, timersAsOne(host))),
};

// A run by the runner takes files as they are when a cell first imports them: what changes meanwhile is not
// looked for. In a notebook server a cell sees the changes that its user makes.
if (process.env.CHURNBOOK_PARENT === "pipe")
  compiler.sys.watchFile = compiler.sys.watchDirectory = () => ({close() {}});

/** Any number of timers on one of the kernel's, which fires all that are waiting then. */
function timersAsOne(kernel: Timers): Timers {
  const start = kernel.setTimeout;
  const waiting = new Set<() => void>();
  let started = false;
  const fire = () => {
    // A timer that is set meanwhile joins the loop.
    for (const timer of waiting) {
      waiting.delete(timer);
      timer();
    }
    started = false;
  };
  return {
    setTimeout(callback) {
      const timer = () => callback();
      waiting.add(timer);
      if (!started) {
        started = true;
        start(fire, 0);
      }
      return timer;
    },
    clearTimeout: timer => void waiting.delete(timer as () => void),
  };
}
