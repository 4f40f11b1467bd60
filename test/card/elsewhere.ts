import {spawnSync} from "node:child_process";
import {tmpdir} from "node:os";

/** What a module prints in another time zone, language and folder. @param code of an ES module. */
export function printedElsewhere(code: string): string {
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: tmpdir(),
    env: {...process.env, TZ: "Pacific/Auckland", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8"},
    encoding: "utf8",
  });
  if (run.stderr !== "") throw new Error(run.stderr);
  return run.stdout.trim();
}
