import type {Terminal} from "../../src/bin/terminal.ts";
import type {BoostCase} from "./boost.ts";
import type {ChurnRows} from "./churn-rows.ts";
import {textTable} from "./text-table.ts";
import {OWN, type Peers, trainOnce} from "./train-processes.ts";
import type {TrainParameters} from "./train-task.ts";

/** AUC of one engine with one of the settings. */
type NoiseRow = {
  readonly case: string;
  readonly engine: string;
  readonly threads: number;
  readonly parameters: TrainParameters;
  readonly auc: number;
  readonly logLoss: number;
  readonly model: string;
};

export type Noise = {
  readonly rows: readonly NoiseRow[];
  /** Of each engine over the settings: mean, and standard deviation of one. */
  readonly spread: readonly {
    readonly engine: string;
    readonly aucMean: number;
    readonly aucDeviation: number;
  }[];
};

/** Settings that differ by so little that only chance can make one better than the other. */
const NEIGHBOURS: readonly Partial<TrainParameters>[] = [255, 254, 250, 200].flatMap(bins => [
  {bins, l2: 1, rate: 0.1},
  {bins, l2: 1.01, rate: 0.0999},
]);
const THREADS = 2;

/** Trains ours and LightGBM with each of the neighbouring settings. */
export async function measureNoise(
  boostCase: BoostCase,
  {data, peers, terminal}: {data: ChurnRows; peers: Peers; terminal: Pick<Terminal, "progress">},
): Promise<Noise> {
  const engines = [OWN, ...peers.engines.filter(engine => engine === "LightGBM by row")];
  const rows: NoiseRow[] = [];
  for (const neighbour of NEIGHBOURS)
    for (const engine of engines) {
      terminal.progress(`${boostCase.title}, ${engine}, ${JSON.stringify(neighbour)}`);
      const parameters = {...boostCase.parameters, ...neighbour};
      const training = {...boostCase, engine, threads: THREADS, parameters, shapRows: 0};
      const {auc, logLoss, model} = await trainOnce(training, data, peers.python);
      rows.push({case: boostCase.name, engine, threads: THREADS, parameters, auc, logLoss, model});
    }
  const spread = engines.map(engine => {
    const aucs = rows.filter(row => row.engine === engine).map(({auc}) => auc);
    const mean = aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
    const squares = aucs.reduce((sum, auc) => sum + (auc - mean) ** 2, 0);
    return {engine, aucMean: mean, aucDeviation: Math.sqrt(squares / (aucs.length - 1))};
  });
  return {rows, spread};
}

export function noiseTables({rows, spread}: Noise): string[] {
  const engines = spread.map(({engine}) => engine);
  const settings = rows.filter(({engine}) => engine === OWN);
  const [own, peer] = spread;
  return [
    "",
    `AUC with neighbouring settings, ${rows[0]!.case}`,
    ...textTable(
      ["bins, l2, rate", ...engines],
      [
        ...settings.map(({parameters: {bins, l2, rate}}, k) => [
          `${bins}, ${l2}, ${rate}`,
          ...engines.map(engine => rows.filter(row => row.engine === engine)[k]!.auc.toFixed(5)),
        ]),
        ["mean", ...spread.map(({aucMean}) => aucMean.toFixed(5))],
        ["standard deviation of one", ...spread.map(({aucDeviation}) => aucDeviation.toFixed(5))],
      ],
    ),
    ...(own && peer
      ? [
          `mean AUC against ${peer.engine}: ${signed(own.aucMean - peer.aucMean)} ${within(own, peer)} (<= 0.001)`,
        ]
      : []),
  ];
}

const within = (own: {aucMean: number}, peer: {aucMean: number}): string =>
  Math.abs(own.aucMean - peer.aucMean) <= 0.001 ? "met" : "missed";

/** With a sign, five decimals. */
export const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toFixed(5)}`;
