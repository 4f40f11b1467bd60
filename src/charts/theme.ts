import type {EvidenceValue} from "../ledger/evidence.ts";

/** A picture with its title and alternative text, as evidence. */
export type Chart = Extract<EvidenceValue, {readonly kind: "chart"}>;
