import {decimal, percent} from "../figures.ts";

/** Names of groups as people read them; a group without a name of its own keeps it. */
const GROUP_WORDS: Readonly<Record<string, string>> = {
  "target-treated": "high risk, contacted",
  "target-control": "high risk, left alone",
  "random-treated": "others, contacted at random",
  untouched: "others, left alone",
  treated: "contacted",
  control: "left alone",
};

export const groupWords = (name: string): string => GROUP_WORDS[name] ?? name;

type Bounds = {readonly value: number; readonly low: number; readonly high: number};

/** Percentage points with their interval: "−2.1 (−4.4 to 0.3)". */
export const points = ({value, low, high}: Bounds): string =>
  `${decimal(100 * value, 1)} (${decimal(100 * low, 1)} to ${decimal(100 * high, 1)})`;

/** A level as a percentage with no more digits than it needs: 0.95 is "95%", 0.9917 is "99.2%". */
export const levelText = (level: number): string => percent(level).replace(".0%", "%");

export const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
