import {createHash} from "node:crypto";
import {createRequire} from "node:module";
import {Ajv2020} from "ajv/dist/2020.js";
import {dayOf} from "../data/calendar.ts";
import {byCodeUnit} from "../data/event-log.ts";
import {DataError} from "../data-error.ts";
import {checkEvidence, type Evidence, type EvidenceOrigin, type EvidenceValue} from "../ledger/evidence.ts";
import type {Study} from "../study.ts";
import {type GlossaryEntry, glossaryOf} from "./glossary.ts";
import {type CardItem, SECTIONS} from "./sections.ts";

/** What makes a card that card and no other; nothing in it is measured by a clock. */
export type CardIdentity = {
  readonly run: string;
  /** Digest of the canonical rows of the snapshot. */
  readonly snapshot: string;
  /** Digest of the campaign contacts, where there are any. */
  readonly campaigns?: string;
  /** Digest of subscriptions and the study's own tables, where there are any. */
  readonly beside?: string;
  /** Digest of the model in use today, where the study names one. */
  readonly champion?: string;
  /** Digest of the study. */
  readonly study: string;
  /** Digest of the compiled library. */
  readonly library: string;
  /** Name and version of the package. */
  readonly package: string;
  readonly seed: number;
  /** The day that the card speaks for, YYYY-MM-DD. */
  readonly asOf: string;
  /** Day, YYYY-MM-DD, that the run was asked to be as of: what was known before it. Absent when all was. */
  readonly knownBefore?: string;
  /** Versions of the programs that made it, by name. */
  readonly engines: Readonly<Record<string, string>>;
};

export type CardInput = {
  readonly study: Study;
  readonly identity: CardIdentity;
  /** In any order. */
  readonly evidence: readonly Evidence[];
};

/** One answer on the card: the evidence, under the title of its item. */
export type CardEntry = {
  readonly id: string;
  readonly title: string;
  readonly value: EvidenceValue;
  readonly origin: EvidenceOrigin;
};

/** The card as data, what card.json holds and all that the page and the PDF show. */
export type Card = {
  readonly schemaVersion: "1";
  readonly study: {
    readonly name: string;
    readonly title: string;
    readonly owner: string;
    readonly contact: string;
  };
  readonly identity: CardIdentity;
  readonly sections: readonly {
    readonly id: string;
    readonly question: string;
    readonly items: readonly CardEntry[];
  }[];
  readonly glossary: readonly GlossaryEntry[];
};

/**
 * Puts the evidence of a run in the order of the card.
 * @throws DataError naming the evidence that is missing, unknown, recorded twice or of another form than its item.
 */
export function buildCard({study, identity, evidence}: CardInput): Card {
  dayOf(identity.asOf);
  const found = byId(evidence);
  const missing = SECTIONS.flatMap(section => section.items).filter(
    item => item.mandatory && !found.has(item.id),
  );
  if (missing.length > 0)
    throw new DataError(
      `card requires evidence that no cell recorded: ${missing.map(item => item.id).join(", ")}; record it, ` +
        `or record it as "not-applicable" with a reason and a name`,
    );
  const card: Card = {
    schemaVersion: "1",
    study: {name: study.name, title: study.title, owner: study.card.owner, contact: study.card.contact},
    identity: {...identity, engines: sorted(identity.engines)},
    sections: SECTIONS.map(({id, question, items}) => ({
      id,
      question,
      items: items.flatMap(item => {
        const record = found.get(item.id);
        return record === undefined ? [] : [entryOf(item, record)];
      }),
    })),
    glossary: glossaryOf(study.card.glossary),
  };
  checkCard(card);
  return card;
}

/** The bytes of card.json: the same card gives the same text. */
export const cardJson = (card: Card): string => `${JSON.stringify(card, null, 2)}\n`;

/** sha256 of card.json, hex: what the page and every page of the PDF carry in their foot. */
export const cardDigest = (card: Card): string => createHash("sha256").update(cardJson(card)).digest("hex");

/**
 * Checks a card, read from a file say, against its schema.
 * @throws DataError naming the place in the card and what is wrong there.
 */
export function checkCard(card: unknown): asserts card is Card {
  // The schema is a file of the package, so that other tools can read it; a module is how src and dist both find it.
  const schema: object = createRequire(import.meta.url)("../../templates/card/card.schema.json");
  const validate = new Ajv2020({allowUnionTypes: true}).compile(schema);
  if (validate(card)) return;
  const error = validate.errors?.[0];
  throw new DataError(`card: ${error?.instancePath || "/"} ${error?.message}, see card.schema.json`);
}

function byId(evidence: readonly Evidence[]): Map<string, Evidence> {
  const items = new Map(SECTIONS.flatMap(section => section.items).map(item => [item.id, item]));
  const found = new Map<string, Evidence>();
  for (const record of evidence) {
    const item = items.get(record.id);
    if (item === undefined)
      throw new DataError(
        `card has no place for evidence ${JSON.stringify(record.id)} of ${cellOf(record)}; correct the id`,
      );
    const earlier = found.get(record.id);
    if (earlier !== undefined)
      throw new DataError(
        `card requires one record of ${record.id}, got two, of ${cellOf(earlier)} and of ${cellOf(record)}; ` +
          "remove one",
      );
    checkForm(item, record);
    found.set(record.id, record);
  }
  return found;
}

function checkForm({id, kind}: CardItem, record: Evidence): void {
  const {value} = record;
  checkEvidence(id, value);
  if (value.kind !== kind && value.kind !== "not-applicable")
    throw new DataError(`card requires ${id} to be a ${kind}, got a ${value.kind} of ${cellOf(record)}`);
  if (value.kind !== "table") return;
  const short = value.rows.findIndex(row => row.length !== value.columns.length);
  if (short >= 0)
    throw new DataError(
      `card requires ${value.columns.length} cells in each row of ${id}, got ${value.rows[short]!.length} ` +
        `in row ${short + 1} of ${cellOf(record)}`,
    );
}

const cellOf = ({origin}: Evidence): string => `${origin.notebook} cell ${origin.cell}`;

const entryOf = ({id, title}: CardItem, {value, origin}: Evidence): CardEntry => ({
  id,
  title,
  value,
  origin: {notebook: origin.notebook, cell: origin.cell, cellDigest: origin.cellDigest},
});

const sorted = (record: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => byCodeUnit(a, b)));
