import {createHash} from "node:crypto";
import {decodePDFRawStream, PDFArray, PDFDict, PDFDocument, PDFName, type PDFRawStream} from "pdf-lib";
import {expect, test} from "vitest";
import {openBrowser, printPdf} from "../../src/bin/browser.ts";
import {normalisePdf} from "../../src/card/pdf.ts";

const page = (words: string) =>
  `<!doctype html><html lang="en"><title>Two pages</title><h1>${words}</h1><h2 style="break-before:page">Second</h2><table><tr><th scope="col">A<tr><td>1</table></html>`;
const attachment = {
  name: "card.json",
  bytes: Buffer.from('{"a": 1}\n'),
  mimeType: "application/json",
  description: "All as data",
};
const options = {asOf: "2026-07-14", title: "Two pages", attachments: [attachment]};
const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("normalisePdf(printPdf(html, browser), options) gives the same bytes for the same page, however often printed", async () => {
  const browser = await openBrowser();
  try {
    const first = await printPdf(page("One"), browser);
    // Another page in between moves Chromium's count of nodes on.
    await printPdf(page("Other"), browser);
    const [second, third] = await Promise.all([
      printPdf(page("One"), browser),
      new Promise<void>(done => setTimeout(done, 1100)).then(() => printPdf(page("One"), browser)),
    ]);
    expect(digestOf(third)).not.toBe(digestOf(first));
    const digests = await Promise.all(
      [first, second, third].map(async raw => digestOf(await normalisePdf(raw, options))),
    );
    expect(new Set(digests).size).toBe(1);
    const other = await normalisePdf(await printPdf(page("Other"), browser), options);
    expect(digestOf(other)).not.toBe(digests[0]);
  } finally {
    await browser.close();
  }
});

test("normalisePdf(raw, options) keeps tags and outline, dates the file by asOf and holds the attachment", async () => {
  const browser = await openBrowser();
  const raw = await printPdf(page("One"), browser).finally(() => browser.close());
  const document = await PDFDocument.load(await normalisePdf(raw, options), {updateMetadata: false});
  expect(document.getPageCount()).toBe(2);
  expect(document.getTitle()).toBe("Two pages");
  expect(document.getCreationDate()?.toISOString()).toBe("2026-07-14T00:00:00.000Z");
  expect(document.getModificationDate()?.toISOString()).toBe("2026-07-14T00:00:00.000Z");
  const {catalog} = document;
  expect(catalog.lookup(PDFName.of("MarkInfo"), PDFDict).toString()).toContain("/Marked true");
  expect(catalog.has(PDFName.of("StructTreeRoot"))).toBe(true);
  expect(catalog.has(PDFName.of("Outlines"))).toBe(true);
  const file = catalog.lookup(PDFName.of("AF"), PDFArray).lookup(0, PDFDict);
  expect(file.get(PDFName.of("AFRelationship"))).toBe(PDFName.of("Source"));
  const stream = file.lookup(PDFName.of("EF"), PDFDict).lookup(PDFName.of("F")) as PDFRawStream;
  expect(Buffer.from(decodePDFRawStream(stream).decode())).toEqual(attachment.bytes);
});

test("normalisePdf(raw, options) refuses a file that Chromium did not write", async () => {
  const foreign = await (await PDFDocument.create()).save();
  await expect(normalisePdf(foreign, options)).rejects.toThrow(
    "normalisePdf requires a creation and a change date, got 0",
  );
});
