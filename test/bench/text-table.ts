/** Lines of a table: the first column to the left, the others to the right; a rule below the head. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, j) => Math.max(title.length, ...rows.map(row => (row[j] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, j) => (j === 0 ? (cells[j] ?? "").padEnd(width) : (cells[j] ?? "").padStart(width)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map(width => "-".repeat(width)).join("  "), ...rows.map(line)];
}
