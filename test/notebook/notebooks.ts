import type {CodeCell, Metadata, Notebook} from "../../src/notebook/document.ts";

export const codeCell = (id: string, source: string, metadata: Metadata = {}): CodeCell => ({
  cell_type: "code",
  id,
  metadata,
  source,
  outputs: [],
  execution_count: null,
});

export const notebookOf = (...cells: readonly CodeCell[]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells,
});

/** Code that emits a record through the kernel's own display. */
export const emits = (id: string, value: number): string =>
  `import * as tslab from "tslab";
tslab.display.raw("application/vnd.churnbook.evidence+json", {id: "${id}", value: {kind: "number", value: ${value}}} as any);`;
