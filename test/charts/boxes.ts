import type {Measure} from "../../src/charts/svg.ts";

export type Box = {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

type At = {readonly x: number; readonly y: number; readonly upright: boolean};

/** Where each line of text of a picture stands, from its transforms, which only move and turn by a quarter. */
export function textBoxes(svg: string, measure: Measure): Box[] {
  const boxes: Box[] = [];
  const stack: At[] = [{x: 0, y: 0, upright: false}];
  let item: {at: At; size: number; bold: boolean; anchor: string; line: number} | undefined;
  for (const [, tag, text] of svg.matchAll(/(<[^>]+>)|([^<]+)/g)) {
    if (text !== undefined) {
      if (item) boxes.push(boxOf(plain(text), item, measure));
    } else if (tag!.startsWith("</")) {
      if (tag === "</g>") stack.pop();
      if (tag === "</text>") item = undefined;
      if (tag === "</tspan>" && item) item.line += 1;
    } else if (tag!.startsWith("<g")) stack.push(moved(stack.at(-1)!, tag!));
    else if (tag!.startsWith("<text"))
      item = {
        at: moved(stack.at(-1)!, tag!),
        size: Number(attribute(tag!, "font-size")?.replace("px", "") ?? 11),
        bold: /^(bold|[6-9]00)$/.test(attribute(tag!, "font-weight") ?? ""),
        anchor: attribute(tag!, "text-anchor") ?? "start",
        line: 0,
      };
  }
  return boxes;
}

const attribute = (tag: string, name: string) => tag.match(new RegExp(` ${name}="([^"]*)"`))?.[1];

function moved(from: At, tag: string): At {
  let {x, y, upright} = from;
  for (const [, kind, args] of (attribute(tag, "transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a = 0, b = 0] = args!.split(",").map(Number);
    if (kind === "translate") [x, y] = upright ? [x + b, y - a] : [x + a, y + b];
    else if (a === -90 || a === 270) upright = true;
    else throw new Error(`textBoxes requires quarter turns, got ${kind}(${args})`);
  }
  return {x, y, upright};
}

function boxOf(
  text: string,
  {at, size, bold, anchor, line}: {at: At; size: number; bold: boolean; anchor: string; line: number},
  measure: Measure,
): Box {
  const width = measure(text, {size, bold});
  const start = anchor === "middle" ? -width / 2 : anchor === "end" ? -width : 0;
  const [up, down] = [-0.72 * size + line * 17, 0.05 * size + line * 17];
  return at.upright
    ? {text, left: at.x + up, right: at.x + down, top: at.y - start - width, bottom: at.y - start}
    : {text, left: at.x + start, right: at.x + start + width, top: at.y + up, bottom: at.y + down};
}

const plain = (text: string) =>
  text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
