import {parentPort, workerData} from "node:worker_threads";
import {type Draws, drawStatistics} from "./bootstrap.ts";

// A thread of a bootstrap: makes its draws and ends.
const drawn = drawStatistics(workerData as Draws);
parentPort?.postMessage(drawn, [drawn.buffer as ArrayBuffer]);
