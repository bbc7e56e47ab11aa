import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthMethods, CotterAuthGuard, CotterModule, Scopes } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { sendRaw, type RawAnswer } from '../attacks/http/raw-client.js';
import { platforms, startApplication, type TestApplication } from '../e2e/platforms.js';

@UseGuards(CotterAuthGuard)
@Controller()
class RoutesController {
  @Get('me')
  me(): string {
    return 'me';
  }

  @Post('form')
  form(): string {
    return 'form';
  }

  @Scopes('admin')
  @Get('admin')
  admin(): string {
    return 'admin';
  }

  @AuthMethods('WEBAUTHN')
  @Get('strong')
  strong(): string {
    return 'strong';
  }
}

/** RFC 9110, 5.6.2 to 5.6.4 and 11.2: one challenge, as strictly as the grammar has it. */
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)="((?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*)"/;
const CHALLENGE = new RegExp(`^Bearer ${PARAMETER.source}(?:, ${PARAMETER.source})*$`);

/** The parameters of the one challenge in an answer. */
function challengeOf({ headers }: RawAnswer): Record<string, string> {
  const field = headers['www-authenticate'] ?? '';
  expect(field).toMatch(CHALLENGE);
  const parameters = [...field.matchAll(new RegExp(PARAMETER, 'g'))].map(([, name = '', value = '']) => [name, value]);
  // "MUST NOT appear more than once" is said of each of them.
  expect(new Set(parameters.map(([name]) => name)).size).toBe(parameters.length);
  return Object.fromEntries(parameters) as Record<string, string>;
}

describe.each(platforms)('RFC 6750, Bearer Token Usage, on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let server: TestApplication;
  let token: string;

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start();
    server = await startApplication(platform, {
      imports: [CotterModule.forRoot({ ...issuer.moduleOptions, users: false })],
      controllers: [RoutesController],
    });
    token = issuer.token();
  });

  afterAll(async () => {
    await server.app.close();
    await issuer.close();
  });

  const request = (
    target: string,
    authorization: readonly string[] = [],
    more: { method?: string; type?: string; body?: string } = {},
  ): Promise<RawAnswer> =>
    sendRaw(new URL(server.url), {
      method: more.method ?? 'GET',
      target,
      headers: [
        ...authorization.map((field) => ['Authorization', field] as const),
        ...(more.type === undefined ? [] : [['Content-Type', more.type] as const]),
      ],
      ...(more.body === undefined ? {} : { body: more.body }),
    });

  it.each([
    ['one space', (text: string) => `Bearer ${text}`],
    ['several', (text: string) => `Bearer    ${text}`],
    ['white space around the field, which is not a part of it', (text: string) => `  Bearer ${text} \t`],
  ])('2.1, credentials = "Bearer" 1*SP b64token: accepts %s', async (_case, write) => {
    expect((await request('/me', [write(token)])).status).toBe(200);
  });

  it.each([
    ['no space', (text: string) => `Bearer${text}`, 'missing_credentials'],
    ['a tab', (text: string) => `Bearer\t${text}`, 'missing_credentials'],
    ['a colon', (text: string) => `Bearer: ${text}`, 'missing_credentials'],
    ['quotes', (text: string) => `Bearer "${text}"`, 'malformed_token'],
    ['a parameter', (text: string) => `Bearer token=${text}`, 'malformed_token'],
    ['two tokens', (text: string) => `Bearer ${text}, Bearer ${text}`, 'malformed_token'],
    ['nothing behind it', () => 'Bearer', 'malformed_token'],
    ['a scheme that only begins alike', (text: string) => `BearerX ${text}`, 'missing_credentials'],
    ['another scheme', (text: string) => `Token ${text}`, 'missing_credentials'],
  ])('2.1, credentials = "Bearer" 1*SP b64token: refuses %s', async (_case, write, code) => {
    const answer = await request('/me', [write(token)]);
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([401, code]);
  });

  it.each([
    ['2.2, a form', `/form`, 'application/x-www-form-urlencoded', (text: string) => `access_token=${text}`],
    ['2.2, JSON', `/form`, 'application/json', (text: string) => JSON.stringify({ access_token: text })],
  ])('%s: the parameter access_token is no credential', async (_case, target, type, write) => {
    const answer = await request(target, [], { method: 'POST', type, body: write(token) });
    expect([answer.status, challengeOf(answer)]).toEqual([401, { realm: 'cotter' }]);
  });

  it.each<[string, number, string, () => Promise<RawAnswer>]>([
    ['invalid_request', 400, 'two fields', () => request('/me', [`Bearer ${token}`, `Bearer ${token}`])],
    ['invalid_token', 401, 'junk', () => request('/me', ['Bearer junk'])],
    ['invalid_token', 401, 'alg none', () => request('/me', [`Bearer ${issuer.token({ header: { alg: 'none' } })}`])],
    [
      'invalid_token',
      401,
      'an unknown key',
      () => request('/me', [`Bearer ${issuer.token({ header: { kid: '"' } })}`]),
    ],
    ['invalid_token', 401, 'a bad signature', () => request('/me', [`Bearer ${token.slice(0, -4)}AAAA`])],
    ['invalid_token', 401, 'expired', () => request('/me', [`Bearer ${issuer.token({ expiresInSeconds: -60 })}`])],
    [
      'invalid_token',
      401,
      'not yet',
      () => request('/me', [`Bearer ${issuer.token({ claims: { nbf: 9e9, exp: 1e10 } })}`]),
    ],
    [
      'invalid_token',
      401,
      'an issuer',
      () => request('/me', [`Bearer ${issuer.token({ issuer: 'x", error="none' })}`]),
    ],
    ['invalid_token', 401, 'an audience', () => request('/me', [`Bearer ${issuer.token({ audience: '\\"' })}`])],
    ['invalid_token', 401, 'an ID token', () => request('/me', [`Bearer ${issuer.idToken()}`])],
    ['invalid_token', 401, 'no subject', () => request('/me', [`Bearer ${issuer.token({ claims: { sub: 1 } })}`])],
    ['invalid_token', 401, 'a claim', () => request('/me', [`Bearer ${issuer.token({ claims: { jti: 1 } })}`])],
    ['insufficient_scope', 403, 'a scope', () => request('/admin', [`Bearer ${token}`])],
    ['insufficient_user_authentication', 401, 'a method', () => request('/strong', [`Bearer ${token}`])],
  ])('3 and 3.1, the answer "%s" has status %d and one challenge: %s', async (error, status, _case, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    const challenge = challengeOf(answer);
    expect(challenge).toMatchObject({ realm: 'cotter', error, error_description: expect.any(String) as string });
    // "MUST NOT include characters outside the set %x20-21 / %x23-5B / %x5D-7E"
    expect(challenge['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(challenge['scope']).toBe(error === 'insufficient_scope' ? 'admin' : undefined);
    expect((JSON.parse(answer.text) as { status: number }).status).toBe(status);
  });

  it('RFC 9110, 9.3.2, HEAD has "the same header fields" as GET, and no body', async () => {
    const [get, head] = [await request('/me'), await request('/me', [], { method: 'HEAD' })];
    expect([head.status, head.text]).toEqual([get.status, '']);
    for (const name of ['www-authenticate', 'content-type', 'cache-control'])
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    expect((await request('/me', [`Bearer ${token}`], { method: 'HEAD' })).status).toBe(200);
  });
});
