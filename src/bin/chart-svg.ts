import {renderSvg} from "../charts/svg.ts";
import type {Chart} from "../charts/theme.ts";
import {measure} from "./fonts.ts";

/**
 * Draws a chart as SVG with the fonts of the card; its description is the alternative text. The title is left to the
 * page.
 * @param name prefix of the ids inside, unlike for every chart of a page.
 * @param ground a colour; left to the page when absent. A page that may be dark needs one, since letters are dark.
 */
export const chartSvg = (
  chart: Chart,
  {name = "chart", ground = "transparent"}: {name?: string; ground?: string} = {},
): Promise<string> =>
  renderSvg({...chart.spec, background: ground}, {name, measure, label: chart.description});
