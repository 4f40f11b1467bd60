/** A source of uniform numbers in [0, 1). The only randomness in the library; always passed in. */
export type Random = () => number;

/**
 * A seeded source: SplitMix32 finaliser over a Weyl sequence (Steele, Lea and Flood 2014), 53 bits a number.
 * @param seed any integer; `stream` gives independent sources for one seed.
 */
export function randomOf(seed: number, stream = 0): Random {
  let state = mix32((seed | 0) ^ Math.imul(stream + 1, 0x9e3779b9));
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return mix32(state) >>> 0;
  };
  return () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
}

function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
