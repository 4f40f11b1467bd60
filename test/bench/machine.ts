import {availableParallelism, cpus, loadavg, platform, release, totalmem} from "node:os";

/** Where a benchmark ran. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMegabytes: number;
  readonly system: string;
};

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryMegabytes: Math.round(totalmem() / 2 ** 20),
  system: `${platform()} ${release()}`,
});

/** Mean number of runnable processes over the last 1, 5 and 15 minutes; zeros on Windows. */
export const load = (): readonly number[] => loadavg().map(mean => Math.round(mean * 100) / 100);
