import {existsSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {gunzipSync} from "node:zlib";
import {dayOf} from "../../src/data/calendar.ts";
import {type EventLog, eventLogOf} from "../../src/data/event-log.ts";

const shared = process.env.CHURNBOOK_SHARED ?? join(import.meta.dirname, "../../../shared");
const path = join(shared, "data/cdnow/CDNOW_master.txt.gz");

/** Why tests on the CDNOW log are skipped, or undefined when it is there. */
export const noCdnow: string | undefined = existsSync(path) ? undefined : `${path} is absent`;

/** The CDNOW log: every row a purchase, the zero-dollar ones included, E = 1998-06-30. */
export function readCdnow(): EventLog {
  const lines = gunzipSync(readFileSync(path)).toString("latin1").split(/\r?\n/).slice(1);
  const rows = lines.flatMap(line => {
    const [customer, date] = line.trim().split(/ +/);
    if (!customer || !date) return [];
    const day = dayOf(date.replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3"));
    return [{customer, day, type: "purchase"}];
  });
  return eventLogOf(rows, {lastDay: dayOf("1998-06-30")});
}
