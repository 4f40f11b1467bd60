import Mustache from "mustache";
import {DataError} from "../../data-error.ts";
import type {CustomerReasons} from "../../explain/reasons.ts";
import {checkMessages, checkTemplate, GENERAL, type MessageFields} from "../../study/messages.ts";
import type {FeatureDeclaration} from "../../study.ts";

/**
 * Texts where neither the study nor the user gives one, by what the feature counts: the first whose pattern its event
 * type or name fits. They ask or offer something; none tells the customer a score, or why the customer does anything.
 */
const DEFAULTS: readonly {readonly fits: RegExp; readonly text: string}[] = [
  {
    fits: /ticket|support|complain|case|return/i,
    text: "Hello {{customer}}, you have been in touch with our support. Is everything settled? Reply to this message and a person will look after it. {{sender}}",
  },
  {
    fits: /e?mail|newsletter|message|open|click/i,
    text: "Hello {{customer}}, which of our news would you like to get, and how often? Reply with a word and we will change it. {{sender}}",
  },
  {
    fits: /visit|session|login|app/i,
    text: "Hello {{customer}}, here is what is new since you last looked in. {{sender}}",
  },
  {
    fits: /purchase|order|basket|spend|discount|price/i,
    text: "Hello {{customer}}, we have put something aside for you: have a look when it suits you. {{sender}}",
  },
];
const GENERAL_TEXT =
  "Hello {{customer}}, how could we make this more useful to you? We read every reply. {{sender}}";

/** The default text for a feature. */
export function defaultTemplate({name, of}: Pick<FeatureDeclaration, "name" | "of">): string {
  const about = [[of].flat().join(" "), name];
  for (const text of about) {
    const found = DEFAULTS.find(({fits}) => fits.test(text));
    if (found) return found.text;
  }
  return GENERAL_TEXT;
}

/**
 * A message for a customer, as plain text.
 * @throws DataError for a template that {@link checkTemplate} refuses, or a field that is not given.
 */
export function renderMessage(template: string, fields: MessageFields): string {
  checkTemplate("template", template);
  const named = (Mustache.parse(template) as unknown[][]).flatMap(([kind, field]) =>
    kind === "name" || kind === "&" ? [String(field)] : [],
  );
  const missing = named.find(field => !(field in fields));
  if (missing !== undefined) throw new DataError(`renderMessage requires ${missing}, which is not given`);
  return Mustache.render(template, fields, {}, {escape: String});
}

/** What to say to some customers. */
export type Message = {
  /** Name of the first feature, in the order of the study, that it is about, or {@link GENERAL}. */
  readonly name: string;
  /** The reason group of the feature as readers know it: "Frequency of tickets". */
  readonly title: string;
  /** Places of the customers, in the order given. */
  readonly customers: readonly number[];
  readonly template: string;
  /** Where the text comes from. */
  readonly source: "own" | "default";
};

/**
 * A message for each customer, by the largest reason that raises the risk and that a team can act on: none but those is
 * something to talk about. Customers whose reasons are of one group get one message; those without a reason, the general.
 * @param templates texts of the study's own by name of a feature, or {@link GENERAL}; of several in one reason group the
 * first in the order of the study counts.
 * @returns the most frequent message first, of equals by the order of the features, the general one last.
 * @throws DataError as {@link checkMessages} does.
 */
export function planMessages(
  reasons: readonly Pick<CustomerReasons, "actions">[],
  {
    features,
    templates = {},
  }: {
    readonly features: readonly FeatureDeclaration[];
    readonly templates?: Readonly<Record<string, string>>;
  },
): Message[] {
  checkMessages(templates, features);
  const place = (name: string) => features.findIndex(own => own.name === name);
  const found = new Map<string, {names: Set<string>; customers: number[]}>();
  reasons.forEach(({actions: [first]}, i) => {
    const title = first?.group ?? NOTHING;
    const own = found.get(title) ?? {names: new Set<string>(), customers: []};
    found.set(title, own);
    own.customers.push(i);
    own.names.add(first?.feature ?? GENERAL);
  });
  return [...found]
    .map(([title, {names, customers}]): Message => {
      const ordered = [...names].sort((a, b) => place(a) - place(b));
      const own = ordered.find(name => name in templates);
      const name = own ?? ordered[0]!;
      const feature = features[place(name)];
      const template =
        own === undefined ? (feature ? defaultTemplate(feature) : GENERAL_TEXT) : templates[own]!;
      return {name, title, customers, template, source: own === undefined ? "default" : "own"};
    })
    .sort(
      (a, b) =>
        Number(a.name === GENERAL) - Number(b.name === GENERAL) ||
        b.customers.length - a.customers.length ||
        place(a.name) - place(b.name),
    );
}

const NOTHING = "Nothing that a team can influence";
