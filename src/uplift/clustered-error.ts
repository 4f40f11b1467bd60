/**
 * Standard error of an estimate whose rows come in customers: the square root of G / (G − 1) times the sum, over G
 * customers, of the squared sum of a customer's contributions (cluster-robust, CR1).
 * @param contributions what each row adds to the error of the estimate: they sum to 0. @param customer code of each row.
 * @returns infinite or NaN for a single customer, of whom no error can be told.
 */
export function clusteredError(contributions: ArrayLike<number>, customer: ArrayLike<number>): number {
  const sums = new Map<number, number>();
  for (let i = 0; i < contributions.length; i++)
    sums.set(customer[i]!, (sums.get(customer[i]!) ?? 0) + contributions[i]!);
  const n = sums.size;
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  return Math.sqrt((n / (n - 1)) * squares);
}
