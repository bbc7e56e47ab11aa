import { Controller, Get, UseGuards, type INestApplication } from '@nestjs/common';
import {
  CookieSessions,
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  SessionService,
  SessionStore,
  type CotterFactoryOptions,
  type CotterForRootOptions,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';
import { TypeOrmSessionStore } from 'nestjs-cotter/typeorm';

import { Browser } from '../fixtures/browser.js';
import { inMemory } from './login-database.js';
import { startApplication } from './platforms.js';

const SITE = 'https://app.example.com';
const KEY = 'a key of thirty-two characters!!';

let issuer: CotterTestIssuer;

beforeAll(async () => {
  issuer = await CotterTestIssuer.start();
});
afterAll(() => issuer.close());

async function bootErrorOf(options: Partial<CotterForRootOptions>): Promise<string> {
  let app: INestApplication | undefined;
  try {
    const cotter = CotterModule.forRoot({ ...issuer.moduleOptions, ...options });
    ({ app } = await startApplication('express', { imports: [inMemory().module(), cotter] }));
    return 'booted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await app?.close();
  }
}

const good = { publicUrl: SITE, session: { mode: 'server', encryptionKeys: [KEY] } } as const;

describe('a module with sessions', () => {
  it.each<[string, object, RegExp]>([
    ['no public URL', { publicUrl: undefined }, /^publicUrl: must be the URL that browsers reach/],
    ['a public URL in clear', { publicUrl: 'http://app.example.com' }, /^publicUrl: must be an https: URL/],
    ['no such mode', { session: { ...good.session, mode: 'cookie' } }, /^session\.mode: must be 'server' or 'token'/],
    ['no keys', { session: { mode: 'server' } }, /^session\.encryptionKeys: must be a list of secrets/],
    ['an empty list of keys', { session: { mode: 'server', encryptionKeys: [] } }, /^session\.encryptionKeys: /],
    [
      'a short key',
      { session: { mode: 'server', encryptionKeys: [KEY, 'hunter2'] } },
      /^session\.encryptionKeys: (?!.*hunter2)/,
    ],
    [
      'an option that is none',
      { session: { ...good.session, cookie: 'x' } },
      /^session\.cookie: is not an option here/,
    ],
    [
      'too short a life',
      { session: { ...good.session, idleSeconds: 1 } },
      /^session\.idleSeconds: must be a whole number from 60/,
    ],
    ['an origin with a path', { allowedOrigins: [`${SITE}/`] }, /^allowedOrigins: must be a list of origins/],
    ['no users', { users: false }, /^session: needs users/],
    [
      'another site to go to',
      { redirect: { defaultReturnTo: '//evil.example' } },
      /^redirect\.defaultReturnTo: must be a path of this site/,
    ],
    ['a redirect without sessions', { session: undefined, redirect: true }, /^redirect: needs session/],
  ])('does not boot with %s', async (_case, changes, message) => {
    expect(await bootErrorOf({ ...good, ...changes })).toMatch(message);
  });

  it('boots, and keeps them beside the users', async () => {
    const cotter = CotterModule.forRoot({ ...issuer.moduleOptions, ...good, redirect: { type: 'PHONE' } });
    const { app } = await startApplication('express', { imports: [inMemory().module(), cotter] });
    expect(app.get(SessionStore)).toBeInstanceOf(TypeOrmSessionStore);
    await app.close();
  });

  it('takes mode and redirect beside a factory, and the rest from it', async () => {
    const useFactory = (): CotterFactoryOptions => ({
      ...issuer.moduleOptions,
      publicUrl: SITE,
      session: { encryptionKeys: [KEY] },
      redirect: { defaultReturnTo: '/home' },
    });
    const { app, url } = await startApplication('express', {
      imports: [
        inMemory().module(),
        CotterModule.forRootAsync({ session: { mode: 'token' }, redirect: true, useFactory }),
      ],
    });
    const browser = new Browser(url);
    const answer = await browser.post('/login', issuer.payload({ subject: 'ann' }), { origin: SITE });
    expect([answer.status, [...browser.cookies.keys()]]).toEqual([
      201,
      ['__Host-cotter-session', '__Host-cotter-access'],
    ]);
    await app.close();
  });

  it('does not lend them to a module without', async () => {
    @UseGuards(CotterAuthGuard.for('partners'))
    @Controller('partners')
    class PartnersController {
      @Get()
      partner(@CurrentUser('subject') subject: string): { subject: string } {
        return { subject };
      }
    }
    const partners = CotterModule.forRoot({
      ...issuer.moduleOptions,
      name: 'partners',
      path: 'partners',
      users: false,
    });
    const { app, url } = await startApplication('express', {
      imports: [inMemory().module(), CotterModule.forRoot({ ...issuer.moduleOptions, ...good }), partners],
      controllers: [PartnersController],
    });
    const browser = new Browser(url);
    await browser.post('/login', issuer.payload({ subject: 'ann' }), { origin: SITE });
    browser.cookies.set('__Host-partners-session', browser.cookies.get('__Host-cotter-session') ?? '');
    expect((await browser.get('/partners')).body).toMatchObject({ code: 'missing_credentials' });
    const bearer = { authorization: `Bearer ${issuer.token({ subject: 'bob' })}` };
    expect((await browser.get('/partners', bearer)).body).toEqual({ subject: 'bob' });
    // Its own sign-out knows no session either.
    expect((await browser.send('/partners/logout', { method: 'POST', headers: bearer })).status).toBe(204);
    expect((await browser.get('/sessions')).status).toBe(200);
    await app.close();
  });

  it('has nothing of sessions where they are off', async () => {
    const { app, url } = await startApplication('express', {
      imports: [inMemory().module(), CotterModule.forRoot(issuer.moduleOptions)],
    });
    expect(app.get<unknown>(CookieSessions, { strict: false })).toBe(null);
    expect(app.get<unknown>(SessionService, { strict: false })).toBe(null);
    const browser = new Browser(url);
    const answer = await browser.post('/login', issuer.payload({ subject: 'ann' }), {
      origin: 'https://anywhere.example',
    });
    expect([answer.status, answer.cookies]).toEqual([201, []]);
    expect((await browser.get('/sessions')).status).toBe(404);
    await app.close();
  });
});
