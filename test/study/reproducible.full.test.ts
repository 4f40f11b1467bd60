import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {expect, test} from "vitest";

/** Runs the demo study on a smaller shop in a folder of its own; gives name and sha256 of each file of its card. */
function runDemo(folder: string, env: Readonly<Record<string, string>>): Record<string, string> {
  mkdirSync(join(folder, "node_modules"), {recursive: true});
  symlinkSync(resolve("."), join(folder, "node_modules", "churnbook"));
  for (const name of readdirSync("notebooks").filter(file => /\.(ipynb|ts)$/.test(file)))
    cpSync(join("notebooks", name), join(folder, name));
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [resolve("dist/bin/churnbook.js"), ...args], {
      cwd: folder,
      stdio: "pipe",
      env: {...process.env, ...env},
    });
  run("demo", "data", "--customers", "2500");
  run("run", "--out", "card");
  return Object.fromEntries(
    readdirSync(join(folder, "card"))
      .sort()
      .map(name => [
        name,
        createHash("sha256")
          .update(readFileSync(join(folder, "card", name)))
          .digest("hex"),
      ]),
  );
}

test("two runs in different folders, time zones and locales make the same card.json, .html, .pdf and model.json", () => {
  const folder = mkdtempSync(join(tmpdir(), "churnbook-same-"));
  try {
    const one = runDemo(join(folder, "one"), {TZ: "Asia/Kolkata", LC_ALL: "tr_TR.UTF-8"});
    const two = runDemo(join(folder, "a much longer", "name, two"), {
      TZ: "America/St_Johns",
      LANG: "de_DE.UTF-8",
    });
    expect(Object.keys(one)).toEqual(["card.html", "card.json", "card.pdf", "model.json"]);
    expect(two).toEqual(one);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
