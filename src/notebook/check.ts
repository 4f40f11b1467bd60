import {createRequire} from "node:module";
import {dirname, join, resolve} from "node:path";
import ts from "typescript";
import {type CodeCell, type Notebook, sourceOf} from "./document.ts";
import {kernelLimits} from "./kernel-limits.ts";

/** Something wrong in a cell. */
export type Finding = {
  /** Id of the cell. */
  readonly cell: string;
  /** Line in the cell, from 1. */
  readonly line: number;
  readonly message: string;
};

/** Name of the module that stands for the notebook; a module always, whatever the folder's package says. */
const MODULE = "__notebook__.mts";

/**
 * Checks the code cells as one strict TypeScript module beside the notebook, so that imports mean what they
 * mean there, and names what the kernel does not understand. What one cell declares another may not
 * declare again.
 * @param file path of the notebook; it need not exist, its folder must.
 * @returns the findings in the order of the cells; none for a sound notebook.
 */
export function checkNotebook(notebook: Notebook, {file}: {readonly file: string}): readonly Finding[] {
  const folder = dirname(resolve(file));
  const {text, places} = moduleOf(notebook);
  const name = ts.sys.resolvePath(join(folder, MODULE));
  const options = optionsFor(folder);
  const host = ts.createCompilerHost(options, true);
  const {getSourceFile, fileExists, readFile} = host;
  host.getCurrentDirectory = () => folder;
  host.fileExists = path => path === name || fileExists(path);
  host.readFile = path => (path === name ? text : readFile(path));
  host.getSourceFile = (path, target, ...rest) =>
    path === name ? ts.createSourceFile(path, text, target, true) : getSourceFile(path, target, ...rest);
  const program = ts.createProgram([name], options, host);
  const source = program.getSourceFile(name)!;
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({start = 0, messageText}) => ({start, message: ts.flattenDiagnosticMessageText(messageText, "\n")}),
  );
  return [...found, ...kernelLimits(source)]
    .sort((a, b) => a.start - b.start)
    .map(({start, message}) => {
      const at = source.getLineAndCharacterOfPosition(start).line;
      const place = places[Math.min(at, places.length - 1)];
      return {cell: place?.cell ?? "", line: place?.line ?? 1, message: message.replaceAll(/\s*\n\s*/g, " ")};
    });
}

type Place = {readonly cell: string; readonly line: number};

/** The cells one after another, and where each line of the module comes from. */
function moduleOf(notebook: Notebook): {text: string; places: readonly Place[]} {
  const lines: string[] = [];
  const places: Place[] = [];
  const code = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  for (const cell of code)
    for (const [i, line] of sourceOf(cell).split("\n").entries()) {
      lines.push(line);
      places.push({cell: cell.id, line: i + 1});
    }
  // At the end, so that no line moves: makes a module of a notebook without imports.
  return {text: `${lines.join("\n")}\nexport {};\n`, places};
}

function optionsFor(folder: string): ts.CompilerOptions {
  const tslab = createRequire(import.meta.url).resolve("tslab/package.json");
  const nested = join(dirname(tslab), "node_modules", "@types");
  const beside = join(dirname(dirname(tslab)), "@types");
  const own = ts.getEffectiveTypeRoots({}, {getCurrentDirectory: () => folder}) ?? [];
  const roots = [...own, beside, nested].filter(root => ts.sys.directoryExists(join(root, "node")));
  return {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    // What the kernel's compiler offers; a newer method is an error there.
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    esModuleInterop: true,
    resolveJsonModule: true,
    types: roots.length > 0 ? ["node"] : [],
    typeRoots: roots,
  };
}
