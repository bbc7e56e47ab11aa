import { headerValuesOf, type HeaderCarrier } from '../http/platform.js';

const HTML = 'text/html';
/** What problem details are, and what they pass for. */
const PROBLEMS = ['application/problem+json', 'application/json'];

/** How much somebody wants a media type, and how closely they have named it. */
interface Wish {
  /** 0 to 1. */
  readonly quality: number;
  /** 0 for anything at all, 1 for a kind such as `text/*`, 2 for the very type. */
  readonly closeness: number;
}

interface MediaRange {
  readonly range: string;
  readonly quality: number;
}

const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;
const NOTHING: Wish = { quality: 0, closeness: 0 };

/**
 * Whether a request would rather have HTML than problem details. A browser names `text/html`; programs ask for JSON or for anything, which
 * means problem details.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 | RFC 9110, 12.5.1}
 */
export function prefersHtml(carrier: HeaderCarrier): boolean {
  const ranges = headerValuesOf(carrier, 'accept')
    .flatMap((field) => field.split(','))
    .map(parseRange)
    .filter((range) => range !== null);
  const html = wishFor(HTML, ranges);
  const problem = PROBLEMS.map((type) => wishFor(type, ranges)).reduce((a, b) => (isBelow(a, b) ? b : a));
  return html.quality > 0 && isBelow(problem, html);
}

/** The closest range decides, whatever the others say. */
function wishFor(type: string, ranges: readonly MediaRange[]): Wish {
  const names = ['*/*', `${type.split('/', 1)[0] ?? ''}/*`, type];
  let wish = { ...NOTHING, closeness: -1 };
  for (const { range, quality } of ranges) {
    const closeness = names.indexOf(range);
    if (closeness > wish.closeness) wish = { quality, closeness };
  }
  return wish.closeness < 0 ? NOTHING : wish;
}

function isBelow(a: Wish, b: Wish): boolean {
  return a.quality < b.quality || (a.quality === b.quality && a.closeness < b.closeness);
}

/** `null` for what makes no sense, and for ranges of a narrower type than we have. */
function parseRange(text: string): MediaRange | null {
  const [range = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  let quality = 1;
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=', 2).map((part) => part.trim());
    if (name === 'q') {
      if (!QUALITY.test(value)) return null;
      quality = Number(value);
    } else if (name !== '' && name !== 'charset') return null;
  }
  return { range, quality };
}
