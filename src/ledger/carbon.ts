import type {FitCost} from "../evaluate/compete.ts";

/**
 * Watts of one busy thread of a CPU that nobody knows, and of a whole machine that nobody knows: CodeCarbon's
 * constants (github.com/mlco2/codecarbon at b05965e4, core/cpu.py and external/hardware.py), the second the half
 * of 85 W that it takes where it cannot see the load.
 */
export const WATTS_PER_THREAD = 4;
export const WATTS_PER_MACHINE = 42.5;

/** Grams of carbon dioxide equivalent a kilowatt-hour, the world's average of 2019, by the same source. */
export const CARBON_GRAMS_PER_KILOWATT_HOUR = 475;

/** Time and estimated energy of a candidate, or of all. */
export type Cost = {
  readonly fits: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** CPU seconds at {@link WATTS_PER_THREAD}; of the CPU alone, without memory, cooling and losses. */
  readonly energyWattHours: number;
  /** Wall seconds at {@link WATTS_PER_MACHINE}: as if the machine had done nothing else. */
  readonly energyHighWattHours: number;
  readonly carbonGrams: number;
};

/** What a candidate took; `setting` is its index in the search for boosted trees. */
export type CandidateCost = Cost & {readonly model: FitCost["model"]; readonly setting?: number};

/** What the models of a run took, with how it was found. */
export type Costs = {
  readonly method: {
    readonly time: string;
    readonly energy: string;
    readonly wattsPerThread: number;
    readonly wattsPerMachine: number;
    readonly carbonGramsPerKilowattHour: number;
  };
  readonly candidates: readonly CandidateCost[];
  readonly total: Cost;
};

/** Watt-hours of some seconds at some watts. */
export const wattHours = (seconds: number, watts: number): number => (seconds * watts) / 3600;

/** Fits summed up by candidate, in the order in which they were first fitted, with their estimated energy. */
export function costsOf(fits: readonly FitCost[]): Costs {
  const candidates = Map.groupBy(fits, ({model, setting}) => `${model} ${setting ?? ""}`);
  return {
    method: {
      time: "measured: wall clock, and CPU time of the process on all its threads",
      energy:
        "estimated, not measured: CPU seconds at wattsPerThread, of the CPU alone; high: wall seconds at wattsPerMachine",
      wattsPerThread: WATTS_PER_THREAD,
      wattsPerMachine: WATTS_PER_MACHINE,
      carbonGramsPerKilowattHour: CARBON_GRAMS_PER_KILOWATT_HOUR,
    },
    candidates: [...candidates.values()].map(own => {
      const {model, setting} = own[0]!;
      return {model, ...(setting === undefined ? {} : {setting}), ...costOf(own)};
    }),
    total: costOf(fits),
  };
}

function costOf(fits: readonly FitCost[]): Cost {
  const sum = (of: "wallSeconds" | "cpuSeconds") => fits.reduce((total, fit) => total + fit[of], 0);
  const [wallSeconds, cpuSeconds] = [sum("wallSeconds"), sum("cpuSeconds")];
  const energyWattHours = wattHours(cpuSeconds, WATTS_PER_THREAD);
  return {
    ...{fits: fits.length, wallSeconds, cpuSeconds, energyWattHours},
    energyHighWattHours: wattHours(wallSeconds, WATTS_PER_MACHINE),
    carbonGrams: (energyWattHours / 1000) * CARBON_GRAMS_PER_KILOWATT_HOUR,
  };
}
