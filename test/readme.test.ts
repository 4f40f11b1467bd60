import {execFileSync} from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";
import {loadStudy} from "../src/bin/load-study.ts";
import {CODE_KERNELS, HISTORY_KERNELS, latest} from "../src/features/measures.ts";
import {SEASON} from "../src/features/season.ts";

const readme = readFileSync("README.md", "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(m => m[1]!);

test("the study in the README compiles and is a study", async () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-readme-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(resolve("."), join(folder, "node_modules", "churnbook"));
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    const [source] = blocks("ts");
    expect(source!.trim().split("\n").length).toBeLessThanOrEqual(15);
    writeFileSync(join(folder, "study.ts"), source!);
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--skipLibCheck"];
    execFileSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), ...options, "study.ts"], {
      cwd: folder,
    });
    expect((await loadStudy(join(folder, "study.ts"))).study.name).toBe("my-shop");
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test("the contract in the README is one that its study takes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-readme-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(resolve("."), join(folder, "node_modules", "churnbook"));
    const [study, contract] = blocks("ts");
    writeFileSync(join(folder, "study.ts"), study!.replace(/^ {2}features:/m, `${contract}$&`));
    const checks = (await loadStudy(join(folder, "study.ts"))).study.contract.events!;
    expect(checks.map(({check}) => check)).toEqual(["type", "range", "missing", "unique", "volume", "fresh"]);
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test("every other part of a study in the README compiles in its study and is taken", async () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-readme-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(resolve("."), join(folder, "node_modules", "churnbook"));
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    const [study, , ...parts] = blocks("ts");
    const base = study!.replace("export const study = defineStudy(", "const base: StudyInput = (");
    const imported = 'import {atRandom, regularity, type StudyInput, subscription} from "churnbook";';
    const files = parts.map((part, i) => {
      expect(part.trim().split("\n").length).toBeLessThanOrEqual(15);
      const file = join(folder, `study-${i}.ts`);
      writeFileSync(file, `${imported}\n${base}\nexport const study = defineStudy({...base,\n${part}});\n`);
      return file;
    });
    expect(files.length).toBeGreaterThan(0);
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--skipLibCheck"];
    execFileSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), ...options, ...files], {
      cwd: folder,
    });
    for (const file of files) expect((await loadStudy(file)).study.name).toBe("my-shop");
  } finally {
    rmSync(folder, {recursive: true});
  }
});

test("the README names every measure of a feature", () => {
  const kernels = {...HISTORY_KERNELS, ...CODE_KERNELS, ...SEASON, latest};
  for (const measure of Object.keys(kernels)) expect(readme).toContain(`\`${measure}\``);
});

test("the npm commands in the README are scripts, and its churnbook commands have help", () => {
  const {scripts} = JSON.parse(readFileSync("package.json", "utf8")) as {scripts: Record<string, string>};
  for (const line of blocks("sh").join("").trim().split("\n")) {
    const [program, ...words] = line.split(" ");
    if (program === "npm") expect(Object.keys(scripts)).toContain(words[0]);
    else if (program === "npx")
      execFileSync(process.execPath, ["dist/bin/churnbook.js", words[1]!, "--help"], {stdio: "pipe"});
    else expect(program).toBe("cd");
  }
});

test("every link of the README leads to a file, and every folder of src is on its map", () => {
  for (const [, target] of readme.matchAll(/\]\(([^)]+)\)/g)) expect(existsSync(target!), target).toBe(true);
  const folders = readdirSync("src", {withFileTypes: true}).filter(entry => entry.isDirectory());
  for (const {name} of folders) expect(readme).toContain(`\`src/${name}\``);
});
