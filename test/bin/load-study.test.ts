import {join} from "node:path";
import {expect, test} from "vitest";
import {loadStudy} from "../../src/bin/load-study.ts";
import {folderOf, messageOf} from "../data/event-files.ts";

const loaded = (source: string) => loadStudy(join(folderOf({"study.ts": source}), "study.ts"));

test("loadStudy(file) says where a name that it does not import is from, if it is churnbook's", async () => {
  expect(await messageOf(loaded("export const study = atRandom({});"))).toMatch(
    /study\.ts does not load: atRandom is not defined; import it: `import {atRandom} from "churnbook"`$/,
  );
  expect(await messageOf(loaded("export const study = atWill({});"))).toMatch(
    /study\.ts does not load: atWill is not defined$/,
  );
});
