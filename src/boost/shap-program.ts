import type {Boost} from "./boost.ts";
import type {BoostData} from "./boost-data.ts";
import {allocator, instantiate, memoryOf, program} from "./engine.ts";
import {quadrature} from "./quadrature.ts";
import {
  CONDITIONS,
  type Condition,
  type DeepLeaf,
  type ShapGroup,
  type ShapTree,
  shapTree,
} from "./shap-groups.ts";

// Drives the program of Shapley values, see wasm/shap.as.ts: tables for some trees, then all rows through them.

type Shapley = {
  sides(splits: number, count: number, columns: number, rows: number, out: number): void;
  masks(conditions: number, bits: number, sides: number, rows: number, out: number): void;
  count(masks: number, rows: number, counts: number): void;
  leafMasks(needs: number, d: number, bits: number, out: number): void;
  independent(shares: number, d: number, value: number, out: number): void;
  observed(
    counts: number,
    own: number,
    bits: number,
    d: number,
    value: number,
    rows: number,
    out: number,
  ): void;
  tabulate(background: number, d: number, nodes: number, count: number, mixed: number, out: number): void;
  tabulatePairs(
    background: number,
    d: number,
    nodes: number,
    count: number,
    mixed: number,
    out: number,
  ): void;
  spread(
    tables: number,
    d: number,
    count: number,
    places: number,
    own: number,
    bits: number,
    out: number,
  ): void;
  add(masks: number, rows: number, table: number, bits: number, count: number, columns: number): void;
  addLeaf(...leaf: DeepArguments): void;
  addLeafPairs(...leaf: DeepArguments): void;
  collect(masks: number, stride: number, rows: number, d: number, list: number, length: number): number;
  addAgainst(
    masks: number,
    rows: number,
    d: number,
    list: number,
    length: number,
    value: number,
    weights: number,
    columns: number,
    scratch: number,
  ): void;
};

type DeepArguments = [
  masks: number,
  rows: number,
  value: number,
  shares: number,
  d: number,
  nodes: number,
  count: number,
  columns: number,
  products: number,
];

export type ShapTask = {
  readonly model: Boost;
  /** Interactions of each two features rather than values of each. */
  readonly pairs: boolean;
  /** The rows that a feature's other values come from; without them the covers say what to expect. */
  readonly background?: BoostData;
};

/** Sums of some rows, column by column, `stride` apart: to add to what came before for the same rows. */
export type TakeSums = (first: number, count: number, sums: Float64Array, stride: number) => void;

/** Number of the column of features i < j among those of each two of n. */
export const pairColumn = (i: number, j: number, n: number): number => (i * (2 * n - i - 1)) / 2 + j - i - 1;

/** Bytes of tables made at once, unless a single tree needs more. */
const TABLE_BYTES = 64 * 2 ** 20;
const SUM_BYTES = 16 * 2 ** 20;
/** Rows at once: a table is then read often enough to be worth its way from memory. */
const BLOCK = 1024;
/** Features on the way to a leaf that a mask of background rows has room for. */
const BACKGROUND_FEATURES = 64;

/**
 * Shares out what the leaves give to the rows of x. Returns what is expected without any feature, the base margin
 * left out.
 */
export function shareOut(task: ShapTask, x: BoostData, take: TakeSums): number {
  const trees = task.model.trees.map(shapTree);
  if (task.background) requireMasks(trees);
  const chunks = chunksOf(trees, task);
  const at = layoutOf(trees, task, x, Math.max(0, ...chunks.map(({bytes}) => bytes)));
  const {load, tabulate, run} = sharer(task, at);
  let expected = 0;
  for (const {placed} of chunks) {
    load(placed);
    expected += tabulate(placed);
    run(placed, x, take);
  }
  return expected;
}

function requireMasks(trees: readonly ShapTree[]): void {
  const most = deepestOf(trees);
  if (most > BACKGROUND_FEATURES)
    throw new RangeError(
      `boostShapInterventional requires at most ${BACKGROUND_FEATURES} features on the way to a leaf, got ${most}; ` +
        "use boostShap, or trees of less depth",
    );
}

/** Most features on the way to a leaf that is too deep for a table, 0 without one. */
const deepestOf = (trees: readonly ShapTree[]): number =>
  Math.max(0, ...trees.flatMap(({deep}) => deep.map(({features}) => features.length)));

/** Sums there are: one a feature, or one for each two. */
const columnsOf = ({model: {features}, pairs}: ShapTask): number =>
  pairs ? (features.length * (features.length - 1)) / 2 : features.length;

/** The sums that a leaf's tables go to, in their order. */
function columnsOfLeaf(features: readonly number[], {model, pairs}: ShapTask): readonly number[] {
  if (!pairs) return features;
  return features.flatMap((a, k) =>
    features.slice(k + 1).map(b => pairColumn(Math.min(a, b), Math.max(a, b), model.features.length)),
  );
}

/** A tree with its addresses in the room for tables, counted from its start. */
type PlacedTree = {
  readonly index: number;
  readonly tree: ShapTree;
  readonly splits: number;
  readonly sets: number;
  readonly groups: readonly PlacedGroup[];
  readonly deep: readonly PlacedDeep[];
};

type PlacedGroup = {
  readonly group: ShapGroup;
  readonly bits: number;
  /** The sums that its table adds to, filled up to a multiple of 4 with one that nobody reads. */
  readonly sums: readonly number[];
  readonly conditions: number;
  readonly counts: number;
  readonly table: number;
  readonly columns: number;
};

type PlacedDeep = {
  readonly leaf: DeepLeaf;
  /** Of 8 conditions each. */
  readonly conditions: readonly number[];
  readonly shares: number;
  readonly list: number;
  readonly columns: number;
};

type Chunk = {readonly placed: readonly PlacedTree[]; readonly bytes: number};

/** Trees whose tables fit together. */
function chunksOf(trees: readonly ShapTree[], task: ShapTask): readonly Chunk[] {
  const chunks: {placed: PlacedTree[]; bytes: number}[] = [];
  let memory = allocator();
  trees.forEach((tree, index) => {
    let placed = place(tree, index, task, memory.take);
    if (chunks.length === 0 || memory.used() > TABLE_BYTES) {
      memory = allocator();
      placed = place(tree, index, task, memory.take);
      chunks.push({placed: [], bytes: 0});
    }
    const chunk = chunks.at(-1)!;
    chunk.placed.push(placed);
    chunk.bytes = memory.used();
  });
  return chunks;
}

function place(tree: ShapTree, index: number, task: ShapTask, take: (bytes: number) => number): PlacedTree {
  const {model, background} = task;
  const wordsOf = (conditions: readonly Condition[]): number =>
    conditions.reduce((sum, terms) => sum + 1 + terms.length, 0);
  const {feature} = model.trees[index]!;
  const sets = tree.splits.filter(node => model.features[feature[node]!]!.kind === "category").length;
  return {
    index,
    tree,
    splits: take(SPLIT_BYTES * tree.splits.length),
    sets: take(256 * sets),
    groups: tree.groups.map(group => {
      const sums = [...new Set(group.leaves.flatMap(({features}) => columnsOfLeaf(features, task)))];
      while (sums.length % 4 > 0) sums.push(columnsOf(task));
      const bits = group.conditions.length;
      return {
        group,
        bits,
        sums,
        conditions: take(4 * wordsOf(group.conditions)),
        counts: take(background ? 4 << bits : 0),
        table: take(sums.length * (8 << bits)),
        columns: take(4 * sums.length),
      };
    }),
    deep: tree.deep.map(leaf => ({
      leaf,
      conditions: bytesOf(leaf.conditions).map(conditions => take(4 * wordsOf(conditions))),
      shares: take(8 * leaf.shares.length),
      list: take(background ? 16 * Math.min(2 ** leaf.features.length, background.rows) + 16 : 0),
      columns: take(4 * columnsOfLeaf(leaf.features, task).length),
    })),
  };
}

const SPLIT_BYTES = 16;

/** Conditions of a deep leaf, as many together as a byte has room for. */
function bytesOf(conditions: readonly Condition[]): readonly (readonly Condition[])[] {
  return Array.from({length: Math.ceil(conditions.length / CONDITIONS)}, (_, k) =>
    conditions.slice(CONDITIONS * k, CONDITIONS * (k + 1)),
  );
}

/** Addresses of what stays while the trees come and go. */
function layoutOf(trees: readonly ShapTree[], task: ShapTask, x: BoostData, tableBytes: number) {
  const {model, background} = task;
  const sums = columnsOf(task) + 1;
  const rows = Math.max(1, Math.min(BLOCK, SUM_BYTES / 8 / sums, Math.max(x.rows, background?.rows ?? 0)));
  const block = 16 * Math.ceil(rows / 16);
  const most = Math.max(CONDITIONS, deepestOf(trees));
  const table = 8 << CONDITIONS;
  const nodeBytes = 16 * Math.ceil(most / 2);
  const memory = allocator();
  return {
    block,
    columns: memory.take(4 * block * model.features.length),
    sides: memory.take(block * Math.max(0, ...trees.map(({splits}) => splits.length))),
    masks: memory.take(block * Math.ceil(most / CONDITIONS)),
    sums: memory.take(8 * block * sums),
    // A place for each number of features.
    nodes: memory.take(nodeBytes * (most + 1)),
    nodeBytes,
    weights: memory.take(background ? 8 * BACKGROUND_FEATURES ** 2 : 0),
    needs: memory.take(2 * CONDITIONS),
    own: memory.take(1 << CONDITIONS),
    shares: memory.take(8 * CONDITIONS),
    background: memory.take(table),
    mixed: memory.take(2 * table),
    tables: memory.take((table * (task.pairs ? CONDITIONS * (CONDITIONS - 1) : 2 * CONDITIONS)) / 2),
    places: memory.take(4 * CONDITIONS * CONDITIONS),
    scratch: memory.take(8 * most),
    room: memory.take(tableBytes),
    most,
    bytes: memory.used(),
  };
}

type Layout = ReturnType<typeof layoutOf>;

function sharer(task: ShapTask, at: Layout) {
  const {model, pairs, background} = task;
  const memory = memoryOf(at.bytes);
  const kernels = instantiate<Shapley>(program("shap"), memory);
  const words = new Uint32Array(memory.buffer);
  const doubles = new Float64Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const singles = new Float32Array(memory.buffer);
  const longs = new BigUint64Array(memory.buffer);
  for (let d = 1; d <= at.most; d++)
    doubles.set(
      quadrature(Math.ceil(d / 2)).flatMap(({place, weight}) => [place, weight]),
      (at.nodes + d * at.nodeBytes) / 8,
    );
  if (background) doubles.set(weightsAgainst(), at.weights / 8);
  const nodesOf = (d: number): [nodes: number, count: number] => [
    at.nodes + d * at.nodeBytes,
    Math.ceil(d / 2),
  ];

  /** Writes the trees as the program reads them. */
  function load(placed: readonly PlacedTree[]): void {
    for (const {index, tree, splits, sets, groups, deep} of placed) {
      const {feature, threshold, missingLeft, categories} = model.trees[index]!;
      let set = at.room + sets;
      tree.splits.forEach((node, k) => {
        const word = (at.room + splits + SPLIT_BYTES * k) / 4;
        words[word] = feature[node]!;
        singles[word + 1] = threshold[node]!;
        words[word + 2] = missingLeft[node]!;
        const codes = categories[node];
        words[word + 3] = codes ? set : 0;
        if (!codes) return;
        bytes.fill(255, set, set + 255);
        for (const code of codes) bytes[set + code] = 0;
        bytes[set + 255] = missingLeft[node] ? 255 : 0;
        set += 256;
      });
      for (const {group, sums, conditions, columns} of groups) {
        words.set(wordsOf(group.conditions), (at.room + conditions) / 4);
        words.set(sums.map(addressOfSum), (at.room + columns) / 4);
      }
      for (const {leaf, conditions, shares, columns} of deep) {
        bytesOf(leaf.conditions).forEach((some, k) => {
          words.set(wordsOf(some), (at.room + conditions[k]!) / 4);
        });
        doubles.set(leaf.shares, (at.room + shares) / 8);
        words.set(columnsOfLeaf(leaf.features, task).map(addressOfSum), (at.room + columns) / 4);
      }
    }
  }
  const addressOfSum = (sum: number): number => at.sums + 8 * at.block * sum;

  /** Fills the tables; returns what the trees are expected to give without any feature. */
  function tabulate(placed: readonly PlacedTree[]): number {
    const lengths = background ? see(placed, background) : new Map<PlacedDeep, number>();
    let expected = 0;
    for (const {groups, deep} of placed) {
      for (const group of groups) expected += tabulateGroup(group);
      for (const leaf of deep) expected += expectedOf(leaf, lengths.get(leaf) ?? 0);
    }
    listed = lengths;
    return expected;
  }
  /** Masks on the list of each deep leaf. */
  let listed: ReadonlyMap<PlacedDeep, number> = new Map();

  function tabulateGroup({group, bits, sums, counts, table}: PlacedGroup): number {
    const to = at.room + table;
    bytes.fill(0, to, to + sums.length * (8 << bits));
    let expected = 0;
    for (const {value, features, shares, needs} of group.leaves) {
      const d = features.length;
      bytes.set(needs, at.needs);
      kernels.leafMasks(at.needs, d, bits, at.own);
      doubles.set(shares, at.shares / 8);
      if (background)
        kernels.observed(at.room + counts, at.own, bits, d, value, background.rows, at.background);
      else kernels.independent(at.shares, d, value, at.background);
      // All conditions met: the row is in the leaf.
      expected += doubles[at.background / 8 + 2 ** d - 1]!;
      const columns = columnsOfLeaf(features, task);
      if (columns.length === 0) continue;
      kernels[pairs ? "tabulatePairs" : "tabulate"](at.background, d, ...nodesOf(d), at.mixed, at.tables);
      words.set(
        columns.map(column => sums.indexOf(column)),
        at.places / 4,
      );
      kernels.spread(at.tables, d, columns.length, at.places, at.own, bits, to);
    }
    return expected;
  }

  function expectedOf({leaf: {value, shares, features}, list}: PlacedDeep, length: number): number {
    if (!background) return shares.reduce((product, share) => product * share, value);
    const last = (at.room + list) / 8 + 2 * (length - 1);
    const all = 2n ** BigInt(features.length) - 1n;
    return longs[last] === all ? (value * doubles[last + 1]!) / background.rows : 0;
  }

  /** Counts the masks of the background rows; returns how many each deep leaf has on its list. */
  function see(placed: readonly PlacedTree[], rows: BoostData): Map<PlacedDeep, number> {
    const lengths = new Map<PlacedDeep, number>();
    for (const {groups} of placed)
      for (const {counts, bits} of groups) bytes.fill(0, at.room + counts, at.room + counts + (4 << bits));
    eachBlock(rows, (_, count) => {
      for (const tree of placed) {
        findSides(tree);
        for (const group of tree.groups) {
          findMasks(group);
          kernels.count(at.masks, count, at.room + group.counts);
        }
        for (const deep of tree.deep) {
          findDeepMasks(deep);
          const d = deep.leaf.features.length;
          const list = at.room + deep.list;
          lengths.set(deep, kernels.collect(at.masks, at.block, count, d, list, lengths.get(deep) ?? 0));
        }
      }
    });
    return lengths;
  }

  function run(placed: readonly PlacedTree[], x: BoostData, take: TakeSums): void {
    const sums = doubles.subarray(at.sums / 8, at.sums / 8 + at.block * columnsOf(task));
    eachBlock(x, (first, count) => {
      sums.fill(0);
      for (const tree of placed) {
        findSides(tree);
        for (const group of tree.groups) {
          findMasks(group);
          const {table, bits, columns} = group;
          kernels.add(at.masks, at.block, at.room + table, bits, group.sums.length, at.room + columns);
        }
        for (const deep of tree.deep) addDeep(deep);
      }
      take(first, count, sums, at.block);
    });
  }

  function addDeep(deep: PlacedDeep): void {
    const {value, features} = deep.leaf;
    const [shares, list, columns] = [at.room + deep.shares, at.room + deep.list, at.room + deep.columns];
    const [d, {masks, block, scratch}] = [features.length, at];
    findDeepMasks(deep);
    if (background) {
      const length = listed.get(deep) ?? 0;
      kernels.addAgainst(
        masks,
        block,
        d,
        list,
        length,
        value / background.rows,
        at.weights,
        columns,
        scratch,
      );
    } else {
      const addLeaf = kernels[pairs ? "addLeafPairs" : "addLeaf"];
      addLeaf(masks, block, value, shares, d, ...nodesOf(d), columns, scratch);
    }
  }

  function eachBlock({rows, values}: BoostData, visit: (first: number, count: number) => void): void {
    for (let first = 0; first < rows; first += at.block) {
      const count = Math.min(at.block, rows - first);
      for (let j = 0; j < model.features.length; j++)
        singles.set(
          values.subarray(j * rows + first, j * rows + first + count),
          at.columns / 4 + j * at.block,
        );
      visit(first, count);
    }
  }

  const findSides = ({tree, splits}: PlacedTree): void =>
    kernels.sides(at.room + splits, tree.splits.length, at.columns, at.block, at.sides);
  const findMasks = ({conditions, bits}: PlacedGroup): void =>
    kernels.masks(at.room + conditions, bits, at.sides, at.block, at.masks);
  const findDeepMasks = ({leaf, conditions}: PlacedDeep): void =>
    conditions.forEach((address, k) => {
      const bits = Math.min(CONDITIONS, leaf.features.length - CONDITIONS * k);
      kernels.masks(at.room + address, bits, at.sides, at.block, at.masks + at.block * k);
    });

  return {load, tabulate, run};
}

const wordsOf = (conditions: readonly Condition[]): number[] =>
  conditions.flatMap(terms => [terms.length, ...terms]);

/** a! b! / (a + b + 1)! at BACKGROUND_FEATURES a + b. */
function weightsAgainst(): Float64Array {
  const n = BACKGROUND_FEATURES;
  const weights = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    weights[n * a] = 1 / (a + 1);
    for (let b = 1; b < n; b++) weights[n * a + b] = (weights[n * a + b - 1]! * b) / (a + b + 1);
  }
  return weights;
}
