import type {Boost} from "./boost.ts";
import {jsonList, jsonObject, singleText} from "./file.ts";
import type {Tree} from "./tree.ts";

/** Says in the attributes of an exported model that its first tree is the base margin. */
export const BASE_MARGIN = "churnbook_base_margin";
export const FIRST_TREE = "tree 0";

/** XGBoost's mark of a root's parent. */
const NO_PARENT = 2_147_483_647;

/**
 * The model as XGBoost's JSON: Booster.load_model of XGBoost 1.7 to 3.x reads it from a file that ends in .json,
 * and predicts, and attributes by pred_contribs, as this model does.
 *
 * The base margin goes in front as a tree of one leaf: XGBoost keeps its own base_score as a single-precision
 * probability, which would round it. So there is one round more than trees. A model of a custom objective goes as
 * reg:squarederror, whose predictions are the margins. Cuts, parameters, seed and counts of rows have no place in
 * the format and are left out.
 * @throws RangeError for a name that XGBoost refuses (empty, or with [, ] or <), and for a number that is not
 * finite single precision.
 */
export function toXgboostJson(model: Boost): string {
  const {features, objective, parameters} = model;
  for (const {name} of features)
    if (name === "" || /[[\]<]/.test(name))
      throw new RangeError(`toXgboostJson requires names of features without [, ] and <, got "${name}"`);
  const logistic = objective === "logistic";
  const trees = [oneLeaf(model.baseMargin, model.trees[0]?.cover[0]), ...model.trees];
  const rounds = trees.map((_, t) => t);
  const booster = {
    gbtree_model_param: JSON.stringify({
      num_parallel_tree: "1",
      num_trees: String(trees.length),
      size_leaf_vector: "0",
    }),
    iteration_indptr: JSON.stringify([...rounds, trees.length]),
    tree_info: JSON.stringify(rounds.map(() => 0)),
    trees: jsonList(
      trees.map((tree, t) => exportTree(tree, t, features.length)),
      "\n",
    ),
  };
  const learner = {
    attributes: JSON.stringify({[BASE_MARGIN]: FIRST_TREE}),
    feature_names: JSON.stringify(features.map(({name}) => name)),
    feature_types: JSON.stringify(features.map(({kind}) => (kind === "category" ? "c" : "float"))),
    gradient_booster: jsonObject({name: '"gbtree"', model: jsonObject(booster)}),
    learner_model_param: JSON.stringify({
      base_score: logistic ? "5E-1" : "0E0",
      boost_from_average: "0",
      num_class: "0",
      num_feature: String(features.length),
      num_target: "1",
    }),
    objective: JSON.stringify({
      name: logistic ? "binary:logistic" : "reg:squarederror",
      reg_loss_param: {scale_pos_weight: String(logistic ? parameters.positiveWeight : 1)},
    }),
  };
  return `${jsonObject({version: "[1,7,6]", learner: jsonObject(learner)}, "\n")}\n`;
}

const oneLeaf = (value: number, cover = 1): Tree => ({
  feature: [-1],
  threshold: [0],
  categories: {},
  missingLeft: [0],
  left: [0],
  right: [0],
  value: [value],
  gain: [0],
  cover: [cover],
  rows: [0],
});

function exportTree(tree: Tree, t: number, features: number): string {
  const {order, children} = byDepth(tree);
  const {feature, threshold, categories, value} = tree;
  const of = <T>(column: readonly T[]): readonly T[] => order.map(node => column[node]!);
  const parents = order.map(() => NO_PARENT);
  children.forEach((left, place) => {
    if (left >= 0) parents[left] = parents[left + 1] = place;
  });
  const places = order.flatMap((node, place) => (Object.hasOwn(categories, node) ? [place] : []));
  const codes = places.map(place => categories[order[place]!]!);
  const starts = [0];
  for (const {length} of codes) starts.push(starts.at(-1)! + length);
  return jsonObject({
    base_weights: floats(of(value)),
    categories: JSON.stringify(codes.flat()),
    categories_nodes: JSON.stringify(places),
    categories_segments: JSON.stringify(starts.slice(0, -1)),
    categories_sizes: JSON.stringify(codes.map(({length}) => length)),
    default_left: JSON.stringify(of(tree.missingLeft)),
    id: String(t),
    left_children: JSON.stringify(children),
    loss_changes: floats(of(tree.gain).map(Math.fround)),
    parents: JSON.stringify(parents),
    right_children: JSON.stringify(children.map(left => (left < 0 ? -1 : left + 1))),
    split_conditions: floats(order.map(node => (feature[node]! < 0 ? value : threshold)[node]!)),
    split_indices: JSON.stringify(of(feature).map(j => Math.max(0, j))),
    split_type: JSON.stringify(order.map(node => (Object.hasOwn(categories, node) ? 1 : 0))),
    sum_hessian: floats(of(tree.cover)),
    tree_param: JSON.stringify({
      num_deleted: "0",
      num_feature: String(features),
      num_nodes: String(feature.length),
      size_leaf_vector: "0",
    }),
  });
}

/**
 * Nodes from the root down, and the place of each one's left child, -1 at a leaf. XGBoost predicts with the right
 * child next to the left one, whatever right_children says.
 */
function byDepth({feature, left, right}: Tree): {readonly order: number[]; readonly children: number[]} {
  const order = [0];
  const children: number[] = [];
  // A for-of loop goes on over what is pushed on the way.
  for (const node of order) {
    const leaf = feature[node]! < 0;
    children.push(leaf ? -1 : order.length);
    if (!leaf) order.push(left[node]!, right[node]!);
  }
  return {order, children};
}

/** XGBoost's parser wants a point or an exponent in what it is to take for a number with a fraction. */
const floats = (numbers: readonly number[]): string =>
  jsonList(
    numbers.map(x => {
      const text = singleText(x, "toXgboostJson");
      return /[.e]/.test(text) ? text : `${text}.0`;
    }),
  );
