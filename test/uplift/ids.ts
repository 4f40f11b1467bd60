/** An id of each customer code. */
export const idsOf = (customer: Int32Array): string[] =>
  Array.from({length: 1 + customer.reduce((a, b) => Math.max(a, b), -1)}, (_, c) => String(c));
