import {NODE_BYTES} from "./memory.ts";
import {EVERY_NUMBER, type Tree} from "./tree.ts";

/** What of the training is needed to read a tree out of its memory. */
export type Growth = {
  readonly view: DataView;
  /** Address of the root; each node takes NODE_BYTES. */
  readonly nodes: number;
  readonly hessianScale: number;
  /** Cuts of each feature; undefined for a category. */
  readonly cuts: readonly (readonly number[] | undefined)[];
};

// Offsets in a node, as wasm/node.as.ts has them.
const COUNT = 4;
const TOTAL = 8;
const LEFT = 24;
const RIGHT = 28;
const VALUE = 36;
const FEATURE = 48;
const CUT = 52;
const MISSING_LEFT = 56;
const SET = 88;
const GAIN = 144;

type Columns = {
  -readonly [name in keyof Tree]: Tree[name] extends readonly (infer Item)[] ? Item[] : Tree[name];
};

/** The tree that the program has just grown, its nodes in the order of the file. */
export function readTree({view, nodes, hessianScale, cuts}: Growth): Tree {
  const sets: {[node: number]: number[]} = {};
  const tree: Columns = {
    feature: [],
    threshold: [],
    categories: sets,
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    gain: [],
    cover: [],
    rows: [],
  };
  const copy = (number: number): number => {
    const at = nodes + number * NODE_BYTES;
    const leftChild = view.getUint32(at + LEFT, true);
    const inner = leftChild !== 0;
    const node = tree.feature.length;
    const feature = inner ? view.getInt32(at + FEATURE, true) : -1;
    tree.feature.push(feature);
    tree.threshold.push(inner ? thresholdOf(cuts[feature], view.getInt32(at + CUT, true)) : 0);
    tree.missingLeft.push(inner && view.getInt32(at + MISSING_LEFT, true) !== 0 ? 1 : 0);
    tree.left.push(0);
    tree.right.push(0);
    tree.value.push(inner ? 0 : view.getFloat32(at + VALUE, true) + 0);
    tree.gain.push(inner ? view.getFloat64(at + GAIN, true) : 0);
    tree.cover.push(Math.fround(view.getUint32(at + TOTAL, true) / hessianScale));
    tree.rows.push(view.getUint32(at + COUNT, true));
    if (!inner) return node;
    if (cuts[feature] === undefined) sets[node] = codesOf(view, at + SET);
    tree.left[node] = copy(leftChild);
    tree.right[node] = copy(view.getUint32(at + RIGHT, true));
    return node;
  };
  copy(0);
  return tree;
}

/** The cut of that number; past the last one every number goes left. */
const thresholdOf = (cuts: readonly number[] | undefined, cut: number): number =>
  cuts === undefined ? 0 : (cuts[cut] ?? EVERY_NUMBER);

function codesOf(view: DataView, set: number): number[] {
  const codes: number[] = [];
  for (let code = 0; code < 256; code++)
    if ((view.getUint8(set + (code >> 3)) >> (code & 7)) & 1) codes.push(code);
  return codes;
}
