import {join} from "node:path";
import {DataError} from "../data-error.ts";
import {byName, monthNumber, type Partition, type Shape} from "./canonical.ts";
import {type Database, literal, named, quoted, rowsOf} from "./database.ts";
import type {SnapshotFiles} from "./snapshot.ts";

/**
 * Events lie in one file a month, `<store>/partitions/<digest>.parquet`, which all snapshots of a store share. The
 * month is that of the time known: what was known of a past month never changes, neither by late events nor by
 * corrections, so a snapshot of a grown log writes the new months alone. Without known times it is the month of
 * the event, and a late event rewrites the month that it belongs to.
 */
const partitionFile = (store: string, {digest}: Partition): string =>
  join(store, "partitions", `${digest}.parquet`);

export type PartitionOptions = Shape & {readonly store: string; readonly files: SnapshotFiles};

/**
 * Writes the partitions of the table `canonical` that the store does not hold, or holds damaged. Each gets its
 * name when it is whole, so that another run at the same time finds all of it or nothing, and the same.
 * @returns those that were written.
 */
export async function writePartitions(
  database: Database,
  partitions: readonly Partition[],
  {store, files, ...shape}: PartitionOptions,
): Promise<Partition[]> {
  const missing: Partition[] = [];
  for (const partition of partitions)
    if (!(await isWhole(database, partitionFile(store, partition), partition.rows))) missing.push(partition);
  if (missing.length === 0) return [];
  const temporary = await files.temporaryFolder(join(store, "partitions"));
  try {
    for (const partition of missing) {
      const path = join(temporary, "partition.parquet");
      await writePartition(database, shape, monthNumber(partition.month), path);
      await files.rename(path, partitionFile(store, partition));
    }
  } finally {
    await files.remove(temporary);
  }
  return missing;
}

/** The columns of a partition: `attribute` is the source's name for an attribute. */
export type SchemaColumn = {readonly column: string; readonly type: string; readonly attribute?: string};

/** The columns of every partition, in order; attributes in code-unit order of their names, as in the digest. */
export function partitionSchema({attributes, known, ids}: Shape): SchemaColumn[] {
  const own = [
    {column: "customer", type: "VARCHAR"},
    {column: "time", type: "TIMESTAMP"},
    {column: "type", type: "VARCHAR"},
    {column: "amount", type: "DECIMAL(18,4)"},
    ...(known ? [{column: "known", type: "TIMESTAMP"}] : []),
    ...(ids ? [{column: "id", type: "VARCHAR"}] : []),
  ];
  const taken = new Set([...own.map(({column}) => column), "$seen", "$until"]);
  return [
    ...own,
    ...byName(attributes).map(({name}) => {
      let column = name;
      for (let n = 2; taken.has(column.toLowerCase()); n++) column = `${name}_${n}`;
      taken.add(column.toLowerCase());
      return {column, type: "VARCHAR", attribute: name};
    }),
  ];
}

async function writePartition(
  {connection}: Database,
  shape: Shape,
  month: number,
  path: string,
): Promise<void> {
  const columns = partitionSchema(shape).map(({column, attribute}) =>
    attribute === undefined ? column : `"@${shape.attributes.indexOf(attribute)}" AS ${named(column)}`,
  );
  await connection.run(
    `COPY (SELECT ${columns.join(", ")} FROM canonical WHERE "$month" = ${month})
     TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

/** Whether a file is Parquet to its end, with so many rows. */
async function isWhole(database: Database, path: string, rows: number): Promise<boolean> {
  try {
    const [row] = await rowsOf<{n: number}>(
      database,
      `SELECT num_rows::DOUBLE AS n FROM parquet_file_metadata(${quoted(literal(path))})`,
    );
    return row?.n === rows;
  } catch {
    return false;
  }
}

/**
 * SQL for the rows of partitions as one table.
 * @throws DataError when one of them is not there, or damaged.
 */
export async function partitionRows(
  database: Database,
  partitions: readonly Partition[],
  store: string,
): Promise<string> {
  const paths = partitions.map(partition => partitionFile(store, partition));
  for (const [i, path] of paths.entries())
    if (!(await isWhole(database, path, partitions[i]!.rows)))
      throw new DataError(
        `${path}, the events of ${partitions[i]!.month}, is missing or damaged; run the study again`,
        {file: path},
      );
  return `read_parquet([${paths.map(path => quoted(literal(path))).join(", ")}], hive_partitioning = false)`;
}
