import type {Boost, BoostFeature, BoostParameters} from "./boost.ts";
import {CATEGORY_LIMIT, EVERY_NUMBER, type Tree} from "./tree.ts";
import {BASE_MARGIN, FIRST_TREE} from "./xgboost-export.ts";

/**
 * Reads a model that XGBoost 1.7 to 3.x saved as JSON: booster gbtree, objective binary:logistic or
 * reg:squarederror, one output. Its trees predict in single precision what XGBoost predicts.
 *
 * XGBoost's file does not say how the trees were trained: `parameters` tell the trees' own number, depth and
 * leaves and the weight of the positives, and are neutral else (rate 1, no penalties, no sampling); the seed, rows
 * and missing values are 0. `bins` are the thresholds, or codes, that the trees split on. Features without names
 * are called f0, f1, and so on. `training.notes` repeats this, and names categories that XGBoost knew by name.
 * @throws RangeError for another booster or objective, more outputs, a category of 254 or above, or a file that is
 * not whole.
 */
export function fromXgboostJson(text: string): Boost {
  const file = fieldsOf(parse(text), "a JSON object");
  const learner = fieldsOf(file.learner, "a learner");
  const booster = fieldsOf(learner.gradient_booster, "a gradient_booster");
  if (booster.name !== "gbtree") refuse("the booster gbtree", booster.name);
  const model = fieldsOf(booster.model, "a model of the booster");
  const shape = fieldsOf(learner.learner_model_param, "learner_model_param");
  const objective = fieldsOf(learner.objective, "an objective");
  const kind = OBJECTIVES.get(objective.name);
  if (!kind) refuse("the objective binary:logistic or reg:squarederror", objective.name);
  requireOneOutput(shape, model);
  const names = namesOf(learner, shape);
  const trees = arrayOf(model.trees, "trees").map((tree, t) => importTree(tree, t, names.length));
  const baseMargin = marginOf(shape.base_score, kind);
  // A model of toXgboostJson: its first tree is the base margin.
  const own = fieldsOf(learner.attributes ?? {}, "attributes")[BASE_MARGIN] === FIRST_TREE;
  const base = own && baseMargin === 0 && trees[0]?.feature.length === 1 ? trees.shift() : undefined;
  const weight = Number(fieldsOf(objective.reg_loss_param ?? {}, "reg_loss_param").scale_pos_weight ?? 1);
  return {
    features: featuresOf(names, arrayOf(learner.feature_types ?? [], "feature_types"), trees),
    objective: kind,
    baseMargin: base ? base.value[0]! : baseMargin,
    trees,
    parameters: parametersOf(trees, kind === "logistic" && Number.isFinite(weight) ? weight : 1),
    seed: 0,
    training: {rows: 0, tuneLoss: [], notes: notesOf(file.version, learner, model, names)},
  };
}

const OBJECTIVES: ReadonlyMap<unknown, "logistic" | "squared"> = new Map([
  ["binary:logistic", "logistic"],
  ["reg:squarederror", "squared"],
]);

function parse(text: string): unknown {
  if (typeof text !== "string") throw new TypeError(`fromXgboostJson requires text, got ${typeof text}`);
  try {
    return JSON.parse(plain(text));
  } catch (cause) {
    throw new RangeError(
      "fromXgboostJson requires JSON, as save_model writes it to a file that ends in .json, " +
        `got an error of its parser: ${(cause as Error).message}`,
      {cause},
    );
  }
}

/** XGBoost writes NaN (the threshold of a categorical split) and Infinity bare, which JSON does not know. */
const plain = (text: string): string =>
  text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|NaN|Infinity/g, token =>
    token === "NaN" ? "null" : token === "Infinity" ? "1e999" : token,
  );

function requireOneOutput(shape: Fields, model: Fields): void {
  const classes = Number(shape.num_class ?? 0);
  if (!(classes <= 1)) refuse("one output", `num_class ${classes}`);
  const targets = Number(shape.num_target ?? 1);
  if (!(targets <= 1)) refuse("one output", `num_target ${targets}`);
  const leaf = Number(fieldsOf(model.gbtree_model_param ?? {}, "gbtree_model_param").size_leaf_vector ?? 0);
  if (!(leaf <= 1)) refuse("leaves of one value", `size_leaf_vector ${leaf}`);
}

function namesOf(learner: Fields, shape: Fields): readonly string[] {
  const count = Number(shape.num_feature);
  if (!Number.isSafeInteger(count) || count < 0) refuse("num_feature", shape.num_feature);
  const given = arrayOf(learner.feature_names ?? [], "feature_names").map(String);
  const names = given.length > 0 ? given : Array.from({length: count}, (_, j) => `f${j}`);
  if (names.length !== count || new Set(names).size !== count)
    refuse(`${count} different feature_names`, `${names.length} of which ${new Set(names).size} differ`);
  return names;
}

/**
 * "4.55E-1" before XGBoost 3.1, "[4.55E-1]" since: a probability or a value, to be turned into a margin. Versions
 * since 3.1 hold a probability within [1e-6, 1 - 1e-6] when they predict; here, as before, it is taken as it is.
 */
function marginOf(given: unknown, kind: "logistic" | "squared"): number {
  const score = Math.fround(Number(/^\[?([^[\],]+)\]?$/.exec(String(given))?.[1] ?? Number.NaN));
  if (kind === "squared") return Number.isFinite(score) ? score : refuse("one base_score", given);
  if (!(score > 0 && score < 1)) refuse("one base_score in (0, 1)", given);
  // In single precision, step by step, as XGBoost does.
  return Math.fround(0 - Math.log(Math.fround(Math.fround(1 / score) - 1)));
}

type Growing = {-readonly [Key in keyof Tree]: Tree[Key] extends readonly (infer T)[] ? T[] : Tree[Key]};

function importTree(value: unknown, t: number, features: number): Tree {
  const source = sourceOf(value, t);
  const tree: Growing = {
    feature: [],
    threshold: [],
    categories: {},
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    gain: [],
    cover: [],
    rows: [],
  };
  const categories: {[node: number]: readonly number[]} = {};
  // Deleted nodes stay in the file; a walk from the root leaves them out.
  const open: {node: number; parent: number; side: "left" | "right"}[] = [
    {node: 0, parent: -1, side: "left"},
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const {node, parent, side} = next;
    const index = tree.feature.length;
    if (!(node < source.nodes) || index === source.nodes)
      refuse("children that make a tree", `node ${node} of ${source.nodes}`, `in tree ${t}`);
    if (parent >= 0) tree[side][parent] = index;
    const place = `at node ${node} of tree ${t}`;
    const leaf = source.left[node] === -1;
    const codes = leaf ? undefined : source.categories.get(node);
    const condition = source.condition[node]!;
    if (!leaf && !(source.feature[node]! >= 0 && source.feature[node]! < features))
      refuse(`split_indices in [0, ${features})`, source.feature[node], place);
    if (codes) categories[index] = codes;
    else if (Number.isNaN(condition) || (leaf && !Number.isFinite(condition)))
      refuse("a number in split_conditions", condition, place);
    tree.feature.push(leaf ? -1 : source.feature[node]!);
    tree.threshold.push(leaf || codes ? 0 : thresholdOf(condition));
    tree.missingLeft.push(!leaf && source.missingLeft[node] === 1 ? 1 : 0);
    tree.left.push(0);
    tree.right.push(0);
    tree.value.push(leaf ? condition : 0);
    tree.gain.push(leaf ? 0 : source.gain[node]!);
    tree.cover.push(source.cover[node]!);
    tree.rows.push(0);
    if (leaf) continue;
    // XGBoost predicts with the right child next to the left one, whatever its file says.
    if (source.right[node] !== source.left[node]! + 1)
      refuse("right children next to the left ones", source.right[node], place);
    open.push({node: source.right[node]!, parent: index, side: "right"});
    open.push({node: source.left[node]!, parent: index, side: "left"});
  }
  const bare = tree.feature.length > 1 ? tree.cover.findIndex(cover => !(cover > 0)) : -1;
  if (bare >= 0) refuse("sum_hessian above 0", tree.cover[bare], `in tree ${t}`);
  return {...tree, categories};
}

/** The columns of a tree in XGBoost's file, all of the same length. */
function sourceOf(value: unknown, t: number) {
  const fields = fieldsOf(value, `tree ${t}`);
  const numbers = (key: string): number[] =>
    arrayOf(fields[key], `${key} of tree ${t}`).map(x =>
      typeof x === "number" || typeof x === "boolean" ? Number(x) : Number.NaN,
    );
  const left = numbers("left_children");
  const nodes = left.length;
  const column = (key: string, holds: (x: number) => boolean): number[] => {
    const values = numbers(key);
    if (values.length !== nodes) refuse(`${nodes} entries of ${key}`, values.length, `in tree ${t}`);
    const wrong = values.findIndex(x => !holds(x));
    if (wrong >= 0) refuse(`numbers in ${key}`, values[wrong], `at node ${wrong} of tree ${t}`);
    return values;
  };
  const singles = (key: string, holds: (x: number) => boolean) => column(key, holds).map(Math.fround);
  const child = (x: number) => Number.isInteger(x) && (x === -1 || (x >= 0 && x < nodes));
  return {
    nodes,
    left: column("left_children", child),
    right: column("right_children", child),
    feature: column("split_indices", Number.isInteger),
    condition: singles("split_conditions", () => true),
    missingLeft: column("default_left", x => x === 0 || x === 1),
    gain: singles("loss_changes", Number.isFinite),
    cover: singles("sum_hessian", x => Number.isFinite(x) && x >= 0),
    categories: codesOf(fields, numbers, t),
  };
}

/** By number of the node: what goes right. */
function codesOf(fields: Fields, numbers: (key: string) => number[], t: number): Map<number, number[]> {
  if (fields.categories_nodes === undefined) return new Map();
  const codes = numbers("categories");
  const [starts, sizes] = [numbers("categories_segments"), numbers("categories_sizes")];
  return new Map(
    numbers("categories_nodes").map((node, k) => {
      const own = codes.slice(starts[k]!, starts[k]! + sizes[k]!).sort((a, b) => a - b);
      if (own.length !== sizes[k]) refuse(`categories of node ${node}`, own.length, `in tree ${t}`);
      const wrong = own.find((code, i) => !Number.isInteger(code) || code < 0 || code === own[i - 1]);
      if (wrong !== undefined) refuse("categories to be codes", wrong, `at node ${node} of tree ${t}`);
      if (own.at(-1)! >= CATEGORY_LIMIT)
        refuse(`categories below ${CATEGORY_LIMIT}`, own.at(-1), `at node ${node} of tree ${t}`);
      return [node, own];
    }),
  );
}

/** No number that the engine accepts lies at either end, so the ends stand for the infinities; +0 for -0. */
const thresholdOf = (condition: number): number =>
  Math.max(-EVERY_NUMBER, Math.min(EVERY_NUMBER, condition)) + 0;

function featuresOf(
  names: readonly string[],
  types: readonly unknown[],
  trees: readonly Tree[],
): readonly BoostFeature[] {
  const cuts = names.map(() => new Set<number>());
  const codes = names.map(() => new Set<number>());
  for (const {feature, threshold, categories} of trees)
    feature.forEach((j, node) => {
      if (j < 0) return;
      const own = categories[node];
      if (own) for (const code of own) codes[j]!.add(code);
      else cuts[j]!.add(threshold[node]!);
    });
  return names.map((name, j) => {
    const category = types[j] === "c" || codes[j]!.size > 0;
    if (category && cuts[j]!.size > 0)
      refuse("a category to split by its codes", "a threshold", `for ${name}`);
    cuts[j]!.delete(EVERY_NUMBER);
    const bins = [...(category ? codes : cuts)[j]!].sort((a, b) => a - b);
    return {name, kind: category ? "category" : "number", bins, missing: 0};
  });
}

function parametersOf(trees: readonly Tree[], positiveWeight: number): BoostParameters {
  const leaves = trees.map(({feature}) => feature.filter(j => j < 0).length);
  return {
    trees: trees.length,
    growth: "depth",
    depth: trees.reduce((depth, tree) => Math.max(depth, depthOf(tree)), 0),
    leaves: leaves.reduce((most, count) => Math.max(most, count), 1),
    rate: 1,
    bins: 255,
    l1: 0,
    l2: 0,
    categoryL2: 0,
    minChildWeight: 0,
    minGain: 0,
    rowSample: 1,
    columnSample: 1,
    nodeColumnSample: 1,
    positiveWeight,
    monotone: {},
  };
}

function depthOf({feature, left, right}: Tree): number {
  const depths = feature.map(() => 0);
  feature.forEach((j, node) => {
    if (j >= 0) depths[left[node]!] = depths[right[node]!] = depths[node]! + 1;
  });
  return depths.reduce((depth, own) => Math.max(depth, own), 0);
}

function notesOf(version: unknown, learner: Fields, model: Fields, names: readonly string[]): string[] {
  const maker = Array.isArray(version) ? `XGBoost ${version.join(".")}` : "XGBoost";
  const notes = [
    `Read from a file of ${maker}, which does not say how the trees were trained: the parameters tell what the ` +
      "trees show, and rows and missing values, not known, stand at 0.",
  ];
  const attributes = fieldsOf(learner.attributes ?? {}, "attributes");
  const trees = arrayOf(model.trees, "trees").length;
  const parallel = Number(
    fieldsOf(model.gbtree_model_param ?? {}, "gbtree_model_param").num_parallel_tree ?? 1,
  );
  const best = Number(attributes.best_iteration ?? Number.NaN);
  if (best + 1 < trees / parallel)
    notes.push(
      `Early stopping found the best round at ${best}, counted from 0; all ${trees / parallel} rounds are here.`,
    );
  for (const [j, values] of categoriesOf(model))
    notes.push(`Codes of ${names[j]}: ${values.map((value, code) => `${code} = ${value}`).join(", ")}.`);
  return notes;
}

/** XGBoost 3.1 and later keeps the values of the categories that a data frame had, a feature each. */
function categoriesOf(model: Fields): readonly (readonly [number, readonly string[]])[] {
  const cats = fieldsOf(model.cats ?? {}, "cats");
  return arrayOf(cats.enc ?? [], "cats.enc").flatMap((value, j) => {
    const {offsets, values} = fieldsOf(value, "entries of cats.enc");
    const all = arrayOf(values ?? [], "values of cats.enc");
    if (all.length === 0) return [];
    if (!Array.isArray(offsets)) return [[j, all.map(String)] as const];
    const bytes = Uint8Array.from(all as number[]);
    const text = (_: unknown, k: number) =>
      new TextDecoder().decode(bytes.subarray(offsets[k], offsets[k + 1]));
    return [[j, offsets.slice(1).map(text)] as const];
  });
}

type Fields = {readonly [key: string]: unknown};

const fieldsOf = (value: unknown, requires: string): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse(requires, value);

const arrayOf = (value: unknown, name: string): readonly unknown[] =>
  Array.isArray(value) ? value : refuse(`${name} as an array`, value);

function refuse(requires: string, got: unknown, place = ""): never {
  const shown = got === undefined ? "none" : typeof got === "object" ? JSON.stringify(got) : String(got);
  throw new RangeError(
    `fromXgboostJson requires ${requires}, got ${shown.slice(0, 80)}${place && ` ${place}`}`,
  );
}
