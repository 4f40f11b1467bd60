import {Worker} from "node:worker_threads";
import {
  type BootstrapOptions,
  type Clusters,
  type Draws,
  drawStatistics,
  type Intervals,
  intervalsOf,
  namedStatistics,
  requireOptions,
  type Statistics,
} from "./bootstrap.ts";

/**
 * As clusterBootstrap, the draws split between threads. A draw depends on the seed and its number only, so the
 * result is the same to the byte for any number of threads.
 * @param threads at least 1; the caller's own is the first of them.
 */
export function bootstrapInThreads<T extends Statistics>(
  clusters: Clusters,
  statistics: T,
  {draws = 1000, seed, level = 0.95, threads = 1}: BootstrapOptions & {readonly threads?: number | undefined},
): Promise<Intervals<T>> {
  requireOptions({draws, level});
  if (!Number.isInteger(threads) || threads < 1)
    throw new RangeError(`bootstrapInThreads requires at least 1 thread, got ${threads}`);
  const plain = namedStatistics(statistics).map(one => one.statistic);
  const found = split({clusters, statistics: plain, seed, from: 0, to: draws}, threads).then(drawn =>
    intervalsOf(statistics, {clusters, drawn, draws, level}),
  );
  return found as Promise<Intervals<T>>;
}

async function split(all: Draws, threads: number): Promise<Float64Array> {
  const start = (t: number): number => Math.floor((all.to * t) / threads);
  const share = (t: number): Draws => ({...all, from: start(t), to: start(t + 1)});
  const others = Array.from({length: threads - 1}, (_, t) => inThread(share(t + 1)));
  const parts = [drawStatistics(share(0)), ...(await Promise.all(others))];
  const drawn = new Float64Array(all.to * all.statistics.length);
  let at = 0;
  for (const part of parts) {
    drawn.set(part, at);
    at += part.length;
  }
  return drawn;
}

async function inThread(draws: Draws): Promise<Float64Array> {
  const file = import.meta.url.endsWith(".ts") ? "./bootstrap-worker.ts" : "./bootstrap-worker.js";
  const drawn = await new Promise<Float64Array | undefined>(resolve => {
    const worker = new Worker(new URL(file, import.meta.url), {workerData: draws, execArgv: []});
    worker.once("message", resolve);
    worker.once("error", () => resolve(undefined));
    worker.once("exit", () => resolve(undefined));
  });
  // A thread that cannot start, or fails, leaves its draws to this one.
  return drawn ?? drawStatistics(draws);
}
