/** Place and weight of a node, for an integral from 0 to 1. */
export type QuadratureNode = {readonly place: number; readonly weight: number};

/** Gauss-Legendre quadrature with n nodes: exact up to rounding for polynomials of degree 2 n - 1. */
export function quadrature(n: number): readonly QuadratureNode[] {
  return rootsOf(n).map(x => ({place: (1 + x) / 2, weight: 1 / ((1 - x * x) * legendre(n, x).slope ** 2)}));
}

/** Legendre's polynomial of degree n >= 1 and its derivative inside (-1, 1), by Bonnet's recursion. */
function legendre(n: number, x: number): {readonly value: number; readonly slope: number} {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return {value, slope: (n * (before - x * value)) / (1 - x * x)};
}

/** Its roots, ascending: one between each two neighbouring ones of degree n - 1. */
function rootsOf(n: number): number[] {
  if (n === 1) return [0];
  const ends = [-1, ...rootsOf(n - 1), 1];
  return Array.from({length: n}, (_, k) => {
    let [from, to] = [ends[k]!, ends[k + 1]!];
    const sign = Math.sign((n - k) % 2 === 0 ? 1 : -1);
    for (;;) {
      const middle = (from + to) / 2;
      if (middle === from || middle === to || to - from < 1e-18) return middle;
      if (Math.sign(legendre(n, middle).value) === sign) from = middle;
      else to = middle;
    }
  });
}
