import { Controller, Get, UseGuards } from '@nestjs/common';
import fc from 'fast-check';
import { CotterAuthGuard, CotterModule, CurrentUser } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { sendRaw, type RawRequest } from '../attacks/http/raw-client.js';
import { inMemory } from '../e2e/login-database.js';
import { platforms, startApplication, type TestApplication } from '../e2e/platforms.js';
import { runs, TIMEOUT_MS } from './runs.js';

jest.setTimeout(TIMEOUT_MS);

@UseGuards(CotterAuthGuard)
@Controller('me')
class MeController {
  @Get()
  me(@CurrentUser('subject') subject: string): { subject: string } {
    return { subject };
  }
}

/** Latin-1, as header fields are on the wire; every byte, CR, LF and NUL among them. */
const anyBytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const anyField = fc.oneof(
  anyBytes,
  anyBytes.map((bytes) => `Bearer ${bytes}`),
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.mixedCase(fc.constant('bearer')), fc.string()).map((words) => words.join(' ')),
  fc.array(fc.base64String({ maxLength: 100 }), { maxLength: 5 }).map((parts) => `Bearer ${parts.join('.')}`),
);
/** Likely members with unlikely values; `GOOD` becomes a good token. */
const anyPayload = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom('oauth_token', 'email', 'phone', 'user', 'identifier', 'user_id', 'token', '__proto__', 'name'),
    fc.jsonValue(),
  ),
  fc
    .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.oneof(fc.constant('GOOD'), fc.jsonValue()), fc.jsonValue())
    .map(([members, access, id]) => ({ ...members, oauth_token: { access_token: access, id_token: id } })),
);
const anyBody = fc.oneof(
  anyPayload.map((payload) => JSON.stringify(payload)),
  fc.string({ unit: 'binary' }),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 1, max: 8_000 }).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
);

describe.each(platforms)('on %s, while keys are at hand,', (platform) => {
  let issuer: CotterTestIssuer;
  let server: TestApplication;
  const statuses = new Set<number>();

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start();
    server = await startApplication(platform, {
      imports: [inMemory().module(), CotterModule.forRoot({ ...issuer.moduleOptions })],
      controllers: [MeController],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await issuer.close();
  });

  beforeEach(() => {
    statuses.clear();
  });

  async function expectNoFailure(request: RawRequest): Promise<void> {
    const { status, text } = await sendRaw(new URL(server.url), request);
    statuses.add(status);
    if (status >= 500) throw new Error(`${String(status)}: ${text}`);
  }

  it('no bytes in the Authorization field are an error of the server', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyField, { minLength: 1, maxLength: 2 }), (fields) =>
        expectNoFailure({
          method: 'GET',
          target: '/me',
          headers: fields.map((field): [string, string] => ['Authorization', field]),
        }),
      ),
      runs(150),
    );
    expect([...statuses]).toEqual(expect.arrayContaining([400, 401]));
  });

  it('nor is any body of a login, whole or in chunks', async () => {
    const good = issuer.token();
    await fc.assert(
      fc.asyncProperty(anyBody, fc.boolean(), (text, chunked) => {
        const body = text.replaceAll('"GOOD"', JSON.stringify(good));
        const bytes = Buffer.from(body);
        const chunk = `${bytes.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
        return expectNoFailure({
          method: 'POST',
          target: '/login',
          headers: [
            ['Content-Type', 'application/json'],
            ...(chunked ? [['Transfer-Encoding', 'chunked'] as const] : []),
          ],
          body: chunked ? (bytes.length === 0 ? '0\r\n\r\n' : chunk) : body,
        });
      }),
      runs(150),
    );
    // Bodies that are no JSON, tokens that are no good, and logins.
    expect([...statuses]).toEqual(expect.arrayContaining([201, 400, 403]));
  });

  it('nor is one that is nested deeper than the stack, whose size only the server can tell', async () => {
    const body = '['.repeat(20_000) + ']'.repeat(20_000);
    const { status } = await sendRaw(new URL(server.url), {
      method: 'POST',
      target: '/login',
      headers: [
        ['Content-Type', 'application/json'],
        ['Transfer-Encoding', 'chunked'],
      ],
      body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    });
    expect(status).toBe(413);
  });
});
