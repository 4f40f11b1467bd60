import {expect, test} from "vitest";
import {cardFolder} from "../../src/bin/card-files.ts";
import {defineStudy} from "../../src/study.ts";
import {smallStudy} from "../data/small-study.ts";

test("cardFolder(study, day) is not that of the current card", () => {
  const loaded = {folder: "shop", study: defineStudy(smallStudy())};
  expect(cardFolder(loaded)).toBe("shop/reports/small");
  expect(cardFolder(loaded, "1998-07-05")).toBe("shop/reports/small-as-of-1998-07-05");
});
