import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {startKernel} from "../../src/bin/kernel.ts";
import type {Kernel} from "../../src/notebook/kernel-client.ts";

const text = async (kernel: Kernel, code: string): Promise<string> => {
  let said = "";
  const onOutput = ({content}: {content: Record<string, unknown>}) => {
    said += content.text ?? content.evalue ?? "";
  };
  await kernel.execute(code, {onOutput, timeoutSeconds: 30});
  return said.trim();
};

/** What the compiler watches is looked at again a second after the last change. */
const NOTICED_MS = 1300;

/** Cells that import a module while npm and a user change the folder, and what each of them printed. */
async function cellsWhileFilesChange(env: Record<string, string>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-kernel-test-"));
  const write = (path: string, source: string) => writeFileSync(join(folder, path), source);
  try {
    mkdirSync(join(folder, "node_modules", "@types"), {recursive: true});
    write("a.ts", "export const a = 1;");
    const kernel = await startKernel({folder, env});
    try {
      const cell = 'import {a} from "./a";\nconsole.log(a);';
      const said = [await text(kernel, cell)];
      mkdirSync(join(folder, "node_modules", "@types", "added"));
      write("node_modules/@types/added/index.d.ts", "export {};");
      write("b.ts", "export const b = 2;");
      await new Promise(resolve => setTimeout(resolve, NOTICED_MS));
      said.push(await text(kernel, 'import {b} from "./b";\nconsole.log(b);'));
      write("a.ts", "export const a = 3;");
      await new Promise(resolve => setTimeout(resolve, NOTICED_MS));
      said.push(await text(kernel, cell));
      return said;
    } finally {
      await kernel.shutdown();
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

test.concurrent("the runner's kernel goes on when files change, and imports what it first saw", {
  timeout: 60_000,
}, async () => {
  expect(await cellsWhileFilesChange({})).toEqual(["1", "2", "1"]);
});

test.concurrent("a notebook server's kernel goes on when files change, and imports them anew", {
  timeout: 60_000,
}, async () => {
  expect(await cellsWhileFilesChange({CHURNBOOK_PARENT: ""})).toEqual(["1", "2", "3"]);
});
