import type {Boost} from "./boost.ts";
import {type BoostData, requireRows} from "./boost-data.ts";
import {allocator, instantiate, memoryOf, program} from "./engine.ts";
import {type Plan, planOf} from "./planes.ts";
import type {Tree} from "./tree.ts";

/** What the program that predicts can do. */
type Predictor = {
  codeNumbers(
    values: number,
    rows: number,
    thresholds: number,
    steps: number,
    high: number,
    low: number,
  ): void;
  codeCategories(values: number, rows: number, out: number): void;
  judge(
    trees: number,
    count: number,
    planes: number,
    stride: number,
    stack: number,
    margins: number,
    out: number,
  ): void;
  exp(x: number): number;
};

/**
 * Margins of the rows: the base margin and the values of the leaves, added tree after tree in single precision. A
 * row's margin does not depend on the other rows.
 * @throws DataError naming the feature that is missing, unknown or out of the model's order.
 * @throws RangeError for a value that is infinite in single precision, or a category that is no whole code.
 */
export function boostMargins(model: Boost, x: BoostData): Float32Array {
  requireRows("boostMargins", model, x);
  const out = new Float32Array(x.rows).fill(model.baseMargin);
  const plan = planOf(model);
  if (plan)
    predictor(plan, x, "margins").run(
      (first, count, {margins}) => out.set(margins.subarray(0, count), first),
      model.baseMargin,
    );
  else for (const tree of model.trees) walk(tree, x, (row, leaf) => (out[row]! += tree.value[leaf]!));
  return out;
}

/**
 * Probabilities of label 1, not calibrated, by an exp that gives the same bits everywhere.
 * @throws TypeError for a model of another objective than "logistic"; the errors of {@link boostMargins}.
 */
export function boostProbabilities(model: Boost, x: BoostData): Float64Array {
  if (model.objective !== "logistic")
    throw new TypeError(
      `boostProbabilities requires the objective "logistic", got ${JSON.stringify(model.objective)}`,
    );
  const {exp} = instantiate<Predictor>(program("predict"), memoryOf(1));
  return Float64Array.from(boostMargins(model, x), margin => 1 / (1 + exp(-margin)));
}

/**
 * The leaf that each row falls into in each tree: the number of its node. Row-major, rows x trees.
 * @throws the errors of {@link boostMargins}.
 */
export function boostLeaves(model: Boost, x: BoostData): Uint32Array {
  requireRows("boostLeaves", model, x);
  const trees = model.trees.length;
  const out = new Uint32Array(x.rows * trees);
  const plan = planOf(model);
  if (!plan) {
    model.trees.forEach((tree, t) => {
      walk(tree, x, (row, leaf) => {
        out[row * trees + t] = leaf;
      });
    });
    return out;
  }
  predictor(plan, x, "leaves").run((first, count, {leaves}) => {
    plan.trees.forEach(({nodes}, t) => {
      for (let i = 0; i < count; i++)
        out[(first + i) * trees + t] =
          nodes[leaves[(Math.floor(i / BATCH) * trees + t) * BATCH + (i % BATCH)]!]!;
    });
  }, 0);
  return out;
}

/** Rows that the program judges together, and rows whose codes are made at once. */
const BATCH = 64;
const BLOCK = 2048;

type Found = {readonly margins: Float32Array; readonly leaves: Uint8Array};

/** The program, loaded with a plan. `run` hands out the rows block by block: the views hold until it returns. */
function predictor(plan: Plan, x: BoostData, what: "margins" | "leaves") {
  const at = layoutOf(plan, what);
  const memory = memoryOf(at.bytes);
  const program = loaded(memory, plan, at);
  const values = new Float32Array(memory.buffer, at.values, BLOCK);
  const margins = new Float32Array(memory.buffer, at.margins, BLOCK);
  const leaves = new Uint8Array(memory.buffer, at.leaves, at.leafBytes);
  const {trees} = plan;
  const code = (first: number, count: number): void => {
    plan.thresholds.forEach((_, feature) => {
      const planes = at.planesOf[feature]!;
      if (planes.high === 0) return;
      values.set(x.values.subarray(feature * x.rows + first, feature * x.rows + first + count));
      if (planes.category) program.codeCategories(at.values, count, planes.high);
      else program.codeNumbers(at.values, count, planes.thresholds, planes.steps, planes.high, planes.low);
    });
  };
  return {
    run: (take: (first: number, count: number, found: Found) => void, baseMargin: number): void => {
      for (let first = 0; first < x.rows; first += BLOCK) {
        const count = Math.min(BLOCK, x.rows - first);
        code(first, count);
        margins.fill(baseMargin);
        for (let i = 0; i < count; i += BATCH) {
          const out = at.leaves + (what === "leaves" ? i * trees.length : 0);
          const to = what === "margins" ? at.margins + 4 * i : 0;
          program.judge(at.trees, trees.length, at.planes + i, BLOCK, at.stack, to, out);
        }
        take(first, count, {margins, leaves});
      }
    },
  };
}

const STEP_BYTES = 8;

function layoutOf({planes, thresholds, trees}: Plan, what: "margins" | "leaves") {
  const memory = allocator();
  const planeBytes = memory.take(BLOCK * (planes.length + 1));
  const placeOf = (feature: number, missing: "high" | "low"): number => {
    const k = planes.findIndex(plane => plane.feature === feature && plane.missing === missing);
    return k < 0 ? 0 : planeBytes + k * BLOCK;
  };
  // Where only the low codes are asked for, the high ones go to a plane that nobody reads.
  const spare = planeBytes + planes.length * BLOCK;
  const depth = Math.max(1, ...trees.map(({steps}) => deepest(steps)));
  const leafBytes = BATCH + (what === "leaves" ? BLOCK * trees.length : 0);
  return {
    planes: planeBytes,
    planesOf: thresholds.map((all, feature) => {
      const [high, low] = [placeOf(feature, "high"), placeOf(feature, "low")];
      const steps = all.length === 0 ? 0 : 2 ** Math.floor(Math.log2(all.length));
      return {
        high: high || (low && spare),
        low,
        category: all.length === 0,
        steps,
        thresholds: memory.take(4 * 256),
      };
    }),
    values: memory.take(4 * BLOCK),
    margins: memory.take(4 * BLOCK),
    leaves: memory.take(leafBytes),
    leafBytes,
    stack: memory.take(BATCH * (depth + 1)),
    trees: memory.take(12 * trees.length + 4),
    steps: trees.map(tree => memory.take(STEP_BYTES * tree.steps.length)),
    leafValues: trees.map(tree => memory.take(4 * tree.values.length)),
    sets: trees.map(tree => memory.take(32 * tree.steps.filter(({set}) => set).length)),
    bytes: memory.used(),
  };
}

/** Most entries on the stack while the steps are carried out. */
function deepest(steps: Plan["trees"][number]["steps"]): number {
  let [here, most] = [0, 0];
  for (const {kind} of steps) {
    here += kind < 2 ? 1 : -1;
    most = Math.max(most, here);
  }
  return most;
}

/** Writes thresholds, steps, sets and values of the trees to the memory. */
function loaded(
  memory: ReturnType<typeof memoryOf>,
  {thresholds, trees}: Plan,
  at: ReturnType<typeof layoutOf>,
): Predictor {
  const view = new DataView(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  thresholds.forEach((all, feature) => {
    const table = new Float32Array(memory.buffer, at.planesOf[feature]!.thresholds, 256).fill(
      Number.POSITIVE_INFINITY,
    );
    table.set(all);
  });
  trees.forEach(({steps, values}, t) => {
    let set = at.sets[t]!;
    steps.forEach((step, k) => {
      const place = at.steps[t]! + STEP_BYTES * k;
      view.setUint8(place, step.kind);
      view.setUint8(place + 1, step.number);
      view.setUint16(place + 2, step.plane, true);
      view.setUint32(place + 4, step.kind === 1 ? step.leaf : set, true);
      if (step.set) {
        bytes.set(step.set, set);
        set += 32;
      }
    });
    new Float32Array(memory.buffer, at.leafValues[t]!, values.length).set(values);
    view.setUint32(at.trees + 12 * t, at.steps[t]!, true);
    view.setUint32(at.trees + 12 * t + 4, steps.length, true);
    view.setUint32(at.trees + 12 * t + 8, at.leafValues[t]!, true);
  });
  return instantiate<Predictor>(program("predict"), memory);
}

/** One tree, row by row: for those of more leaves or thresholds than a byte can tell apart. */
function walk(tree: Tree, {values, rows}: BoostData, found: (row: number, leaf: number) => void): void {
  const sets = new Map(
    Object.entries(tree.categories).map(([node, codes]) => [Number(node), new Set(codes)]),
  );
  for (let row = 0; row < rows; row++) {
    let node = 0;
    for (let j = tree.feature[0]!; j >= 0; j = tree.feature[node]!) {
      const value = Math.fround(values[j * rows + row]!);
      const set = sets.get(node);
      const left = Number.isNaN(value)
        ? tree.missingLeft[node] === 1
        : set
          ? !set.has(value)
          : value < tree.threshold[node]!;
      node = left ? tree.left[node]! : tree.right[node]!;
    }
    found(row, node);
  }
}
