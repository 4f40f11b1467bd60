import ts from "typescript";

/** A construct that TypeScript accepts and the kernel does not; `start` is a position in the source. */
export type Limit = {readonly start: number; readonly message: string};

/** Finds what tslab 1.0, which runs TypeScript 5.0 and turns cells into CommonJS, cannot run. */
export function kernelLimits(source: ts.SourceFile): Limit[] {
  const limits: Limit[] = [];
  const report = (node: ts.Node, message: string) => limits.push({start: node.getStart(source), message});
  const visit = (node: ts.Node, inFunction: boolean): void => {
    const message = limitOf(node, inFunction);
    if (message) report(node, message);
    ts.forEachChild(node, child => visit(child, inFunction || ts.isFunctionLike(node)));
  };
  for (const statement of source.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (modifiers?.some(({kind}) => kind === ts.SyntaxKind.ExportKeyword))
      report(statement, "the kernel takes no export: leave the word out, every cell sees the declaration");
    visit(statement, false);
  }
  return limits;
}

function limitOf(node: ts.Node, inFunction: boolean): string | undefined {
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using)
    return "the kernel does not understand using: call the method that disposes";
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
    return "the kernel has no import.meta: paths are relative to the notebook's folder";
  if (ts.isImportDeclaration(node) && node.attributes)
    return "the kernel takes no import attributes: import the JSON without them";
  if (inFunction) return undefined;
  if (ts.isForOfStatement(node) && node.awaitModifier)
    return "the kernel takes no for await at the top of a cell: put it into an async function";
  if (ts.isAwaitExpression(node) && ts.isParenthesizedExpression(node.expression))
    return "the kernel takes no await of a parenthesis at the top of a cell: name the promise first";
  return undefined;
}
