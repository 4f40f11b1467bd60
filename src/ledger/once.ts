/**
 * A computation that is done when it is first asked for, and its result kept. A failure is not kept: exploring by hand,
 * the next try may succeed.
 */
export function once<T>(compute: () => T): () => T {
  let result: {value: T} | undefined;
  return () => {
    result ??= {value: compute()};
    if (result.value instanceof Promise)
      result.value.catch(() => {
        result = undefined;
      });
    return result.value;
  };
}
