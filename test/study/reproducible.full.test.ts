import {execFileSync, spawnSync} from "node:child_process";
import {createHash} from "node:crypto";
import {
  cpSync,
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
  // Rendered again from what the run kept, it is the same card.
  run("card", "--out", "again");
  for (const name of readdirSync(join(folder, "card")))
    expect(
      readFileSync(join(folder, "again", name)).equals(readFileSync(join(folder, "card", name))),
      name,
    ).toBe(true);
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
    // Somebody improves the card: verify computes it anew and names the entry.
    const file = join(folder, "one", "card", "card.json");
    const card = readFileSync(file, "utf8");
    const better = card.replace(/("id": ?"decision\.lift"[^}]*"value": ?)[\d.]+/, "$19.5");
    expect(better).not.toBe(card);
    writeFileSync(file, better);
    const verified = spawnSync(process.execPath, [resolve("dist/bin/churnbook.js"), "verify", "card"], {
      cwd: join(folder, "one"),
      encoding: "utf8",
    });
    expect(verified.status).toBe(1);
    expect(verified.stdout.trim().split("\n")).toEqual([
      "DIFFERS   card.json",
      "same      card.html",
      "same      card.pdf",
      "same      model.json",
      "  decision.lift is another",
    ]);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
});
