import type {EvidenceValue} from "../ledger/evidence.ts";

/** What a campaign page can show: evidence without what belongs to a card alone. */
export type CampaignValue = Extract<EvidenceValue, {kind: "text" | "list" | "number" | "table" | "chart"}>;

export type CampaignItem = {readonly id: string; readonly title: string; readonly value: CampaignValue};

/** A campaign as its page shows it: plain data, the same page for the same data. */
export type CampaignPage = {
  readonly title: string;
  /** Day, YYYY-MM-DD, that the page speaks for. */
  readonly asOf: string;
  /** Words under the title. */
  readonly byline: readonly string[];
  /** The finding in a paragraph or two, above all else. */
  readonly lead: string;
  /** Numbers beside it. */
  readonly figures: readonly CampaignItem[];
  readonly sections: readonly {
    readonly id: string;
    readonly question: string;
    readonly items: readonly CampaignItem[];
  }[];
  /** What the page was made from, by name: digests of the plan, the data and the library. */
  readonly sources: Readonly<Record<string, string>>;
};
