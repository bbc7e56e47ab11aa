import { ValidationPipe, VersioningType } from '@nestjs/common';
import { RegistrationRefusedError, type CotterLoginHooks } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { inMemory, onServer } from './login-database.js';
import { declareLoginSuite, login, startLogin, userOf } from './login.suite.js';
import { platforms, type TestApplication } from './platforms.js';

const { DATABASE_URL: databaseUrl = '' } = process.env;

if (databaseUrl === '') declareLoginSuite('in memory', () => Promise.resolve(inMemory()));
else declareLoginSuite('on the server of DATABASE_URL', () => onServer(databaseUrl));

let issuer: CotterTestIssuer;

beforeAll(async () => {
  issuer = await CotterTestIssuer.start();
});

afterAll(() => issuer.close());

describe.each(platforms)('in a host of its own habits on %s', (platform) => {
  it('works under a strict ValidationPipe, a global prefix, versioning and a path', async () => {
    const server = await startLogin(platform, issuer, inMemory(), { path: 'auth' }, (app) => {
      app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI });
    });
    expect((await login(server, issuer.payload(), '/api/auth/login')).status).toBe(201);
    expect((await login(server, issuer.payload(), '/login')).status).toBe(404);
    await server.app.close();
  });

  it('leaves the routes out where it is told so', async () => {
    const server = await startLogin(platform, issuer, inMemory(), {
      controllers: false,
    });
    expect((await login(server, issuer.payload())).status).toBe(404);
    expect((await login(server, {}, '/refresh')).status).toBe(404);
    await server.app.close();
  });
});

describe('strictIdentity', () => {
  let server: TestApplication;

  beforeAll(async () => {
    server = await startLogin('express', issuer, inMemory(), { strictIdentity: true });
  });

  afterAll(() => server.app.close());

  const person = { subject: 'ann', identifier: 'ann@example.com' };

  it('takes a body that names the same person, in whatever spelling, or nobody', async () => {
    const payload = issuer.payload(person);
    for (const email of ['ANN@example.COM', '', null, undefined]) {
      expect((await login(server, { ...payload, email })).status).toBeLessThan(300);
    }
  });

  it.each([
    ['email', { email: 'bob@example.com' }],
    ['phone', { phone: '+12345678910' }],
    ['user.identifier', { user: { identifier: 'bob@example.com' } }],
    ['user.ID', { user: { ID: 'bob' } }],
  ])('refuses a body whose %s names another', async (member, body) => {
    const answer = await login(server, { ...issuer.payload(person), email: '', user: null, ...body });
    expect(answer.body).toMatchObject({
      status: 403,
      code: 'identity_mismatch',
      detail: expect.stringContaining(member) as string,
    });
    expect(JSON.stringify(answer.body)).not.toContain('bob');
  });
});

describe("the application's hooks", () => {
  it('see what is verified and what is not, may refuse, and never fail a login', async () => {
    const calls: string[] = [];
    const hooks: CotterLoginHooks = {
      beforeRegister({ identifier, unverified }) {
        calls.push(`before ${identifier.value} ${String(unverified['name'])}`);
        if (identifier.value.endsWith('@evil.example')) throw new RegistrationRefusedError('Not from there.');
      },
      onRegistered(account) {
        calls.push(`registered ${account.identifier}`);
        throw new Error('a mail server is down');
      },
      async onLoggedIn(account, { principal }) {
        await Promise.resolve();
        calls.push(`logged in ${account.identifier} ${principal.subject}`);
      },
      onIdentifierConflict(account, identifier) {
        calls.push(`conflict ${account.identifier} ${identifier.value}`);
      },
    };
    const server = await startLogin('express', issuer, inMemory(), { hooks });
    const refused = await login(server, issuer.payload({ identifier: 'a@evil.example' }));
    expect([refused.status, refused.body]).toEqual([
      403,
      expect.objectContaining({ code: 'registration_refused', detail: 'Not from there.' }),
    ]);
    const ann = { subject: 'ann', identifier: 'ann@example.com' };
    expect((await login(server, { ...issuer.payload(ann), name: 'Ann' })).status).toBe(201);
    expect((await login(server, issuer.payload({ subject: 'bob', identifier: 'bob@example.com' }))).status).toBe(201);
    const conflict = await login(server, issuer.payload({ subject: 'bob', identifier: 'ann@example.com' }));
    expect([conflict.status, userOf(conflict).identifier]).toEqual([200, 'bob@example.com']);
    expect(calls).toEqual([
      'before a@evil.example undefined',
      'before ann@example.com Ann',
      'registered ann@example.com',
      'logged in ann@example.com ann',
      'before bob@example.com undefined',
      'registered bob@example.com',
      'logged in bob@example.com bob',
      'conflict bob@example.com ann@example.com',
      'logged in bob@example.com bob',
    ]);
    await server.app.close();
  });
});
