import {renderSvg} from "../charts/svg.ts";
import type {Chart} from "../charts/theme.ts";
import {measure} from "./fonts.ts";

/**
 * Draws a chart as SVG with the fonts of the card; its description is the alternative text. The ground is left
 * to the page, and the title too.
 * @param name prefix of the ids inside, unlike for every chart of a page.
 */
export const chartSvg = (chart: Chart, {name = "chart"}: {name?: string} = {}): Promise<string> =>
  renderSvg({...chart.spec, background: "transparent"}, {name, measure, label: chart.description});
