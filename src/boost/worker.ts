import {workerData} from "node:worker_threads";
import {type Crewmate, work} from "./work.ts";

// A thread of a training: waits for orders until it is told to stop.
work(workerData as Crewmate);
