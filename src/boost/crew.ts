import {Worker} from "node:worker_threads";
import {instantiate, type Memory, program} from "./engine.ts";
import {JOB} from "./memory.ts";
import {
  CONTROL_WORDS,
  carryOut,
  DONE,
  NUMBERS,
  ORDER,
  ORDER_NAMES,
  type Order,
  READY,
  ROUND,
  STOP,
  type Trainer,
} from "./work.ts";

const THREADS = JOB.indexOf("threads");

/** Threads of one training over one memory. The caller's own thread is the first of them. */
export class Crew {
  readonly trainer: Trainer;
  readonly threads: number;
  readonly buffer: ArrayBufferLike;
  readonly #words: Int32Array;
  readonly #job: number;
  readonly #jobWords: Uint32Array;
  /** Threads that the program was last told of. */
  #active = 0;

  constructor(memory: Memory, at: {control: number; job: number}, threads: number) {
    const module = program("train");
    this.threads = threads;
    this.buffer = memory.buffer;
    this.#job = at.job;
    this.#jobWords = new Uint32Array(memory.buffer, at.job, JOB.length);
    this.#words = new Int32Array(memory.buffer, at.control, CONTROL_WORDS);
    this.trainer = instantiate<Trainer>(module, memory);
    const file = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
    for (let thread = 1; thread < threads; thread++) {
      const worker = new Worker(file, {
        workerData: {module, memory, ...at, thread, threads},
        execArgv: [],
      });
      // One that cannot start leaves its work to the first.
      worker.on("error", () => {});
      worker.unref();
    }
  }

  /**
   * Every thread does its part; returns when all are done. `numbers` are the order's, see there. Until the others
   * have started the first does it all: that changes no result.
   */
  order(order: Order, numbers: readonly number[] = []): Int32Array {
    const words = this.#words;
    const out = words.subarray(NUMBERS);
    numbers.forEach((value, i) => {
      out[i] = value;
    });
    const together = this.#together();
    if (together && this.threads > 1) {
      Atomics.store(words, DONE, 0);
      Atomics.store(words, ORDER, ORDER_NAMES.indexOf(order));
      Atomics.add(words, ROUND, 1);
      Atomics.notify(words, ROUND);
    }
    carryOut(order, this.trainer, out, {thread: 0, threads: together ? this.threads : 1});
    if (together) this.#waitForOthers();
    return out;
  }

  /** Whether all threads have started; tells the program when that changes. */
  #together(): boolean {
    if (this.#active === this.threads) return true;
    const active = Atomics.load(this.#words, READY) === this.threads - 1 ? this.threads : 1;
    if (active !== this.#active) {
      this.#jobWords[THREADS] = active;
      this.trainer.configure(this.#job);
      this.#active = active;
    }
    return active === this.threads;
  }

  /** Ends the other threads. */
  stop(): void {
    Atomics.store(this.#words, ORDER, STOP);
    Atomics.add(this.#words, ROUND, 1);
    Atomics.notify(this.#words, ROUND);
  }

  #waitForOthers(): void {
    for (;;) {
      const done = Atomics.load(this.#words, DONE);
      if (done >= this.threads - 1) return;
      Atomics.wait(this.#words, DONE, done);
    }
  }
}
