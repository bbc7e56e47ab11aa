import { IssuerUnderTest, ORIGIN } from '../issuer/issuer-under-test.js';

/** Something that the issuer refuses, or does not take for what it is not. */
interface Case {
  readonly what: string;
  readonly request: string;
  readonly send: (issuer: IssuerUnderTest) => Promise<Response>;
}

const EVIL = 'https://evil.example';
const LINK = { auth_method: 'MAGIC_LINK' };
const EXCHANGE = '`POST /api/v0/verify/get_identity`';
const START = '`POST /app`';

const CASES: readonly Case[] = [
  {
    what: 'wrong origin: a page that the application has not registered calls the API',
    request: `${EXCHANGE} with \`Origin: ${EVIL}\``,
    send: async (issuer) => issuer.exchange(await issuer.authorize(), {}, { origin: EVIL }),
  },
  {
    what: 'wrong origin: the same asks for permission first',
    request: `\`OPTIONS /api/v0/verify/get_identity\` with \`Origin: ${EVIL}\``,
    send: (issuer) =>
      issuer.fetch('/api/v0/verify/get_identity', {
        method: 'OPTIONS',
        headers: { origin: EVIL, 'access-control-request-method': 'POST' },
      }),
  },
  {
    what: 'wrong origin: another site posts a form of the issuer’s',
    request: `${START} with \`Sec-Fetch-Site: cross-site\``,
    send: (issuer) =>
      issuer.postForm(
        issuer.authorizePath(),
        { identifier: 'ann@example.com' },
        { 'sec-fetch-site': 'cross-site', origin: EVIL },
      ),
  },
  {
    what: 'wrong redirect: not on the application’s list',
    request: `\`GET /app\` with \`redirect_url=${EVIL}/\``,
    send: (issuer) => issuer.fetch(issuer.authorizePath({ redirect_url: `${EVIL}/` })),
  },
  {
    what: 'wrong redirect: the exchange names another one than the code was asked for with',
    request: EXCHANGE,
    send: async (issuer) => issuer.exchange(await issuer.authorize(), { redirect_url: ORIGIN }),
  },
  {
    what: 'wrong verifier: somebody else’s authorization code',
    request: EXCHANGE,
    send: async (issuer) => issuer.exchange(await issuer.authorize(), { code_verifier: 'another' }),
  },
  {
    what: 'replayed code: typed in a second time',
    request: '`POST /app/code`',
    send: async (issuer) => {
      const codePath = await issuer.ask();
      const code = await issuer.lastCode();
      await issuer.postForm(codePath, { code });
      return issuer.postForm(codePath, { code });
    },
  },
  {
    what: 'replayed code: the authorization code is exchanged a second time',
    request: EXCHANGE,
    send: async (issuer) => {
      const grant = await issuer.authorize();
      await issuer.exchange(grant);
      return issuer.exchange(grant);
    },
  },
  {
    what: 'sixth try at a code, even the right one',
    request: '`POST /app/code`',
    send: async (issuer) => {
      const codePath = await issuer.ask();
      for (let tries = 1; tries <= 5; tries++) await issuer.postForm(codePath, { code: 'wrong' });
      return issuer.postForm(codePath, { code: await issuer.lastCode() });
    },
  },
  {
    what: 'expired code: after five minutes',
    request: '`POST /app/code`',
    send: async (issuer) => {
      const codePath = await issuer.ask();
      issuer.clock.advance(5 * 60_000);
      return issuer.postForm(codePath, { code: await issuer.lastCode() });
    },
  },
  {
    what: 'sixth send to an identifier in five minutes, codes and links together',
    request: START,
    send: async (issuer) => {
      for (let sends = 1; sends <= 5; sends++) await issuer.ask('often@example.com', sends % 2 === 0 ? LINK : {});
      return issuer.postForm(issuer.authorizePath(LINK), { identifier: 'often@example.com' });
    },
  },
  {
    what: 'eleventh send from an address in five minutes, whoever the codes and links are for',
    request: START,
    send: async (issuer) => {
      const send = (index: number): Promise<Response> =>
        issuer.postForm(
          issuer.authorizePath(index % 2 === 0 ? LINK : {}),
          { identifier: `${String(index)}@example.com` },
          { 'x-forwarded-for': '203.0.113.7' },
        );
      for (let sends = 1; sends <= 10; sends++) await send(sends);
      return send(11);
    },
  },
  {
    what: 'scanner’s GET: whatever opens a link without a click spends nothing',
    request: '`GET /link`',
    send: async (issuer) => {
      await issuer.ask('ann@example.com', LINK);
      return issuer.fetch(await issuer.lastLink());
    },
  },
  {
    what: 'clicked for somebody: another site posts the form of a link’s page',
    request: '`POST /link` with `Sec-Fetch-Site: cross-site`',
    send: async (issuer) => {
      await issuer.ask('ann@example.com', LINK);
      return issuer.click(await issuer.lastLink(), { 'sec-fetch-site': 'cross-site' });
    },
  },
  {
    what: 'expired link: opened after five minutes',
    request: '`GET /link`',
    send: async (issuer) => {
      await issuer.ask('ann@example.com', LINK);
      issuer.clock.advance(5 * 60_000);
      return issuer.fetch(await issuer.lastLink());
    },
  },
  {
    what: 'expired link: clicked after five minutes',
    request: '`POST /link`',
    send: async (issuer) => {
      await issuer.ask('ann@example.com', LINK);
      issuer.clock.advance(5 * 60_000);
      return issuer.click(await issuer.lastLink());
    },
  },
  {
    what: 'replayed link: clicked a second time',
    request: '`POST /link`',
    send: async (issuer) => {
      await issuer.ask('ann@example.com', LINK);
      const link = await issuer.lastLink();
      await issuer.click(link);
      return issuer.click(link);
    },
  },
];

/** Tries everything, and writes down what is answered. */
export async function writeIssuerRefusals(): Promise<string> {
  const issuer = await IssuerUnderTest.start();
  try {
    const rows = [];
    for (const { what, request, send } of CASES) {
      issuer.clock.advance(10 * 60_000);
      const answer = await send(issuer);
      rows.push([what, request, String(answer.status), fieldsOf(answer, request), await textOf(answer)]);
    }
    return `${HEAD}\n${tableOf([['what is tried', 'request', 'status', 'fields', 'what it says'], ...rows])}`;
  } finally {
    await issuer.close();
  }
}

const HEAD = `# What the issuer refuses

Codes and links, and the answers to whoever tries to get more out of them than they hold. This table is written by
\`test/docs/issuer-refusals.spec.ts\`, which tries each row against a running issuer and fails where an answer is another one. Every answer
here is \`Cache-Control: no-store\`, and none has a \`Location\`. At the API it is \`{ "msg": ... }\`; everywhere else it is a page, of which
the heading and what stands below it are shown.
`;

/** The header fields that the refusal consists of, or that a refusal must not have. */
function fieldsOf({ headers }: Response, request: string): string {
  const retryAfter = headers.get('retry-after');
  const allowed = headers.get('access-control-allow-origin');
  if (headers.get('location') !== null || headers.get('cache-control') !== 'no-store') throw new Error('an odd answer');
  if (retryAfter !== null) return `\`Retry-After: ${retryAfter}\``;
  if (!request.includes('`Origin:')) return '';
  return allowed === null ? 'no `Access-Control-Allow-Origin`' : `\`Access-Control-Allow-Origin: ${allowed}\``;
}

async function textOf(answer: Response): Promise<string> {
  const body = await answer.text();
  if (body === '') return 'nothing';
  if (!body.startsWith('{')) {
    const parts = [/<h1>(.*?)<\/h1>/s, /<p class="lead"[^>]*>(.*?)<\/p>/s, /<p class="details">(.*?)<\/p>/s];
    const shown = parts.map((part) => part.exec(body)?.[1]).filter((text) => text !== undefined);
    return shown.map((text) => plain(text).replace(/([^.?!])$/, '$1.')).join(' ');
  }
  const { msg } = JSON.parse(body) as { msg?: string };
  return msg === undefined ? 'the identity and its tokens, which the browser keeps from the page' : `\`${msg}\``;
}

function plain(html: string): string {
  return html
    .replace(/<[^>]+>/g, '')
    .replace(/&lt;/g, '\\<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, '’')
    .replace(/\s+/g, ' ')
    .trim();
}

/** With its columns as wide as prettier makes them. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const lineOf = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return [
    lineOf(head),
    lineOf(
      head.map(() => ''),
      '-',
    ),
    ...body.map((row) => lineOf(row)),
  ].join('');
}
