import {instantiate, type Memory, type Module} from "./engine.ts";

/** What the program that trains can do; addresses and counts are in bytes and rows. */
export type Trainer = {
  configure(job: number): void;
  findInfinite(values: number, rows: number): number;
  findNoCode(values: number, rows: number, limit: number): number;
  countMissing(bins: number, rows: number): number;
  layCuts(values: number, rows: number, whole: number, bins: number, room: number, cuts: number): number;
  assignBins(values: number, rows: number, cuts: number, count: number, out: number): void;
  assignCodes(values: number, rows: number, out: number): void;
  transpose(
    columns: number,
    rows: number,
    features: number,
    out: number,
    stride: number,
    from: number,
    to: number,
  ): void;
  growTree(thread: number): void;
  tuneTree(thread: number): void;
  exp(x: number): number;
  log(x: number): number;
};

/** An order for all threads and its numbers; each thread does its part of it. */
export type Order = keyof typeof ORDERS;

/** What a thread other than the first is given. */
export type Crewmate = {
  readonly module: Module;
  readonly memory: Memory;
  /** Address of the control words: round, order, threads done, threads ready, then the order's numbers. */
  readonly control: number;
  readonly job: number;
  readonly thread: number;
  readonly threads: number;
};

export const ROUND = 0;
export const ORDER = 1;
export const DONE = 2;
export const READY = 3;
export const NUMBERS = 4;
export const STOP = 99;

/** Which of how many threads. */
export type Part = {readonly thread: number; readonly threads: number};

/** How each order is carried out by one thread. */
const ORDERS = {
  tree: (trainer: Trainer, _numbers: Int32Array, {thread}: Part): void => trainer.growTree(thread),
  tune: (trainer: Trainer, _numbers: Int32Array, {thread}: Part): void => trainer.tuneTree(thread),
  bin: (trainer: Trainer, numbers: Int32Array, {thread, threads}: Part): void => {
    for (let column = thread; column < MOST_THREADS; column += threads) binColumn(trainer, numbers, column);
  },
  transpose: (trainer: Trainer, numbers: Int32Array, {thread, threads}: Part): void => {
    const [columns, rows, features, out, stride] = numbers as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const start = (k: number): number => (k === threads ? rows : Math.floor((rows * k) / threads / 64) * 64);
    // In pieces, so that the program is optimised soon.
    for (let from = start(thread); from < start(thread + 1); from += 8192) {
      const to = Math.min(from + 8192, start(thread + 1));
      trainer.transpose(columns >>> 0, rows, features, out >>> 0, stride, from, to);
    }
  },
} as const;

export const ORDER_NAMES = Object.keys(ORDERS) as readonly Order[];

/** Carries out one thread's part of an order. */
export function carryOut(order: Order, trainer: Trainer, numbers: Int32Array, part: Part): void {
  ORDERS[order](trainer, numbers, part);
}

/**
 * The numbers of "bin": rows, address of the integer weights, bins at most, then for each column the values, the
 * room to sort, the cuts and the place of its bins; no values, nothing to do. The number of cuts is
 * left in place of the room.
 */
function binColumn(trainer: Trainer, numbers: Int32Array, column: number): void {
  const at = 3 + 4 * column;
  const [rows, whole, bins] = [numbers[0]!, numbers[1]! >>> 0, numbers[2]!];
  const [values, room, cuts, out] = [0, 1, 2, 3].map(k => numbers[at + k]! >>> 0) as [
    number,
    number,
    number,
    number,
  ];
  if (values === 0) return;
  const count = trainer.layCuts(values, rows, whole, bins, room, cuts);
  trainer.assignBins(values, rows, cuts, Math.max(0, count), out);
  numbers[at + 1] = count;
}

/** The life of a thread other than the first. */
export function work({module, memory, control, job, thread, threads}: Crewmate): void {
  const trainer = instantiate<Trainer>(module, memory);
  const words = new Int32Array(memory.buffer, control, CONTROL_WORDS);
  const numbers = words.subarray(NUMBERS);
  let round = 0;
  let configured = false;
  Atomics.add(words, READY, 1);
  Atomics.notify(words, READY);
  for (;;) {
    // Orders come close to each other: a short wait awake saves most of the falling asleep.
    for (let turn = 0; turn < 50_000 && Atomics.load(words, ROUND) === round; turn++);
    while (Atomics.load(words, ROUND) === round) Atomics.wait(words, ROUND, round);
    round = Atomics.load(words, ROUND);
    const order = Atomics.load(words, ORDER);
    if (order === STOP) return;
    if (!configured) trainer.configure(job);
    configured = true;
    carryOut(ORDER_NAMES[order]!, trainer, numbers, {thread, threads});
    Atomics.add(words, DONE, 1);
    Atomics.notify(words, DONE);
  }
}

/** Threads at most, and words of control: the four fixed ones and the numbers of "bin". */
export const MOST_THREADS = 64;
export const CONTROL_WORDS = NUMBERS + 3 + 4 * MOST_THREADS;
