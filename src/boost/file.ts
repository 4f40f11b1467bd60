import type {Boost, BoostFeature, BoostParameters} from "./boost.ts";
import {CATEGORY_LIMIT, type Tree} from "./tree.ts";

export const BOOST_FORMAT = "churnbook-boost";
/** Raised when a reader of the version before would take a file wrongly. */
export const BOOST_VERSION = 1;

/** What made the trees; raised when the same data, parameters and seed may give others. */
const ENGINE = {name: "churnbook", version: "1"};

const README = {
  margin: "A row's margin is baseMargin plus the value of the leaf that it falls into, over all trees.",
  objective:
    "logistic: the margin is the natural logarithm of the odds, the probability is 1 / (1 + exp(-margin)); " +
    "squared: the margin is the prediction, in the unit of the labels; custom: the margin is what the gradient " +
    "of its user made it.",
  tree:
    "Parallel arrays with one entry a node. Node 0 is the root; a node's left subtree stands right after it and " +
    "its right subtree after that. feature is a place in features, counted from 0, or -1 at a leaf; left and " +
    "right are the children, 0 at a leaf.",
  number:
    "Rounded to single precision, a value less than threshold goes left, any other right. The threshold " +
    "3.4028235e+38 lies above all numbers, so that all of them go left.",
  category: "categories lists by node the codes that go right; any other code goes left, known or not.",
  missing: "A missing value goes left where missingLeft is 1, right where it is 0.",
  value: "What a leaf adds to the margin, the learning rate included.",
  gain: "By how much the split lowered twice the regularised loss of the training rows.",
  cover: "Sum of the hessians of the training rows that reached the node.",
  rows: "Training rows that reached the node; 0 all over when not known.",
  features:
    "bins: of a number the cuts between its bins, each the lower end of the next bin; of a category the codes " +
    "that training saw. missing: training rows without a value.",
  precision:
    "baseMargin, threshold, value, cover and cuts are single precision, written with the fewest digits that " +
    "round to them.",
};

/**
 * The model as one JSON text that explains itself: its `readme` says how to predict with it. Equal models give
 * equal bytes; a feature and a tree take one line each, so that two files can be compared line by line.
 * @throws RangeError for a number that is not finite, or not single precision where {@link Boost} asks for it.
 */
export function boostFile(model: Boost): string {
  const {parameters} = model;
  return `${jsonObject(
    {
      format: JSON.stringify(BOOST_FORMAT),
      version: numberText(BOOST_VERSION),
      engine: JSON.stringify(ENGINE),
      readme: jsonObject(
        mapFields(README, line => JSON.stringify(line)),
        "\n",
      ),
      objective: JSON.stringify(model.objective),
      baseMargin: singleText(model.baseMargin, "boostFile"),
      seed: numberText(model.seed),
      parameters: jsonObject({
        ...Object.fromEntries(
          PARAMETERS.map(key => [
            key,
            key === "growth" ? `"${parameters.growth}"` : numberText(parameters[key]),
          ]),
        ),
        monotone: jsonObject(mapFields(monotoneOf(parameters, model.features), numberText)),
      }),
      training: jsonObject({
        rows: numberText(model.training.rows),
        tuneLoss: jsonList(model.training.tuneLoss.map(numberText)),
        notes: JSON.stringify(model.training.notes),
      }),
      features: jsonList(model.features.map(featureText), "\n"),
      trees: jsonList(model.trees.map(treeText), "\n"),
    },
    "\n",
  )}\n`;
}

/** In the order of the file. */
const PARAMETERS = [
  "trees",
  "growth",
  "depth",
  "leaves",
  "rate",
  "bins",
  "l1",
  "l2",
  "categoryL2",
  "minChildWeight",
  "minGain",
  "rowSample",
  "columnSample",
  "nodeColumnSample",
  "positiveWeight",
] as const;

/** In the order of the features, so that the order in which they were given makes no other file. */
const monotoneOf = ({monotone}: BoostParameters, features: readonly BoostFeature[]) =>
  Object.fromEntries(
    features.flatMap(({name}) => (Object.hasOwn(monotone, name) ? [[name, monotone[name]!]] : [])),
  );

const featureText = ({name, kind, bins, missing}: BoostFeature): string =>
  jsonObject({
    name: JSON.stringify(name),
    kind: JSON.stringify(kind),
    bins: singlesText(bins),
    missing: numberText(missing),
  });

const treeText = (tree: Tree): string =>
  jsonObject({
    feature: jsonList(tree.feature.map(numberText)),
    threshold: singlesText(tree.threshold),
    categories: jsonObject(mapFields(tree.categories, codes => jsonList(codes.map(numberText)))),
    missingLeft: jsonList(tree.missingLeft.map(numberText)),
    left: jsonList(tree.left.map(numberText)),
    right: jsonList(tree.right.map(numberText)),
    value: singlesText(tree.value),
    gain: jsonList(tree.gain.map(numberText)),
    cover: singlesText(tree.cover),
    rows: jsonList(tree.rows.map(numberText)),
  });

const mapFields = <T>(fields: {readonly [key: string]: T}, text: (value: T) => string) =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, text(value)]));

/** JSON of an array, of the JSON of its entries; with `end`, one a line. */
export const jsonList = (texts: readonly string[], end = ""): string =>
  texts.length === 0 ? "[]" : `[${end}${texts.join(`,${end}`)}${end}]`;

/** JSON of an object, of the JSON of its fields. */
export const jsonObject = (texts: {readonly [key: string]: string}, end = ""): string => {
  const fields = Object.entries(texts).map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return fields.length === 0 ? "{}" : `{${end}${fields.join(`,${end}`)}${end}}`;
};

function numberText(x: number): string {
  if (!Number.isFinite(x)) throw new RangeError(`boostFile requires finite numbers, got ${x}`);
  return Object.is(x, -0) ? "-0" : String(x);
}

const singlesText = (numbers: readonly number[]): string =>
  jsonList(numbers.map(x => singleText(x, "boostFile")));

/**
 * The decimal with the fewest digits that rounds to the same single-precision number.
 * @throws RangeError in the name of `caller` when x is not a finite single-precision number.
 */
export function singleText(x: number, caller: string): string {
  if (!isSingle(x)) throw new RangeError(`${caller} requires finite single-precision numbers, got ${x}`);
  if (x === 0) return Object.is(x, -0) ? "-0" : "0";
  const rounds = (digits: number) => Math.fround(Number(x.toPrecision(digits))) === x;
  // Most numbers need 7 to 9 digits, and 9 are always enough.
  let digits = 7;
  while (!rounds(digits)) digits++;
  while (digits > 1 && rounds(digits - 1)) digits--;
  return String(Number(x.toPrecision(digits)));
}

const isSingle = (x: number): boolean => Number.isFinite(x) && Math.fround(x) === x;

/**
 * Reads what {@link boostFile} wrote; all of it is checked, so that what predicts or explains need not.
 * @throws RangeError that says what is wrong and where: not JSON, another format or version, a field that is
 * missing or of another kind, a number out of its range, or nodes that make no tree.
 */
export function readBoostFile(text: string): Boost {
  if (typeof text !== "string") throw new TypeError(`readBoostFile requires text, got ${typeof text}`);
  const file = record(parse(text), "a JSON object");
  if (file.format !== BOOST_FORMAT) refuse(`the format ${BOOST_FORMAT}`, file.format);
  if (file.version !== BOOST_VERSION)
    throw new RangeError(
      `readBoostFile requires ${BOOST_FORMAT} version ${BOOST_VERSION}, got version ${shown(file.version)}`,
    );
  const {objective} = file;
  if (objective !== "logistic" && objective !== "squared" && objective !== "custom")
    refuse("the objective logistic, squared or custom", objective);
  const features = array(file.features, "an array of features").map(readFeature);
  const names = new Set<string>();
  for (const {name} of features) {
    if (names.has(name)) refuse("features of different names", name, "twice");
    names.add(name);
  }
  const training = record(file.training, "training as an object");
  return {
    features,
    objective,
    baseMargin: single(file.baseMargin, "baseMargin"),
    trees: array(file.trees, "an array of trees").map((tree, t) => readTree(tree, t, features)),
    parameters: readParameters(file.parameters, features),
    seed: whole(file.seed, "seed", -Number.MAX_SAFE_INTEGER),
    training: {
      rows: whole(training.rows, "training.rows"),
      tuneLoss: array(training.tuneLoss, "training.tuneLoss as an array").map((loss, i) =>
        finite(loss, "tuneLoss", `in round ${i}`),
      ),
      notes: array(training.notes, "training.notes as an array").map(note => string(note, "notes as text")),
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RangeError(
      `readBoostFile requires JSON, got an error of its parser: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function readParameters(value: unknown, features: readonly BoostFeature[]): BoostParameters {
  const fields = record(value, "parameters as an object");
  const {growth} = fields;
  if (growth !== "depth" && growth !== "leaf") refuse("parameters.growth depth or leaf", growth);
  const monotone = record(fields.monotone, "parameters.monotone as an object");
  for (const [name, sign] of Object.entries(monotone)) {
    if (sign !== 1 && sign !== -1) refuse("monotone 1 or -1", sign, `for ${name}`);
    if (!features.some(feature => feature.name === name)) refuse("monotone to name features", name);
  }
  const numbers = PARAMETERS.map(key => [
    key,
    key === "growth" ? growth : atLeast0(finite(fields[key], `parameters.${key}`), `parameters.${key}`),
  ]);
  return {...Object.fromEntries(numbers), monotone};
}

function readFeature(value: unknown, j: number): BoostFeature {
  const place = `in feature ${j}`;
  const fields = record(value, "each feature as an object", place);
  const name = string(fields.name, "name as text", place);
  const {kind} = fields;
  if (kind !== "number" && kind !== "category") refuse("the kind number or category", kind, place);
  const given = array(fields.bins, "bins as an array", place);
  const bins = kind === "number" ? given.map(cut => single(cut, "a cut", place)) : codesOf(given, place);
  if (bins.some((cut, b) => b > 0 && cut <= bins[b - 1]!)) refuse("bins in ascending order", bins, place);
  return {name, kind, bins, missing: whole(fields.missing, "missing", 0, place)};
}

function readTree(value: unknown, t: number, features: readonly BoostFeature[]): Tree {
  const place = `in tree ${t}`;
  const fields = record(value, "each tree as an object", place);
  const nodes = array(fields.feature, "feature as an array", place).length;
  if (nodes === 0) refuse("a node or more", "none", place);
  const column = (key: string, requires: string, holds: (x: number) => boolean): number[] => {
    const numbers = array(fields[key], `${key} as an array`, place);
    if (numbers.length !== nodes) refuse(`${nodes} entries of ${key}`, numbers.length, place);
    const wrong = numbers.findIndex(x => typeof x !== "number" || !holds(x));
    if (wrong >= 0) refuse(`${key} to be ${requires}`, numbers[wrong], `at node ${wrong} of tree ${t}`);
    return numbers as number[];
  };
  const within = (key: string, first: number, end: number) =>
    column(key, `a whole number in [${first}, ${end})`, x => Number.isInteger(x) && x >= first && x < end);
  const singles = (key: string) => column(key, "a single-precision number", roundsToSingle).map(Math.fround);
  const tree: Tree = {
    feature: within("feature", -1, features.length),
    threshold: singles("threshold"),
    categories: Object.fromEntries(
      Object.entries(record(fields.categories, "categories as an object", place)).map(([node, given]) => {
        const at = `at node ${node} of tree ${t}`;
        const codes = codesOf(array(given, "categories as arrays", at), at);
        return codes.length > 0 ? [node, codes] : refuse("a category or more to go right", "none", at);
      }),
    ),
    missingLeft: within("missingLeft", 0, 2) as (0 | 1)[],
    left: within("left", 0, nodes),
    right: within("right", 0, nodes),
    value: singles("value"),
    gain: column("gain", "a finite number", Number.isFinite),
    cover: singles("cover"),
    rows: within("rows", 0, Number.MAX_SAFE_INTEGER),
  };
  requireOrder(tree, t);
  requireNodes(tree, t, features);
  return tree;
}

/** Each node but the root has one parent, which the order says: a node, its left subtree, its right subtree. */
function requireOrder({feature, left, right}: Tree, t: number): void {
  const order = "nodes in the order parent, left subtree, right subtree";
  // Parents whose right subtree is still to come, the last one next; none is left at the end, since a child
  // behind the last node is out of range.
  const open: number[] = [];
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! >= 0) {
      if (left[node] !== node + 1) refuse(order, `left child ${left[node]}`, `at node ${node} of tree ${t}`);
      open.push(node);
      continue;
    }
    const parent = open.pop();
    if (parent === undefined) {
      if (node < feature.length - 1)
        refuse("a parent for each node", `none for node ${node + 1}`, `of tree ${t}`);
    } else if (right[parent] !== node + 1)
      refuse(order, `right child ${right[parent]}`, `at node ${parent} of tree ${t}`);
  }
}

/** What does not belong to a node's kind is 0, or not there. */
function requireNodes(tree: Tree, t: number, features: readonly BoostFeature[]): void {
  const {feature, threshold, categories, left, right, value, gain, cover} = tree;
  feature.forEach((j, node) => {
    const place = `at node ${node} of tree ${t}`;
    const codes = Object.hasOwn(categories, node);
    const categorical = features[j]?.kind === "category";
    if (codes !== categorical)
      refuse("categories where a category splits, and nowhere else", codes ? "some" : "none", place);
    if (threshold[node] !== 0 && (j < 0 || categorical)) refuse("threshold 0", threshold[node], place);
    if (value[node] !== 0 && j >= 0) refuse("value 0 at a split", value[node], place);
    if (j < 0 && (gain[node] !== 0 || left[node] !== 0 || right[node] !== 0))
      refuse("gain, left and right 0 at a leaf", [gain[node], left[node], right[node]], place);
    // No row may have been drawn for a tree; nothing divides by the cover of a tree that is one leaf.
    if (!(cover[node]! > 0) && !(feature.length === 1 && cover[node] === 0))
      refuse("cover above 0", cover[node], place);
  });
  const stray = Object.keys(categories).find(node => !(Number(node) < feature.length));
  if (stray !== undefined) refuse("categories of nodes", `node ${stray}`, `of tree ${t}`);
}

function codesOf(values: readonly unknown[], place: string): number[] {
  const codes = values.map(code => whole(code, "a category", 0, place));
  const wrong = codes.find((code, k) => code >= CATEGORY_LIMIT || (k > 0 && code <= codes[k - 1]!));
  if (wrong !== undefined) refuse(`ascending categories in [0, ${CATEGORY_LIMIT})`, wrong, place);
  return codes;
}

function refuse(requires: string, got: unknown, place = ""): never {
  throw new RangeError(
    `readBoostFile requires ${requires}, got ${typeof got === "string" ? got : shown(got)}${place && ` ${place}`}`,
  );
}

/** In one short line. */
const shown = (value: unknown): string =>
  value === undefined ? "none" : (JSON.stringify(value) ?? String(value)).slice(0, 80);

function record(value: unknown, requires: string, place = ""): {readonly [key: string]: unknown} {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(requires, value, place);
  return value as {readonly [key: string]: unknown};
}

const array = (value: unknown, requires: string, place = ""): readonly unknown[] =>
  Array.isArray(value) ? value : refuse(requires, value, place);

const string = (value: unknown, requires: string, place = ""): string =>
  typeof value === "string" ? value : refuse(requires, value, place);

const finite = (value: unknown, name: string, place = ""): number =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse(`${name} finite`, value, place);

const atLeast0 = (value: number, name: string): number =>
  value >= 0 ? value : refuse(`${name} 0 or more`, value);

const whole = (value: unknown, name: string, least = 0, place = ""): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least
    ? value
    : refuse(`${name} a whole number${least === 0 ? " from 0 on" : ""}`, value, place);

const single = (value: unknown, name: string, place = ""): number =>
  typeof value === "number" && roundsToSingle(value)
    ? Math.fround(value)
    : refuse(`${name} a single-precision number`, value, place);

/** Single precision, or the decimal that is written for one. */
const roundsToSingle = (x: number): boolean =>
  isSingle(x) ||
  (Number.isFinite(Math.fround(x)) && Number(singleText(Math.fround(x), "readBoostFile")) === x);
