import type { Entry, Exchange, Message } from './wire-recorder.js';

/** What stands in the document for what differs from one login to the next. */
export interface WireNames {
  readonly issuer: string;
  readonly site: string;
}

/** The sheet's own picture of the same login. */
const SEQUENCE = `page SDK                         iframe {JSURL}                    API {BackendURL}
 | new Cotter(KEY); signInWithOTP().showEmailForm()
 |--- <iframe src=/signup?..> ---->|
 |<-- <id>FIRST_LOAD --------------|
 |--- CONFIG --------------------->|
 |<-- <id>LOADED ------------------|   user types the email
 |<-- <id>ON_BEGIN ----------------|
 |--- CONTINUE_SUBMIT ------------>|-- (private) send code -------->|   user types the code
 |<-- <id>ON_SUBMIT_AUTHORIZATION_CODE {code, challenge_id, state} --|
 |--- OPTIONS /verify/get_identity (asks api_key_id, content-type) -->|
 |--- POST /verify/get_identity?oauth_token=true {code_verifier, authorization_code, challenge_id, redirect_url} -->|
 |<-- 200 {identifier, oauth_token, token, user} (+ httpOnly refresh cookie, per docs) --|
 |   memory: access/id token; localStorage: rft, COTTER_USER
 |--- DONE_SUCCESS --------------->|
 promise resolves: {...client_json, token, email|phone, oauth_token, user}`;

const SHOWN_REQUEST_HEADERS = ['origin', 'api_key_id', 'content-type', 'access-control-request-headers'];
const SHOWN_ANSWER_HEADERS = [
  'content-type',
  'content-security-policy',
  'cache-control',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'set-cookie',
];
/** The value of a cookie. */
const LONG_VALUE = /(=[\w:.-]{4})[\w:.-]{16,}/g;

/** A login as it was recorded, secrets shortened, as Markdown. */
export function wireDocument(entries: readonly Entry[], names: WireNames): string {
  const exchanges = entries.filter((entry) => entry.kind === 'http');
  const assets = new Set(exchanges.filter(isAsset).map(({ path }) => path));
  const steps = entries.filter((entry) => entry.kind === 'message' || !isAsset(entry));
  const frame = exchanges.find(({ path }) => path.startsWith('/signup'));
  const query = new URLSearchParams(frame?.path.split('?')[1]);
  const text = steps.map((step, index) => `## ${String(index + 1)}. ${titleOf(step)}\n\n${blockOf(step)}`).join('\n\n');
  const plain = text
    .replaceAll(names.site, 'http://localhost:7000')
    .replaceAll(names.issuer, 'http://localhost:4000')
    .replaceAll(query.get('id') ?? 'none', '<id>')
    .replaceAll(query.get('state') ?? 'none', '<state>');
  return `# One login by a code, on the wire

The browser SDK \`cotter\` 0.3.35, unmodified, in Chromium, on a page of its own origin (here \`http://localhost:7000\`), against
the issuer (here \`http://localhost:4000\`). Recorded by \`test/browser/sdk-wire.spec.ts\`, which compares each run with this file,
and writes it anew where \`UPDATE_WIRE=1\` asks for it. Secrets are cut short (\`…\`), as is what is long.

The protocol's own picture of the same login:

\`\`\`text
${SEQUENCE}
\`\`\`

What was recorded follows, step by step. The frame's own files come in between:
${[...assets]
  .sort()
  .map((path) => `\`${path}\``)
  .join(', ')}.

${plain}
`;
}

/** What of the document has to be the same each time. */
export function shapeOf(document: string): string {
  return document
    .replace(/[\w+/:-]+…/g, '…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/"\d{10}"/g, '<seconds>');
}

function isAsset(entry: Entry): boolean {
  return entry.kind === 'http' && entry.path.startsWith('/assets/');
}

function titleOf(entry: Entry): string {
  if (entry.kind === 'http') {
    const who = entry.path.startsWith('/frame/') ? 'The frame, in private' : 'The page';
    return `${who}: ${entry.method} ${entry.path.split('?', 1)[0] ?? ''}`;
  }
  return entry.to === 'page' ? 'The frame tells the page' : 'The page tells the frame';
}

function blockOf(entry: Entry): string {
  return entry.kind === 'http' ? httpBlock(entry) : messageBlock(entry);
}

function messageBlock({ text }: Message): string {
  return `\`\`\`json\n${shortJson(text)}\n\`\`\``;
}

function httpBlock({ method, path, sent, body, status, got, answer }: Exchange): string {
  const parts = [
    [`${method} ${shortQuery(path)}`, ...headerLines(sent, SHOWN_REQUEST_HEADERS), ...bodyLines(sent, body)],
    [String(status), ...headerLines(got, SHOWN_ANSWER_HEADERS), ...bodyLines(got, answer)],
  ];
  return `\`\`\`text\n${parts.map((lines) => lines.join('\n')).join('\n\n')}\n\`\`\``;
}

function headerLines(headers: Exchange['sent'], names: readonly string[]): string[] {
  return names
    .filter((name) => headers[name] !== undefined)
    .map((name) => `${name}: ${String(headers[name]).replace(LONG_VALUE, '$1…')}`);
}

function bodyLines(headers: Exchange['sent'], body: string): string[] {
  return headers['content-type']?.startsWith('application/json') === true && body !== '' ? [shortJson(body)] : [];
}

function shortQuery(path: string): string {
  const [bare = '', query] = path.split('?', 2);
  if (query === undefined) return bare;
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => `${name}=${shorten(name, value)}`);
  return `${bare}?${pairs.join('&')}`;
}

function shortJson(text: string): string {
  const shortened = (name: string, value: unknown): unknown =>
    typeof value === 'string' ? shorten(name, value) : value;
  return JSON.stringify(JSON.parse(text), shortened, 2);
}

/** Addresses, ids that the document names otherwise, and texts for people stay as they are. */
function shorten(name: string, value: string): string {
  if (name === 'code') return `${value.slice(0, 2)}…`;
  if (name === 'device_name') return `${value.slice(0, 11)}…`;
  if (name === 'callbackName' || name === 'id' || name === 'state') return value;
  return /^[\w+/=:.-]{20,}$/.test(value) && !/^(https?:|\d{4}-)|^ON_|^sha/.test(value)
    ? `${value.slice(0, 6)}…`
    : value;
}
