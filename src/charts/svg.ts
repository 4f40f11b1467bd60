/** Width of a line of text in pixels; `size` is the font size in pixels. */
export type Measure = (text: string, font: {readonly size: number; readonly bold: boolean}) => number;

export type SvgOptions = {
  /** Prefix of the ids inside the picture: unlike for every picture of a page; letters, digits, `-` and `_`. */
  readonly name: string;
  readonly measure: Measure;
  /** Alternative text: the picture becomes one image of that name. Without it the picture is marked decorative. */
  readonly label?: string | undefined;
  /** Called with each warning of the Vega-Lite compiler; silent when absent. */
  readonly warn?: ((message: string) => void) | undefined;
};

type TextItem = {fontSize?: number; fontWeight?: string | number; limit?: number};
type TextMetrics = {width: (item: TextItem, text: unknown) => number};
type Compiled = Readonly<Record<string, unknown>>;

// Vega measures text through one function for the whole process, so pictures are drawn one after another.
let queue: Promise<unknown> = Promise.resolve();

/**
 * Draws a Vega-Lite specification with inline data as SVG: the same bytes for the same input, on any machine,
 * in any time zone and in any order of drawing. Carries no style attribute, so a strict content policy holds.
 * @throws RangeError when the name is no id, the data is not inline, or a time scale is in local time.
 */
export function renderSvg(spec: Readonly<Record<string, unknown>>, options: SvgOptions): Promise<string> {
  if (!/^[A-Za-z][\w-]*$/.test(options.name))
    return Promise.reject(
      new RangeError(`renderSvg requires a name of letters, digits, - and _, got ${options.name}`),
    );
  const drawn = queue.then(() => draw(spec, options));
  queue = drawn.catch(() => undefined);
  return drawn;
}

async function draw(
  spec: Readonly<Record<string, unknown>>,
  {name, measure, label, warn}: SvgOptions,
): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = vegaLite.compile(
    structuredClone(spec) as unknown as Parameters<typeof vegaLite.compile>[0],
    {
      logger: quietLogger(warn),
    },
  ).spec;
  refuseImpure(compiled as Compiled);
  const metrics = (vega as unknown as {textMetrics: TextMetrics}).textMetrics;
  const original = metrics.width;
  metrics.width = (item, text) => widthOf(measure, item, text);
  const view = new vega.View(vega.parse(compiled), {renderer: "none", logLevel: vega.Error});
  try {
    vega.resetSVGDefIds();
    return finish(await view.toSVG(), name, label);
  } finally {
    metrics.width = original;
    view.finalize();
  }
}

// Vega shortens a text wider than its limit by asking for widths again, so the limit only caps the answer.
function widthOf(measure: Measure, item: TextItem, text: unknown): number {
  const line = text === null || text === undefined ? "" : String(text).trim();
  if (line === "") return 0;
  const weight = item.fontWeight;
  const bold = weight === "bold" || Number(weight) >= 600;
  const width = measure(line, {size: Number(item.fontSize ?? 11), bold});
  return item.limit && item.limit > 0 ? Math.min(item.limit, width) : width;
}

function quietLogger(warn: ((message: string) => void) | undefined) {
  const logger = {
    level: () => logger,
    error: (...args: readonly unknown[]) => {
      throw new RangeError(`renderSvg requires a valid specification, got: ${args.join(" ")}`);
    },
    warn: (...args: readonly unknown[]) => {
      warn?.(args.join(" "));
      return logger;
    },
    info: () => logger,
    debug: () => logger,
  };
  return logger as never;
}

function refuseImpure(value: unknown): void {
  if (Array.isArray(value)) value.forEach(refuseImpure);
  if (typeof value !== "object" || value === null) return;
  const node = value as Record<string, unknown>;
  if (typeof node.url === "string")
    throw new RangeError(`renderSvg requires inline data, got url ${node.url}`);
  if (node.type === "time" && "range" in node)
    throw new RangeError("renderSvg requires utc time scales, got a scale in local time");
  // Rows are data, whatever their fields are called.
  for (const [key, inner] of Object.entries(node)) if (key !== "values") refuseImpure(inner);
}

// Empty marks say nothing, and the last digits of a position are noise of the processor.
function finish(svg: string, name: string, label: string | undefined): string {
  const role =
    label === undefined ? 'aria-hidden="true"' : `role="img" aria-label="${escapeAttribute(label)}"`;
  return svg
    .replace(/<path class="(?:background|foreground)"[^>]*\bd="[^"]*"[^>]*>/g, path =>
      /display="none"|^(?!.*(?:fill|stroke)=)/.test(path) ? "" : path,
    )
    .replace(/<[^>]+>/g, tag =>
      tag
        .replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, digits => String(Math.round(Number(digits) * 100) / 100 + 0))
        .replace(/ (?:role|aria-roledescription|aria-hidden|pointer-events)="[^"]*"/g, "")
        .replace(/\bid="([^"]+)"/, `id="${name}-$1"`)
        .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`),
    )
    .replace(/^<svg\b[^>]*>/, tag => tag.replace(/ class="[^"]*"/, () => ` class="chart" ${role}`));
}

const escapeAttribute = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
