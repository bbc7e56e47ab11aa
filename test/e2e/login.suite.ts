import type { CotterForRootOptions } from 'nestjs-cotter';
import { Controller, Get, UseGuards, type INestApplication } from '@nestjs/common';
import { CotterAuthGuard, CotterModule, CurrentAccount, UsersService } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';
import { CotterUser, CotterUserIdentity } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { documentedPayloads } from '../fixtures/payloads.js';
import { inMemory, type LoginDatabase } from './login-database.js';
import { platforms, send, startApplication, type Answer, type Platform, type TestApplication } from './platforms.js';

@UseGuards(CotterAuthGuard)
@Controller()
class AccountController {
  @Get('account')
  account(@CurrentAccount() account: CotterUser, @CurrentAccount() again: CotterUser): { id: string; same: boolean } {
    return { id: account.id, same: account === again };
  }
}

interface LoginBody {
  user: { id: string; identifier: string; identifierType: string; lastAuthenticationMethod: string };
  created: boolean;
  token: { expiresAt: string };
}

/** Boots an application that keeps its users in a database, and trusts an issuer. */
export function startLogin(
  platform: Platform,
  issuer: CotterTestIssuer,
  database: LoginDatabase,
  options: Partial<CotterForRootOptions> = {},
  prepare?: (app: INestApplication) => void,
): Promise<TestApplication> {
  const imports = [database.module(), CotterModule.forRoot({ ...issuer.moduleOptions, ...options })];
  return startApplication(platform, { imports, controllers: [AccountController] }, prepare);
}

export const login = (server: TestApplication, json: unknown, path = '/login'): Promise<Answer> =>
  send(`${server.url}${path}`, { json });
export const userOf = (answer: Answer): LoginBody['user'] => (answer.body as LoginBody).user;

/** Declares everything that a login promises, on one database and both platforms. */
export function declareLoginSuite(databaseName: string, open: () => Promise<LoginDatabase>): void {
  describe.each(platforms)(`POST /login on %s, ${databaseName}`, (platform) => {
    let issuer: CotterTestIssuer;
    let database: LoginDatabase;
    let server: TestApplication;

    beforeAll(async () => {
      issuer = await CotterTestIssuer.start();
      database = await open();
      server = await startLogin(platform, issuer, database);
    });

    afterAll(async () => {
      await server.app.close();
      await database.drop();
      await issuer.close();
    });

    it('registers a person, and knows them from then on', async () => {
      const person = { subject: 'ann', identifier: 'Ann@Example.com' };
      const first = await login(server, issuer.payload(person));
      expect(first.status).toBe(201);
      expect(first.headers.get('cache-control')).toBe('no-store');
      expect(first.body).toEqual({
        user: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          identifier: 'ann@example.com',
          identifierType: 'EMAIL',
          createdAt: expect.stringMatching(/Z$/) as string,
          lastLoginAt: expect.stringMatching(/Z$/) as string,
          lastAuthenticationMethod: 'OTP',
        },
        created: true,
        token: { expiresAt: expect.stringMatching(/Z$/) as string, authenticationMethod: 'OTP', scopes: ['access'] },
      });
      const second = await login(server, issuer.payload({ ...person, authenticationMethod: 'WEBAUTHN' }));
      expect(second.status).toBe(200);
      expect(second.body).toMatchObject({
        created: false,
        user: { id: userOf(first).id, lastAuthenticationMethod: 'WEBAUTHN' },
      });
    });

    it.each(Object.entries(documentedPayloads))('takes the payload of %s', async (_shape, payload) => {
      const person = { identifier: `${crypto.randomUUID()}@example.com`, subject: crypto.randomUUID() };
      const answer = await login(
        server,
        payload({ accessToken: issuer.token(person), idToken: issuer.idToken(person) }),
      );
      expect(answer.status).toBe(201);
      expect(userOf(answer).identifier).toBe(person.identifier);
    });

    it('takes the identifier of the ID token where the access token, of before August 2020, has none', async () => {
      const subject = crypto.randomUUID();
      const tokens = {
        access_token: issuer.token({ subject, identifier: null }),
        id_token: issuer.idToken({ subject, identifier: 'early@example.com' }),
      };
      expect(userOf(await login(server, { oauth_token: tokens })).identifier).toBe('early@example.com');
      const later = await login(server, { oauth_token: { access_token: tokens.access_token } });
      expect([later.status, userOf(later).identifier]).toEqual([200, 'early@example.com']);
    });

    it('makes one account of a hundred first logins at once, and answers every one of them', async () => {
      const payload = issuer.payload({ subject: 'racer', identifier: 'racer@example.com' });
      const answers = await Promise.all(Array.from({ length: 100 }, () => login(server, payload)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(99);
      expect(new Set(answers.map((answer) => userOf(answer).id)).size).toBe(1);
      const dataSource = server.app.get(DataSource);
      expect(await dataSource.getRepository(CotterUser).countBy({ identifier: 'racer@example.com' })).toBe(1);
      expect(await dataSource.getRepository(CotterUserIdentity).countBy({ subject: 'racer' })).toBe(1);
    });

    it('makes one account of a hundred subjects with one address', async () => {
      const payloads = Array.from({ length: 100 }, () => issuer.payload({ identifier: 'shared@example.com' }));
      const answers = await Promise.all(payloads.map((payload) => login(server, payload)));
      expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
      expect(new Set(answers.map((answer) => userOf(answer).id)).size).toBe(1);
    });

    const refusedTokens: [string, () => Record<string, unknown>, string][] = [
      ['an expired access token', () => ({ access_token: issuer.token({ expiresInSeconds: -60 }) }), 'token_expired'],
      [
        'a token for another application',
        () => ({ access_token: issuer.token({ audience: 'x' }) }),
        'invalid_audience',
      ],
      [
        'a token of another issuer',
        () => ({ access_token: issuer.token({ issuer: 'https://x.example' }) }),
        'invalid_issuer',
      ],
      ['an ID token for an access token', () => ({ access_token: issuer.idToken() }), 'invalid_token_type'],
      ['junk', () => ({ access_token: 'junk' }), 'malformed_token'],
      [
        'an expired ID token',
        () => ({
          access_token: issuer.token({ subject: 's' }),
          id_token: issuer.idToken({ subject: 's', expiresInSeconds: -60 }),
        }),
        'token_expired',
      ],
      [
        'an access token for an ID token',
        () => ({ access_token: issuer.token({ subject: 's' }), id_token: issuer.token({ subject: 's' }) }),
        'invalid_token_type',
      ],
      [
        "somebody else's ID token",
        () => ({ access_token: issuer.token({ subject: 's' }), id_token: issuer.idToken({ subject: 'x' }) }),
        'id_token_mismatch',
      ],
      [
        'tokens without an identifier',
        () => ({ access_token: issuer.token({ identifier: null }) }),
        'identity_missing',
      ],
      [
        'an identifier that cannot be seen',
        () => ({ access_token: issuer.token({ identifier: 'a\u202eb@x.de' }) }),
        'invalid_identifier',
      ],
    ];
    it.each(refusedTokens)('refuses %s', async (_case, tokens, code) => {
      const answer = await login(server, { email: 'ann@example.com', oauth_token: tokens() });
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({ status: 403, code });
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    it('says "Invalid access token", as the guide does', async () => {
      const answer = await login(server, { oauth_token: { access_token: 'junk' } });
      expect(answer.body).toMatchObject({ title: 'Invalid access token', detail: 'Invalid access token' });
    });

    it('never logs anyone in as whom the body names', async () => {
      const victim = await login(server, issuer.payload({ identifier: 'victim@example.com' }));
      const attacker = {
        ...issuer.payload({ identifier: 'attacker@example.com' }),
        email: 'victim@example.com',
        user: { ID: userOf(victim).id, identifier: 'victim@example.com' },
      };
      const answer = await login(server, attacker);
      expect(userOf(answer).identifier).toBe('attacker@example.com');
      expect(userOf(answer).id).not.toBe(userOf(victim).id);
    });

    it('refuses a user name that another subject holds', async () => {
      await login(server, issuer.payload({ identifier: 'neo' }));
      const answer = await login(server, issuer.payload({ identifier: 'neo' }));
      expect([answer.status, answer.body]).toEqual([409, expect.objectContaining({ code: 'identifier_taken' })]);
    });

    const badBodies: [string, RequestInit & { json?: unknown }, number][] = [
      ['JSON that is not an object', { json: [] }, 400],
      ['no tokens', { json: { email: 'a@example.com' } }, 400],
      ['an access token that is a list', { json: { oauth_token: { access_token: ['x'] } } }, 400],
      [
        'broken JSON',
        { method: 'POST', body: '{"oauth_token":', headers: { 'content-type': 'application/json' } },
        400,
      ],
      [
        'a form',
        { method: 'POST', body: 'oauth_token=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        415,
      ],
      ['plain text', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
      [
        'another character set',
        { method: 'POST', body: '{}', headers: { 'content-type': 'application/json; charset=iso-8859-1' } },
        415,
      ],
      ['more than 64 KiB', { json: { oauth_token: { access_token: 'x' }, pad: 'x'.repeat(65_536) } }, 413],
    ];
    it.each(badBodies)('answers %s in the client error range', async (_case, init, status) => {
      const answer = await send(`${server.url}/login`, init);
      expect(answer.status).toBe(status);
      expect(JSON.stringify(answer.body)).not.toContain('oauth_token=x');
    });

    it('names the members of a wrong body, never their values', async () => {
      const answer = await login(server, { oauth_token: { access_token: 5 }, email: { secret: 'value' } });
      expect(answer.body).toMatchObject({
        code: 'invalid_body',
        detail:
          'The body has the wrong shape: oauth_token.access_token must be a non-empty string; email must be a string.',
      });
    });

    it('gives a handler the row of the person who calls, once a request', async () => {
      const person = { subject: 'handler', identifier: 'handler@example.com' };
      const token = issuer.token(person);
      const get = (): Promise<Answer> =>
        send(`${server.url}/account`, { headers: { authorization: `Bearer ${token}` } });
      expect([(await get()).status, (await get()).body]).toEqual([
        403,
        expect.objectContaining({ code: 'not_registered' }),
      ]);
      const { id } = userOf(await login(server, issuer.payload(person)));
      expect((await get()).body).toEqual({ id, same: true });
      const principal = { issuer: issuer.url, subject: 'handler' };
      expect(await server.app.get(UsersService).findByPrincipal(principal)).toMatchObject({
        id,
        identifier: 'handler@example.com',
      });
    });

    it('answers 503 while the keys are out of reach, and registers nobody', async () => {
      const down = await CotterTestIssuer.start();
      const other = await startLogin(platform, down, inMemory());
      down.goDown();
      const answer = await login(other, down.payload());
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await other.app.get(DataSource).getRepository(CotterUser).count()).toBe(0);
      await other.app.close();
      await down.close();
    });
  });
}
