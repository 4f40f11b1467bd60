import type {BoostCase, BoostRow} from "./boost.ts";
import {signed} from "./boost-noise.ts";
import type {Verdict} from "./boost-targets.ts";
import {textTable} from "./text-table.ts";
import {OWN} from "./train-processes.ts";

/** The figures of all cases, then the targets, as lines. */
export function speedTables(
  cases: readonly BoostCase[],
  rows: readonly BoostRow[],
  verdicts: readonly Verdict[],
): string[] {
  const threads = [...new Set(rows.map(row => row.threads))];
  return [
    ...cases.flatMap(({name, title}) =>
      threads.flatMap(count => trainTable(title, count, selected(rows, name, count))),
    ),
    ...cases.flatMap(boostCase => useTable(boostCase, selected(rows, boostCase.name, 1))),
    ...targetTable(cases, verdicts),
  ];
}

const selected = (rows: readonly BoostRow[], name: string, threads: number): BoostRow[] =>
  rows.filter(row => row.case === name && row.threads === threads);

/** The last column is what the judged time of ours is of theirs: CPU time in one thread, wall in more. */
function trainTable(title: string, threads: number, rows: readonly BoostRow[]): string[] {
  const judged = threads === 1 ? "trainCpuSeconds" : "wallSeconds";
  const own = rows.find(({engine}) => engine === OWN)!;
  return [
    "",
    `train, ${title}, ${threads} thread${threads === 1 ? "" : "s"}`,
    ...textTable(
      [
        "engine",
        "CPU s",
        "wall s",
        "peak MB",
        "before data",
        "AUC",
        "log loss",
        "model",
        threads === 1 ? "CPU, ours/its" : "wall, ours/its",
        "peak, ours/its",
      ],
      rows.map(row => [
        row.engine,
        row.trainCpuSeconds.toFixed(2),
        row.wallSeconds.toFixed(2),
        row.peakMegabytes.toFixed(0),
        row.baselineMegabytes.toFixed(0),
        row.auc.toFixed(5),
        row.logLoss.toFixed(5),
        row.sameModel ? row.model.slice(0, 8) : "differs",
        row === own ? "" : (own[judged] / row[judged]).toFixed(2),
        row === own ? "" : (own.peakMegabytes / row.peakMegabytes).toFixed(2),
      ]),
    ),
  ];
}

function useTable({title, shapRows}: BoostCase, rows: readonly BoostRow[]): string[] {
  const own = rows.find(({engine}) => engine === OWN);
  if (!own) return [];
  const explained = shapRows > 0;
  return [
    "",
    `use, ${title}, 1 thread: predict all test rows${explained ? `, exact SHAP of ${shapRows}` : ""}`,
    ...textTable(
      [
        "engine",
        "predict CPU s",
        "ours/its",
        ...(explained ? ["SHAP rows/CPU s", "ours/its", "sum - margin"] : []),
      ],
      rows.map(row => {
        const other = (value: number | null, reference: number | null): string =>
          row === own || value === null || reference === null ? "" : (value / reference).toFixed(2);
        return [
          row.engine,
          row.predictCpuSeconds.toFixed(3),
          other(own.predictCpuSeconds, row.predictCpuSeconds),
          ...(explained
            ? [
                row.shapRowsPerSecond?.toFixed(0) ?? "none",
                other(own.shapRowsPerSecond, row.shapRowsPerSecond),
                row.shapSumError?.toExponential(0) ?? "",
              ]
            : []),
        ];
      }),
    ),
  ];
}

function targetTable(cases: readonly BoostCase[], verdicts: readonly Verdict[]): string[] {
  const titles = [...new Set(verdicts.map(({target}) => target))];
  const cell = (verdict: Verdict | undefined): string => {
    if (!verdict) return "";
    const limit = verdict.most === undefined ? `>= ${verdict.least}` : `<= ${verdict.most}`;
    if (verdict.value === null) return `not measured (${limit})`;
    const value = verdict.target.startsWith("AUC") ? signed(verdict.value) : verdict.value.toFixed(2);
    return `${value} ${verdict.met ? "met" : "missed"} (${limit})`;
  };
  return [
    "",
    "targets: ours to theirs, the best of their variants",
    ...textTable(
      ["", ...cases.map(({title}) => title)],
      titles.map(title => [
        title,
        ...cases.map(({name}) => cell(verdicts.find(one => one.target === title && one.case === name))),
      ]),
    ),
  ];
}
