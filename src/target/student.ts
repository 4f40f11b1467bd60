/** Panels of Simpson's rule: 37 within a standard deviation at 5000 degrees of freedom. */
const PANELS = 4096;

/**
 * The p-quantile of Student's t distribution, p in [0.5, 1), to about 9 digits. With x = √ν tan θ its density is
 * cos^(ν - 1) θ up to a constant, which is smooth and of finite reach for ν over 1.
 */
export function studentQuantile(p: number, degrees: number): number {
  const step = Math.PI / 2 / PANELS;
  const density = (angle: number): number => Math.cos(angle) ** (degrees - 1);
  const area = (from: number, to: number): number =>
    ((to - from) / 6) * (density(from) + 4 * density((from + to) / 2) + density(to));
  const sums = new Float64Array(PANELS + 1);
  for (let k = 0; k < PANELS; k++) sums[k + 1] = sums[k]! + area(k * step, (k + 1) * step);
  const goal = (2 * p - 1) * sums[PANELS]!;
  const panel = sums.findLastIndex(sum => sum <= goal);
  const from = panel * step;
  let angle = from;
  for (let i = 0; i < 4; i++) angle += (goal - sums[panel]! - area(from, angle)) / density(angle);
  return Math.sqrt(degrees) * Math.tan(angle);
}
