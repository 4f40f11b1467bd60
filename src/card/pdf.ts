import {createHash} from "node:crypto";
import {AFRelationship, PDFDocument, PDFHexString} from "pdf-lib";
import {dayOf} from "../data/calendar.ts";
import {byCodeUnit} from "../data/event-log.ts";

export type PdfAttachment = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly description: string;
};

export type PdfOptions = {
  /** The day that the file bears, YYYY-MM-DD, at 00:00 UTC. */
  readonly asOf: string;
  readonly title: string;
  /** Files inside the PDF, as its sources. */
  readonly attachments: readonly PdfAttachment[];
};

const PRODUCER = "churnbook (Skia/PDF, pdf-lib)";
const CREATOR = "churnbook";
const ID_DIGITS = 32;

/**
 * Takes from a PDF printed by Chromium what differs from one printing to the next, and attaches files: both dates
 * become `asOf`, ids of the structure tree count from one, /ID follows from the contents.
 * @throws RangeError when the file is not as Chromium writes it.
 */
export async function normalisePdf(
  raw: Uint8Array,
  {asOf, title, attachments}: PdfOptions,
): Promise<Uint8Array> {
  const date = dateAt(asOf);
  const fixed = renumber(patchDates(Buffer.from(raw).toString("latin1"), asOf));
  const document = await PDFDocument.load(Buffer.from(fixed, "latin1"), {updateMetadata: false});
  document.setTitle(title, {showInWindowTitleBar: true});
  document.setLanguage("en");
  document.setProducer(PRODUCER);
  document.setCreator(CREATOR);
  document.setCreationDate(date);
  document.setModificationDate(date);
  for (const {name, bytes, mimeType, description} of attachments)
    await document.attach(bytes, name, {
      mimeType,
      description,
      creationDate: date,
      modificationDate: date,
      afRelationship: AFRelationship.Source,
    });
  await document.flush();
  const hash = createHash("sha256").update(fixed, "latin1").update(title);
  for (const {name, bytes} of attachments) hash.update(name).update(bytes);
  const id = PDFHexString.of(hash.digest("hex").slice(0, ID_DIGITS));
  document.context.trailerInfo.ID = document.context.obj([id, id]);
  return document.save({useObjectStreams: false, updateFieldAppearances: false, addDefaultPage: false});
}

// In place and of the same length: the table of offsets stays right.
function patchDates(pdf: string, asOf: string): string {
  let patched = 0;
  const stamp = asOf.replaceAll("-", "");
  const fixed = pdf.replace(
    /\/(CreationDate|ModDate) \(D:\d{14}(?=[+-]\d\d'\d\d'\)|Z\))/g,
    (_, key: string) => {
      patched++;
      return `/${key} (D:${stamp}000000`;
    },
  );
  if (patched !== 2)
    throw new RangeError(`normalisePdf requires a creation and a change date, got ${patched}`);
  return fixed;
}

// Chromium counts the nodes of its pages on from one document to the next. Numbering them by rank keeps the order,
// and so the sorted tree of ids in the file stays sorted.
function renumber(pdf: string): string {
  const ids = [...new Set(pdf.match(/\bnode\d{8}\b/g))].sort(byCodeUnit);
  const renamed = new Map(ids.map((id, i) => [id, `node${String(i + 1).padStart(8, "0")}`]));
  return pdf.replace(/\bnode\d{8}\b/g, id => renamed.get(id)!);
}

const MILLISECONDS_A_DAY = 86_400_000;
const dateAt = (day: string): Date => new Date(dayOf(day) * MILLISECONDS_A_DAY);
