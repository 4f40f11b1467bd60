import type {FeatureDeclaration} from "../study.ts";

/** Days since the last event of each type; the types in the order given. */
export const sinceFeatures = (types: readonly string[]): FeatureDeclaration[] =>
  types.map(of => ({
    ...{name: `since_${nameOf(of)}`, title: `Days since the last ${of.replace(/[_-]+/g, " ")}`},
    ...{unit: "days", of, measure: "recency", actionable: false},
  }));

/** What past campaigns did: contacts in number, how long ago, and the share outside the control group. */
export const campaignFeatures = (): FeatureDeclaration[] => {
  const plain = {of: "campaign:contact", actionable: true} as const;
  return [
    {...plain, name: "contacts", title: "Campaign contacts so far", unit: "contacts", measure: "count"},
    {
      ...plain,
      name: "since_contact",
      title: "Days since the last campaign contact",
      unit: "days",
      measure: "recency",
    },
    {
      ...{...plain, name: "contacts_treated", title: "Share of contacts with an offer", unit: "share"},
      ...{of: "campaign:treated", measure: "ratio", against: "campaign:contact"},
    },
  ];
};

/** Where in the year the cutoff lies. These are calendar features: off its cadence a model with them is not to be asked. */
export const seasonFeatures = (): FeatureDeclaration[] => {
  const plain = {of: "cutoff", actionable: false} as const;
  return [
    {...plain, name: "year_sine", title: "Season, spring to autumn", unit: "−1 to 1", measure: "yearSine"},
    {
      ...plain,
      name: "year_cosine",
      title: "Season, winter to summer",
      unit: "−1 to 1",
      measure: "yearCosine",
    },
    {...plain, name: "to_month_end", title: "Days to the next month", unit: "days", measure: "toMonthEnd"},
    {
      ...plain,
      name: "to_quarter_end",
      title: "Days to the next quarter",
      unit: "days",
      measure: "toQuarterEnd",
    },
  ];
};

/** An event type as part of a feature's name: lower case, whatever is no letter or digit an underscore. */
export const nameOf = (of: string): string =>
  of
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "") || "event";
