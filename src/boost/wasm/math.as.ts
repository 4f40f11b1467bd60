// exp and log by basic operations alone, so that every machine gives the same bits: the platform's own may differ
// in the last one. Both are within 2 units in the last place.

const LN2_HIGH: f64 = 0.693147180369123816490; // its last 20 bits are 0, so k * LN2_HIGH is exact for |k| < 2^20
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/** e^x: x = k ln 2 + r with |r| <= ln 2 / 2, the Taylor series of e^r to degree 13. 0 below -745, infinite above 709.78. */
export function exp(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const k = nearest(x * 1.4426950408889634);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let e = 1 + r * (1.0 / 13.0);
  e = 1 + r * e * (1.0 / 12.0);
  e = 1 + r * e * (1.0 / 11.0);
  e = 1 + r * e * (1.0 / 10.0);
  e = 1 + r * e * (1.0 / 9.0);
  e = 1 + r * e * (1.0 / 8.0);
  e = 1 + r * e * (1.0 / 7.0);
  e = 1 + r * e * (1.0 / 6.0);
  e = 1 + r * e * (1.0 / 5.0);
  e = 1 + r * e * (1.0 / 4.0);
  e = 1 + r * e * (1.0 / 3.0);
  e = 1 + r * e * (1.0 / 2.0);
  e = 1 + r * e;
  // In two steps: 2^k alone is no normal number at either end of the range.
  const half = <i64>k >> 1;
  return e * powerOfTwo(<i32>half) * powerOfTwo(<i32>(<i64>k - half));
}

/** Natural logarithm of x > 0: x = 2^k m with m about 1, log m = 2 artanh((m - 1) / (m + 1)) to degree 23. */
export function log(x: f64): f64 {
  if (x == 0) return -Infinity;
  if (!(x > 0) || x == Infinity) return x > 0 ? x : NaN;
  let k: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;
    k = -54;
  }
  const bits = reinterpret<i64>(x);
  k += (bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k++;
  }
  const f = m - 1;
  const s = f / (m + 1);
  const q = s * s;
  let a: f64 = 1.0 / 23.0;
  a = 1.0 / 21.0 + q * a;
  a = 1.0 / 19.0 + q * a;
  a = 1.0 / 17.0 + q * a;
  a = 1.0 / 15.0 + q * a;
  a = 1.0 / 13.0 + q * a;
  a = 1.0 / 11.0 + q * a;
  a = 1.0 / 9.0 + q * a;
  a = 1.0 / 7.0 + q * a;
  a = 1.0 / 5.0 + q * a;
  a = 1.0 / 3.0 + q * a;
  // log m = f - s (f - 2 q a): f is exact, so what is rounded is small beside it.
  const e = <f64>k;
  return e * LN2_HIGH + (f - s * (f - 2 * q * a) + e * LN2_LOW);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function powerOfTwo(k: i32): f64 {
  return reinterpret<f64>(<i64>(k + 1023) << 52);
}
