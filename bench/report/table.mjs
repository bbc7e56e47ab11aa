/** A Markdown table, aligned so that it reads well as plain text too. */
export function table(head, rows) {
  const lines = [head, ...rows.map((row) => row.map(show))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const line = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join('\n');
}

/** A figure with as many digits as mean something. */
export function show(value) {
  if (typeof value !== 'number') return value ?? '-';
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
