import { nameOf } from './names.mjs';
import { show } from './table.mjs';

const WIDTH = 820;
const LEFT = 300;
const BAR = 16;
const GAP = 6;
const SPAN = WIDTH - LEFT - 90;

/** Colours that stand out from white and from black alike; the text follows the reader's scheme. */
const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .note { fill: #59636e; font-size: 12px; }
  .ours { fill: #2f81f7; }
  .other { fill: #8b949e; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .note { fill: #9198a1; } }
`;

/** Throughput over HTTP as bars: the unguarded application is 100 %. */
export function drawChart({ mode, machine, sections }) {
  const parts = [];
  let y = 28;
  for (const [platform, { cells }] of Object.entries(sections.guards)) {
    parts.push(text(16, y, `${platform[0].toUpperCase()}${platform.slice(1)}`, 'title'));
    y += 14;
    for (const [contender, cell] of BARS) {
      parts.push(...bar(y, `${nameOf(contender)}: ${nameOf(cell)}`, cells[contender][cell].toUnguarded, contender));
      y += BAR + GAP;
    }
    y += 30;
  }
  const noted = `Requests a second, as a part of the same application without a guard. Node ${machine.node}, ${machine.cpus} CPUs`;
  parts.push(text(16, y - 4, `${noted}${mode === 'quick' ? ', a quick and noisy run' : ''}.`, 'note'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 10}" width="${WIDTH}" height="${y + 10}" role="img" aria-label="Throughput of guards">
<style>${STYLE}</style>
${parts.join('\n')}
</svg>
`;
}

const BARS = [
  ['alwaysYes', 'hot'],
  ['ours', 'hot'],
  ['recipe', 'hot'],
  ['ours', 'firstSeen'],
  ['recipe', 'firstSeen'],
  ['ours', 'badSignature'],
  ['recipe', 'badSignature'],
];

function bar(y, label, part, contender) {
  const width = Math.max(1, Math.round(Math.min(part, 1.1) * (SPAN / 1.1)));
  return [
    `<text x="${LEFT - 10}" y="${y + 13}" text-anchor="end">${label}</text>`,
    `<rect class="${contender === 'ours' ? 'ours' : 'other'}" x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="3"/>`,
    text(LEFT + width + 8, y + 13, `${show(part * 100)} %`),
  ];
}

function text(x, y, content, style) {
  return `<text${style === undefined ? '' : ` class="${style}"`} x="${x}" y="${y}">${content}</text>`;
}
