// A node of the tree in growth. The record of its best split lies in the middle, laid out as in a thread's scratch.

export const NODE_BYTES: usize = 192;
export const START: usize = 0; // u32: its rows are order[start .. start + count)
export const COUNT: usize = 4; // u32
export const TOTAL: usize = 8; // i64: packed sum of gradients and hessians
export const SLOT: usize = 16; // i32: of its histogram
export const DEPTH: usize = 20; // i32
export const LEFT: usize = 24; // u32: number of the left child, 0 at a leaf
export const RIGHT: usize = 28; // u32
export const KEY: usize = 32; // u32: of its random numbers
export const VALUE: usize = 36; // f32
export const BEST_SPLIT: usize = 40;
export const BOUND_LOW: usize = 128; // f64: bounds of its weight
export const BOUND_HIGH: usize = 136; // f64
export const GAIN: usize = 144; // f64: of the best split, 0 or less when it is not worth making

// In the record of a split.
export const BEST_BYTES: usize = 88;
export const SCORE: usize = 0; // f64
export const FEATURE: usize = 8; // i32
export const CUT: usize = 12; // i32
export const MISSING_LEFT: usize = 16; // i32
export const LEFT_SUM: usize = 24; // i64
export const LEFT_WEIGHT: usize = 32; // f64
export const RIGHT_WEIGHT: usize = 40; // f64
export const SET: usize = 48; // 32 bytes: a bit for each code that goes right

export const COLUMN_BYTES: usize = 16;
