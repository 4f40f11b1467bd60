import {FONT_SIZE, type Spec, WIDTH} from "./theme.ts";

const NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

type Month = {readonly year: number; readonly month: number; readonly day: number | undefined};

function parse(period: string): Month | undefined {
  const [, year, month, day] = period.match(/^(\d{4})-(0[1-9]|1[0-2])(?:-(\d{2}))?$/) ?? [];
  if (year === undefined) return undefined;
  return {year: Number(year), month: Number(month) - 1, day: day === undefined ? undefined : Number(day)};
}

/** A period in words: `2025-03` and `2025-03-01` are "Mar 2025", `2025-03-17` "17 Mar 2025"; other text stays. */
export function periodText(period: string): string {
  const at = parse(period);
  if (!at) return period;
  const month = `${NAMES[at.month]} ${at.year}`;
  return at.day === undefined || at.day === 1 ? month : `${at.day} ${month}`;
}

/**
 * Labels of an axis of periods written YYYY-MM or YYYY-MM-DD in rising order: names of months, thinned to what
 * has room, the year under the first and under each January. Other texts are labelled as they are, thinned.
 * @returns pairs of the period's index and its lines.
 */
export function periodLabels(
  periods: readonly string[],
  {width = WIDTH - 60}: {width?: number} = {},
): {readonly index: number; readonly lines: readonly string[]}[] {
  const parsed = periods.map(parse);
  if (!parsed.every(at => at !== undefined)) {
    const widest = Math.max(1, ...periods.map(p => p.length)) * FONT_SIZE * 0.62 + 10;
    const step = Math.ceil((periods.length * widest) / width);
    return periods.map((text, index) => ({index, lines: [text]})).filter(({index}) => index % step === 0);
  }
  const monthOf = (at: Month) => at.year * 12 + at.month;
  const starts = parsed.map((at, i) => i === 0 || monthOf(at) !== monthOf(parsed[i - 1]!));
  const monthCount = starts.filter(Boolean).length;
  const step = [1, 2, 3, 6, 12, 24].find(s => (monthCount / s) * 38 <= width) ?? 60;
  const shown = parsed
    .map((at, index) => ({at, index}))
    .filter(({at, index}) => starts[index] && monthOf(at) % step === 0);
  const kept = shown.length > 0 ? shown : [{at: parsed[0]!, index: 0}];
  return kept.map(({at, index}, i) => {
    const newYear = i === 0 || at.year !== kept[i - 1]!.at.year;
    return {index, lines: newYear ? [NAMES[at.month]!, String(at.year)] : [NAMES[at.month]!]};
  });
}

/** An axis of periods on a scale of names. */
export function periodAxis(periods: readonly string[], options: {width?: number} = {}): Spec {
  const labels = periodLabels(periods, options);
  const lines = Object.fromEntries(labels.map(({index, lines}) => [periods[index]!, lines]));
  return {
    title: null,
    values: Object.keys(lines),
    labelExpr: `${JSON.stringify(lines)}[datum.value]`,
    labelAngle: 0,
    labelOverlap: false,
    labelLineHeight: 16,
  };
}
