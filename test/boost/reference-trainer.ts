import type {BoostParameters} from "../../src/boost/boost.ts";
import type {BoostData} from "../../src/boost/boost-data.ts";
import {EVERY_NUMBER, type Tree} from "../../src/boost/tree.ts";
import {columnOf, cutsOf, wholeWeights} from "./reference-bins.ts";

const {fround, imul} = Math;

export type ReferenceOptions = {
  readonly parameters: BoostParameters;
  readonly objective: "logistic" | "squared";
  readonly weights?: readonly number[];
  readonly categorical: readonly string[];
  readonly seed: number;
  /** Taken from the engine under test: its log may differ from the platform's in the last bit. */
  readonly baseMargin: number;
};

type Node = {
  readonly rows: readonly number[];
  readonly depth: number;
  readonly key: number;
  readonly low: number;
  readonly high: number;
  split?: Split | undefined;
  children?: readonly [Node, Node];
};

type Split = {
  readonly feature: number;
  /** A cut's number, or the codes that go right. */
  readonly cut: number;
  readonly codes?: readonly number[];
  readonly missingLeft: boolean;
  readonly score: number;
  readonly gain: number;
  readonly weights: readonly [number, number];
};

function mix(value: number): number {
  let x = value >>> 0;
  x = imul(x ^ (x >>> 16), 0x21f0aaad);
  x = imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

const hash = (key: number, counter: number): number => mix(mix(key) + imul(counter, 0x9e3779b9));

/** The `count` with the smallest keys. */
function draw(from: readonly number[], count: number, key: (feature: number) => number): number[] {
  const sorted = [...from].sort((a, b) => key(a) - key(b) || a - b);
  return sorted.slice(0, count).sort((a, b) => a - b);
}

function even(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** e^x in single precision, step by step as the engine does it. */
function exp32(x0: number): number {
  const x = Math.min(80, Math.max(-80, x0));
  const k = even(fround(x * fround(Math.LOG2E)));
  let r = fround(x - fround(k * fround(0.693145752)));
  r = fround(r - fround(k * fround(1.42860677e-6)));
  let e = fround(fround(0.0083333338) + fround(r * fround(0.0013888889)));
  for (const c of [0.041666668, 0.16666667, 0.5, 1, 1]) e = fround(fround(c) + fround(r * e));
  return fround(e * 2 ** k);
}

/** The largest a with (sum + n) 2^(a - exponent) + n < 2^limit, sum that of the rounded magnitudes. */
function scaleOf(magnitudes: readonly number[], limit: number): number {
  const most = Math.max(...magnitudes);
  if (most === 0) return 1;
  let e = -160;
  while (2 ** e <= most) e++;
  const exponent = Math.min(120, 20 - e);
  const n = magnitudes.length;
  const sum = magnitudes.reduce((all, m) => all + even(m * 2 ** exponent), 0);
  let a = 300;
  while ((sum + n) * 2 ** (a - exponent) + n >= 2 ** limit) a--;
  return 2 ** Math.max(-100, Math.min(100, a));
}

/** Trains by plain loops over rows and cuts: slow, and without any of the engine's short cuts. */
export function referenceFit(
  x: BoostData,
  y: readonly number[],
  {parameters: p, objective, weights, categorical, seed, baseMargin}: ReferenceOptions,
): {readonly cuts: readonly (readonly number[])[]; readonly trees: readonly Tree[]} {
  const n = x.rows;
  const all = x.names.map((_, j) => j);
  const isCategory = x.names.map(name => categorical.includes(name));
  const v = y.map((label, i) => fround(fround(weights?.[i] ?? 1) * (label === 1 ? p.positiveWeight : 1)));
  const whole = wholeWeights(v);
  const columns = all.map(j => columnOf(x, j));
  const cuts = all.map(j => (isCategory[j] ? [] : cutsOf(columns[j]!, whole, p.bins)));
  const binOf = columns.map((column, j) =>
    column.map(value => {
      if (Number.isNaN(value)) return -1;
      return isCategory[j] ? value : cuts[j]!.filter(cut => cut <= value).length;
    }),
  );
  let margins = new Array<number>(n).fill(baseMargin);
  const trees: Tree[] = [];
  for (let t = 0; t < p.trees; t++) {
    const treeKey = hash(hash(seed, 1), t);
    const rowKey = hash(hash(seed, 2), t);
    const drawn = y.map((_, i) => p.rowSample === 1 || hash(rowKey, i) < Math.floor(p.rowSample * 2 ** 32));
    const pairs = margins.map((m, i) => {
      const prob = fround(1 / fround(1 + exp32(-m)));
      const g = objective === "logistic" ? fround(prob - fround(y[i]!)) : fround(m - fround(y[i]!));
      const h = objective === "logistic" ? Math.max(fround(prob * fround(1 - prob)), fround(1e-16)) : 1;
      return drawn[i] ? ([fround(g * v[i]!), fround(h * v[i]!)] as const) : ([0, 0] as const);
    });
    const Sg = scaleOf(
      pairs.map(([g]) => Math.abs(g)),
      30,
    );
    const Sh = scaleOf(
      pairs.map(([, h]) => h),
      31,
    );
    const G = pairs.map(([g]) => even(g * Sg));
    const H = pairs.map(([, h]) => even(h * Sh));
    const sum = (values: readonly number[], rows: readonly number[]): number =>
      rows.reduce((total, i) => total + values[i]!, 0);
    const featuresOfTree = draw(all, Math.max(1, Math.ceil(p.columnSample * all.length - 1e-9)), f =>
      hash(treeKey, f),
    );
    const perNode = Math.max(1, Math.ceil(p.nodeColumnSample * featuresOfTree.length - 1e-9));
    const constrained = Object.keys(p.monotone).length > 0;
    const [A, L] = [p.l1 * Sg, p.l2 * Sh];
    const hmin = Math.max(1, Math.ceil(p.minChildWeight * Sh));
    const shrink = (g: number): number => (g > A ? g - A : g < -A ? g + A : 0);
    const weightOf = (g: number, h: number, l: number, {low, high}: Node): number =>
      Math.min(high, Math.max(low, -(shrink(g) / (h + l)) * (Sh / Sg)));
    const scoreOf = (g: number, h: number, l: number, node: Node): number => {
      if (!constrained) return (shrink(g) * shrink(g)) / (h + l);
      const w = weightOf(g, h, l, node);
      return -(2 * ((g / Sg) * w + p.l1 * Math.abs(w)) + (h / Sh + l / Sh) * w * w);
    };

    const bestSplit = (node: Node): Split | undefined => {
      if (node.depth >= p.depth) return undefined;
      const [g, h] = [sum(G, node.rows), sum(H, node.rows)];
      let best: Split | undefined;
      const offer = (
        feature: number,
        left: readonly [number, number],
        l: number,
        rest: Pick<Split, "cut" | "codes" | "missingLeft">,
      ): void => {
        const [gl, hl] = left;
        const [gr, hr] = [g - gl, h - hl];
        if (hl < hmin || hr < hmin) return;
        const pair = [weightOf(gl, hl, l, node), weightOf(gr, hr, l, node)] as const;
        const direction = p.monotone[x.names[feature]!] ?? 0;
        if (constrained && direction * (pair[1] - pair[0]) < 0) return;
        const score = scoreOf(gl, hl, l, node) + scoreOf(gr, hr, l, node);
        if (best && !(score > best.score)) return;
        best = {feature, ...rest, score, gain: 0, weights: pair};
      };
      const drawnHere =
        perNode === featuresOfTree.length
          ? featuresOfTree
          : draw(featuresOfTree, perNode, f => hash(node.key, 16 + f));
      for (const f of drawnHere) {
        const bins = binOf[f]!;
        const missing = node.rows.filter(i => bins[i] === -1);
        const [gm, hm] = [sum(G, missing), sum(H, missing)];
        const known = gm !== 0 || hm !== 0;
        const upTo = (cut: number): [number, number] => {
          const rows = node.rows.filter(i => bins[i]! >= 0 && bins[i]! <= cut);
          return [sum(G, rows), sum(H, rows)];
        };
        if (!isCategory[f]) {
          const last = cuts[f]!.length;
          for (let b = 0; b < (known ? last + 1 : last); b++) {
            const [gl, hl] = upTo(b);
            offer(f, [gl, hl], L, {cut: b, missingLeft: known ? false : hl >= h - hl});
          }
          for (let b = 0; known && b < last; b++) {
            const [gl, hl] = upTo(b);
            offer(f, [gl + gm, hl + hm], L, {cut: b, missingLeft: true});
          }
          continue;
        }
        const codes = [...new Set(node.rows.map(i => bins[i]!))]
          .filter(code => code >= 0)
          .map(code => {
            const rows = node.rows.filter(i => bins[i] === code);
            return {code, g: sum(G, rows), h: sum(H, rows)};
          })
          .filter(one => one.g !== 0 || one.h !== 0)
          .map(one => ({...one, ratio: one.g / (one.h + 10 * Sh)}))
          .sort((a, b) => a.ratio - b.ratio || a.code - b.code);
        const listed = (some: typeof codes): number[] => some.map(one => one.code).sort((a, b) => a - b);
        const Lc = (p.l2 + p.categoryL2) * Sh;
        for (const withPrefix of known ? [false, true] : [false])
          for (let size = 1; size <= (known && !withPrefix ? codes.length : codes.length - 1); size++) {
            const prefix = codes.slice(0, size);
            const [gp, hp] = [prefix.reduce((s, c) => s + c.g, 0), prefix.reduce((s, c) => s + c.h, 0)];
            // The side that missing is on, or may be on, goes left.
            const prefixLeft = withPrefix || (!known && hp > h - hp);
            const left: [number, number] = withPrefix
              ? [gp + gm, hp + hm]
              : prefixLeft
                ? [gp, hp]
                : [g - gp, h - hp];
            offer(f, left, Lc, {
              cut: 0,
              codes: listed(prefixLeft ? codes.slice(size) : prefix),
              missingLeft: true,
            });
          }
      }
      if (!best) return undefined;
      const more = best.score - scoreOf(g, h, L, node);
      const gain = constrained ? more : more * (Sh / Sg / Sg);
      return more > 1e-9 * best.score && gain > p.minGain ? {...best, gain} : undefined;
    };

    const goesLeft = ({feature, cut, codes, missingLeft}: Split, i: number): boolean => {
      const bin = binOf[feature]![i]!;
      if (bin === -1) return missingLeft;
      return codes ? !codes.includes(bin) : bin <= cut;
    };
    const start = (rows: readonly number[], depth: number, key: number, low: number, high: number): Node => {
      const node: Node = {rows, depth, key, low, high};
      node.split = bestSplit(node);
      return node;
    };
    const expand = (node: Node): readonly [Node, Node] => {
      const split = node.split!;
      const direction = p.monotone[x.names[split.feature]!] ?? 0;
      const middle = (split.weights[0] + split.weights[1]) / 2;
      const bounds = {
        left: [direction < 0 ? middle : node.low, direction > 0 ? middle : node.high],
        right: [direction > 0 ? middle : node.low, direction < 0 ? middle : node.high],
      } as const;
      const side = (left: boolean): number[] => node.rows.filter(i => goesLeft(split, i) === left);
      const depth = node.depth + 1;
      node.children = [
        start(side(true), depth, hash(node.key, 1), ...(bounds.left as [number, number])),
        start(side(false), depth, hash(node.key, 2), ...(bounds.right as [number, number])),
      ];
      return node.children;
    };

    const root = start(
      y.map((_, i) => i),
      0,
      hash(treeKey, 0x80000000),
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    );
    const leaves = [root];
    const toSplit = (): Node | undefined => {
      const open = leaves.filter(leaf => leaf.split);
      if (p.growth === "depth") return open[0];
      if (leaves.length >= p.leaves) return undefined;
      return open.reduce<Node | undefined>(
        (best, leaf) => (!best || leaf.split!.gain > best.split!.gain ? leaf : best),
        undefined,
      );
    };
    // Leaves stay in the order in which they were made.
    for (let node = toSplit(); node; node = toSplit()) {
      leaves.splice(leaves.indexOf(node), 1);
      leaves.push(...expand(node));
    }

    const tree = {
      ...{feature: [] as number[], threshold: [] as number[], categories: {} as {[node: number]: number[]}},
      ...{missingLeft: [] as (0 | 1)[], left: [] as number[], right: [] as number[], value: [] as number[]},
      ...{gain: [] as number[], cover: [] as number[], rows: [] as number[]},
    };
    const emit = (node: Node): number => {
      const at = tree.feature.length;
      const {split, children} = node;
      const [g, h] = [sum(G, node.rows), sum(H, node.rows)];
      const value = fround(weightOf(g, h, L, node) * p.rate) + 0;
      tree.feature.push(children ? split!.feature : -1);
      tree.threshold.push(
        children && !split!.codes ? (cuts[split!.feature]![split!.cut] ?? EVERY_NUMBER) : 0,
      );
      tree.missingLeft.push(children && split!.missingLeft ? 1 : 0);
      tree.left.push(0);
      tree.right.push(0);
      tree.value.push(children ? 0 : value);
      tree.gain.push(children ? split!.gain : 0);
      tree.cover.push(fround(h / Sh));
      tree.rows.push(node.rows.length);
      if (children) {
        if (split!.codes) tree.categories[at] = [...split!.codes];
        tree.left[at] = emit(children[0]);
        tree.right[at] = emit(children[1]);
      } else margins = margins.map((m, i) => (node.rows.includes(i) ? fround(m + value) : m));
      return at;
    };
    emit(root);
    trees.push(tree);
  }
  return {cuts, trees};
}
