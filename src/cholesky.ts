/**
 * Solves A s = b for a symmetric positive definite A by Cholesky factorisation.
 * @param a n × n, row-major; only the lower triangle is read.
 * @returns undefined when A is not positive definite to working precision.
 */
export function solveCholesky(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const l = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i > j) l[i * n + j] = sum / l[j * n + j]!;
      // Against its own scale, so that a column that repeats others is found whatever its unit.
      else if (sum > 1e-13 * a[j * n + j]!) l[j * n + j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  const s = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) s[i]! -= l[i * n + k]! * s[k]!;
    s[i]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) s[i]! -= l[k * n + i]! * s[k]!;
    s[i]! /= l[i * n + i]!;
  }
  return s;
}
