import {createHash} from "node:crypto";
import {deserialize, serialize} from "node:v8";

/** Where stage results are kept, by key. Losing it costs time, never a result. */
export type Store = {
  readonly read: (key: string) => Uint8Array | undefined;
  readonly write: (key: string, bytes: Uint8Array) => void;
};

/** sha256, hex, of a value's JSON with the keys of every object sorted. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** JSON with the keys of every object sorted by code unit: equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What names a result: the stage and all that it depends on. */
export type StageKey = {readonly stage: string; readonly inputs: unknown};

const keyOf = ({stage, inputs}: StageKey): string => digestOf([stage, inputs]);

/** The result that is kept under a key; undefined when there is none, or it cannot be read. */
export function recall<T>(store: Store, key: StageKey): T | undefined {
  const bytes = store.read(keyOf(key));
  if (!bytes) return undefined;
  try {
    return deserialize(bytes) as T;
  } catch {
    // Written by another version of Node, or cut off.
    return undefined;
  }
}

export function keep(store: Store, key: StageKey, value: unknown): void {
  store.write(keyOf(key), serialize(value));
}

/**
 * The result of a stage: read when it is stored under the digest of the stage's name and inputs, else computed
 * and stored. A stored result that cannot be read is computed again.
 */
export async function stored<T>(store: Store, key: StageKey, compute: () => T | Promise<T>): Promise<T> {
  const there = recall<T>(store, key);
  if (there !== undefined) return there;
  const result = await compute();
  keep(store, key, result);
  return result;
}
