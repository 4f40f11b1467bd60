/** Loaded into a kernel's process before the kernel: `node --import kernel-setup tslab kernel …`. */
import {createRequire} from "node:module";
import type * as ZeroMq from "zeromq";

const kernel = createRequire(import.meta.url).resolve("tslab/bin/tslab");
const zeromq = createRequire(kernel)("zeromq") as {Publisher: typeof ZeroMq.Publisher};
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
