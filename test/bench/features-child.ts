import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {openDatabase} from "../../src/data/database.ts";
import {columnsOf, storeRollup, streamFeatures} from "../../src/features/stream.ts";
import {COMPARABLE, eventsOf, FEATURE_CUTOFFS, SHAPE, writeFeatureLog} from "./feature-log.ts";
import type {FeatureFigures, FeatureTask, ReadFigures} from "./features-task.ts";

const cpuSeconds = (): number => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Opens DuckDB in bounded memory, going to disk beyond. */
function open({folder, threads, memory}: FeatureTask) {
  const temporary = join(folder, `spill-${process.pid}`);
  mkdirSync(temporary);
  return openDatabase({memory, temporary, threads});
}

async function write(task: FeatureTask): Promise<object> {
  const database = await open(task);
  await writeFeatureLog(database, task.log, task.events);
  database.close();
  return {};
}

/** The columns of the roll-up under names that other engines can read. */
async function compute(task: FeatureTask): Promise<FeatureFigures> {
  const database = await open(task);
  const [cpu, wall] = [cpuSeconds(), performance.now()];
  const source = {events: eventsOf(task.log), features: COMPARABLE, shape: SHAPE};
  const rollup = await storeRollup(database, source);
  const [rolledCpu, rolledWall] = [cpuSeconds(), performance.now()];
  const found = await streamFeatures(database, rollup, {cutoffs: FEATURE_CUTOFFS, single: true});
  const [endCpu, endWall] = [cpuSeconds(), performance.now()];
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  const sums = COMPARABLE.map((_, j) => {
    let sum = 0;
    for (let i = j * found.rows; i < (j + 1) * found.rows; i++)
      if (!Number.isNaN(found.values[i]!)) sum += found.values[i]!;
    return sum;
  });
  if (task.rollup !== undefined) {
    const columns = rollup.plan.histories.flatMap(({types, where, amounts}, h) => {
      const name = where?.value ?? (types.length === 1 ? types[0]! : "any");
      return [`n${h} AS "${name}"`, ...(amounts ? [`s${h}::DOUBLE AS "${name}_sum"`] : [])];
    });
    await database.connection.run(
      `COPY (SELECT c, day, ${columns.join(", ")} FROM rollup_day ORDER BY c, day) TO '${task.rollup}' (FORMAT parquet)`,
    );
  }
  database.close();
  return {
    rollupCpuSeconds: rolledCpu - cpu,
    featureCpuSeconds: endCpu - rolledCpu,
    cpuSeconds: endCpu - cpu,
    rollupWallSeconds: (rolledWall - wall) / 1000,
    wallSeconds: (endWall - wall) / 1000,
    ...{peakMegabytes, rows: found.rows, sums},
  };
}

/** Two million rows of 33 columns from a table of DuckDB into typed arrays. */
async function read(task: FeatureTask): Promise<ReadFigures> {
  const rows = 2_000_000;
  const columns = 33;
  const database = await open(task);
  const made = Array.from({length: columns}, (_, j) => `((i * ${j + 7}) % 1000003)::FLOAT AS f${j}`).join(
    ", ",
  );
  await database.connection.run(`CREATE TABLE feature AS SELECT ${made} FROM range(${rows}) t(i)`);
  const into = Array.from({length: columns}, () => new Float32Array(rows));
  const [cpu, wall] = [cpuSeconds(), performance.now()];
  await columnsOf(database, "SELECT * FROM feature", into);
  const [endCpu, endWall] = [cpuSeconds(), performance.now()];
  let wrong = 0;
  into.forEach((values, j) => {
    for (let i = 0; i < rows; i += 997) if (values[i] !== (i * (j + 7)) % 1000003) wrong += 1;
  });
  database.close();
  if (wrong > 0) throw new Error(`columnsOf requires what was written, got ${wrong} other values`);
  return {rows, columns, readCpuSeconds: endCpu - cpu, readWallSeconds: (endWall - wall) / 1000};
}

const task = JSON.parse(process.argv[2]!) as FeatureTask;
console.log(JSON.stringify(await {write, compute, read}[task.what](task)));
