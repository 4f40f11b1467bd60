import type {BgNbdParameters, Purchases} from "../../src/features/bg-nbd.ts";

/** A point of a customer's own rate and probability of leaving; q is 1 - p, kept apart for p near 1. */
type Point = {readonly rate: number; readonly p: number; readonly q: number};

/** Nodes and log weights of double exponential quadrature (Takahasi and Mori 1974). */
const STEP = 1 / 32;
const nodes = Array.from({length: 2 * 190 + 1}, (_, k) => (k - 190) * STEP);
const overUnit = nodes.map(t => {
  const s = (Math.PI / 2) * Math.sinh(t);
  const [p, q] = [1 / (1 + Math.exp(-2 * s)), 1 / (1 + Math.exp(2 * s))];
  return {p, q, weight: Math.log(p) + Math.log(q) + Math.log(Math.PI * Math.cosh(t) * STEP)};
});
const overPositive = nodes.map(t => {
  const s = (Math.PI / 2) * Math.sinh(t);
  return {rate: Math.exp(s), weight: s + Math.log((Math.PI / 2) * Math.cosh(t) * STEP)};
});

/**
 * Integrals over all rates and probabilities of leaving, each times its density in the population, of
 * exp(logOf(point)) · of(point): the model executed literally, without a closed form.
 */
function integrate(
  {r, alpha, a, b}: BgNbdParameters,
  logOf: (point: Point) => number,
  ofs: readonly ((point: Point) => number)[],
): number[] {
  const sums = ofs.map(() => 0);
  for (const {rate, weight: rateWeight} of overPositive)
    for (const {p, q, weight} of overUnit) {
      const prior = (r - 1) * Math.log(rate) - alpha * rate + (a - 1) * Math.log(p) + (b - 1) * Math.log(q);
      const density = Math.exp(prior + rateWeight + weight + logOf({rate, p, q}));
      if (!(density > 0)) continue;
      ofs.forEach((of, k) => {
        sums[k]! += density * of({rate, p, q});
      });
    }
  return sums;
}

/** What the model says of a customer, by integration over all that their rate and probability of leaving can be. */
export function byIntegration(parameters: BgNbdParameters, {x, tx, T}: Purchases, h: number) {
  const one = () => 1;
  const [population] = integrate(parameters, () => 0, [one]);
  const stayed = ({rate, q}: Point) => x * Math.log(q) + x * Math.log(rate) - rate * T;
  const left = ({rate, p, q}: Point) =>
    x === 0 ? Number.NEGATIVE_INFINITY : Math.log(p) + (x - 1) * Math.log(q) + x * Math.log(rate) - rate * tx;
  const [alive, quiet, expected] = integrate(parameters, stayed, [
    one,
    ({rate}) => Math.exp(-rate * h),
    ({rate, p}) => -Math.expm1(-rate * p * h) / p,
  ]) as [number, number, number];
  const [gone] = integrate(parameters, left, [one]);
  const all = alive + gone!;
  return {
    logLikelihood: Math.log(all / population!),
    alive: alive / all,
    silent: (gone! + quiet) / all,
    expected: expected / all,
  };
}

/**
 * Expected purchases in a time h of a customer alive with that rate and probability of leaving after each, by the
 * definition: the n-th is made if the rate brings n, and none of the n - 1 before was the last.
 */
export function expectedByDefinition({rate, p, q}: Point, h: number): number {
  let [term, reached, sum] = [Math.exp(-rate * h), -Math.expm1(-rate * h), 0];
  for (let n = 1; reached > 1e-17 && n < 1000; n++) {
    sum += q ** (n - 1) * reached;
    term *= (rate * h) / n;
    reached -= term;
  }
  return p === 0 ? rate * h : sum;
}
