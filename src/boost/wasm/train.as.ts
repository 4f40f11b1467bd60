// The program that trains: binning, then tree after tree. Each thread has an instance of its own on one memory.

export {configure} from "./job.as";
export {assignBins, assignCodes, countMissing, findInfinite, findNoCode, layCuts, transpose} from "./bin.as";
export {growTree} from "./grow.as";
export {tuneTree} from "./tune.as";
export {exp, log} from "./math.as";
// Kernels that run long are exported to stay functions of their own.
export {addAll, addSome, addHistogram, subtractHistogram} from "./histogram.as";
export {differentiate, addMagnitudes, quantise} from "./gradient.as";
export {partNumber, partCategory, addSides, addLeaf} from "./partition.as";
export {splitNumber, splitCategory} from "./split.as";
