import {contactsDigest} from "../ledger/inputs.ts";
import type {Run} from "../ledger/run.ts";
import {type Table, textColumn} from "./words.ts";

/** What has to be the same to make this card again. */
export function versionsTable({snapshot, campaigns, library, study, championDigest}: Run): Table {
  const contacts = contactsDigest(campaigns);
  return {
    kind: "table",
    caption:
      "The data and the code behind the numbers; the versions of the engines stand at the end of the card",
    columns: [textColumn("what", "What"), textColumn("value", "Digest or value")],
    rows: [
      ["Rows of the snapshot", snapshot.digest],
      ...(contacts === null ? [] : [["Campaign contacts", contacts]]),
      ...(championDigest === undefined ? [] : [["Champion", championDigest]]),
      ["Code of the library", library],
      ["Seed", String(study.seed)],
      ["Salt of the split", study.split.salt],
    ],
  };
}
