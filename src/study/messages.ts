import Mustache from "mustache";
import {DataError} from "../data-error.ts";

/** What a template may name; the tool that sends the message fills it in. */
export const MESSAGE_FIELDS = ["customer", "offer", "contact_on", "sender"] as const;
export type MessageFields = Readonly<Partial<Record<(typeof MESSAGE_FIELDS)[number], string>>>;

/** Name of the message for customers without a reason that a team can act on. */
export const GENERAL = "general";

/** Words that tell a customer of the score, or claim a cause. */
const FORBIDDEN =
  /\b(scores?|risk\w*|churn\w*|predict\w*|probabilit\w*|likel(?:y|ihood)|algorithms?|our models?|because|due to|leaving us|about to leave)\b/i;

/**
 * Checks a text for customers: it names only {@link MESSAGE_FIELDS}, tells no score and claims no cause.
 * @throws DataError naming the template and what is wrong in it.
 */
export function checkTemplate(name: string, template: string): void {
  const refuse = (what: string): never => {
    throw new DataError(`messages.${name} ${what}; correct the template`);
  };
  let tokens: unknown[][] = [];
  try {
    tokens = Mustache.parse(template) as unknown[][];
  } catch (error) {
    refuse(`is no mustache template (${error instanceof Error ? error.message : error})`);
  }
  for (const [kind, field] of tokens) {
    if (kind === "text" || kind === "!") continue;
    if (kind !== "name" && kind !== "&")
      refuse(`requires plain fields, got a section or partial ${String(field)}`);
    if (!(MESSAGE_FIELDS as readonly unknown[]).includes(field))
      refuse(`requires fields among ${MESSAGE_FIELDS.join(", ")}, got ${String(field)}`);
  }
  const word = FORBIDDEN.exec(template)?.[0];
  if (word !== undefined)
    refuse(`requires words that tell the customer no score and no cause, got ${JSON.stringify(word)}`);
}

/**
 * Checks texts by name of a feature, or {@link GENERAL}.
 * @throws DataError as {@link checkTemplate} does, and for one of a feature that no team can act on.
 */
export function checkMessages(
  templates: Readonly<Record<string, string>>,
  features: readonly {readonly name: string; readonly actionable?: boolean}[],
): void {
  for (const [name, template] of Object.entries(templates)) {
    checkTemplate(name, template);
    const feature = features.find(own => own.name === name);
    if (name !== GENERAL && !feature?.actionable)
      throw new DataError(
        `messages.${name} ${feature ? "is of a feature that no team can act on" : "is no feature of the study"}; ` +
          `name an actionable feature, or "${GENERAL}"`,
      );
  }
}
