/**
 * A table of the study's own, for what a declaration cannot say: rows of known customers, sorted by customer, then by the
 * day they were known. Customer c owns the rows [offsets[c], offsets[c + 1]); of two rows of one day the later counts.
 */
export type UserTable = {
  readonly offsets: Int32Array;
  /** Day known: a row is seen at cutoffs from the end of that day on. */
  readonly known: Int32Array;
  /** NaN is missing. */
  readonly columns: Readonly<Record<string, Float64Array>>;
};

export type UserTables = Readonly<Record<string, UserTable>>;
