import type {WhatIf} from "../../src/ledger/evidence.ts";

type Bounds = {readonly value: number; readonly low: number; readonly high: number};

/** Figures that a reader tries; `share` is a place among the shares. */
export type Tried = WhatIf["figures"] & {readonly share: number};

export type Outlook = {
  readonly fraction: number;
  readonly contacted: number;
  readonly churners: number;
  readonly reached: Bounds;
  readonly lift: Bounds;
  readonly ceiling: number;
  readonly model: Bounds;
  readonly random: number;
  readonly best: {readonly fraction: number; readonly from: number; readonly to: number};
  readonly points: readonly (Bounds & {readonly fraction: number})[];
};

/** The functions of the page's script that compute. */
export const {decimal, percent, studyOf, outlook, advice, drawing} = (await import(
  new URL("../../templates/card/what-if.js", import.meta.url).href
)) as {
  readonly decimal: (value: number, digits?: number) => string;
  readonly percent: (share: number) => string;
  readonly studyOf: (data: WhatIf) => Tried;
  readonly outlook: (data: WhatIf, tried: Tried) => Outlook;
  readonly advice: (data: WhatIf, found: Outlook) => string;
  readonly drawing: (data: WhatIf, found: Outlook, study: Outlook, width: number) => string;
};
