import {DataError} from "../data-error.ts";
import {type CodeCell, hasTag, type Notebook, sourceOf} from "./document.ts";

/** Values given to a notebook from outside, by the name of the variable. */
export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** Id and tag of the cell that sets them. */
export const INJECTED = "injected-parameters";

/**
 * The notebook with a cell that sets the parameters: after the cell tagged `parameters`, whose defaults
 * it overrides, or first where no cell has that tag. A cell of an earlier injection is replaced.
 * Without parameters the notebook comes back as it is.
 * @throws DataError when a name is no variable name, or a number is not finite.
 */
export function injectParameters(notebook: Notebook, parameters: Parameters): Notebook {
  const names = Object.keys(parameters).sort();
  if (names.length === 0) return notebook;
  const cells = notebook.cells.filter(cell => !hasTag(cell, INJECTED));
  const at = cells.findIndex(cell => cell.cell_type === "code" && hasTag(cell, "parameters"));
  const defaults = at < 0 ? "" : sourceOf(cells[at]!);
  const source = names.map(name => declarationOf(name, parameters[name]!, defaults)).join("\n");
  const injected: CodeCell = {
    cell_type: "code",
    id: freeId(cells.map(cell => cell.id)),
    metadata: {tags: [INJECTED]},
    source,
    outputs: [],
    execution_count: null,
  };
  return {...notebook, cells: cells.toSpliced(at + 1, 0, injected)};
}

function declarationOf(name: string, value: Parameters[string], defaults: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name))
    throw new DataError(`parameter ${JSON.stringify(name)} is no variable name; use letters, digits and _`);
  if (typeof value === "number" && !Number.isFinite(value))
    throw new DataError(`parameter ${name} requires a finite number, got ${value}`);
  // The declared type is kept, so that the cells after it mean the same.
  const annotation = new RegExp(`\\b(?:const|let|var)\\s+${name.replaceAll("$", "\\$")}\\s*:([^=\\n;]+)=`);
  const type = annotation.exec(defaults)?.[1]?.trim();
  return `let ${name}${type ? `: ${type}` : ""} = ${JSON.stringify(value)};`;
}

function freeId(taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? INJECTED : `${INJECTED}-${n}`;
    if (!taken.includes(id)) return id;
  }
}
