import type { INestApplication } from '@nestjs/common';

import { CotterOptions, cotterToken, LoginService, type CotterAccount } from '../index.js';
import { CotterTestIssuer } from './cotter-test-issuer.js';
import { completeUser, type TestUser } from './test-user.js';

/** Somebody who is signed in to the application under test. */
export interface TestClient<TAccount extends CotterAccount = CotterAccount> {
  readonly token: string;
  /** The person's row; `null` where the application keeps no users. */
  readonly account: TAccount | null;
  /** Like the global `fetch`, with a path of the application and the person's access token. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/**
 * Signs somebody in to an application whose `CotterModule` trusts a running {@link CotterTestIssuer}: registers the person where the
 * application keeps users, and calls its routes in their name, over real HTTP.
 *
 * @example
 * ```ts
 * const ann = await asUser(app, { identifier: 'ann@example.com' });
 * expect((await ann.fetch('/me')).status).toBe(200);
 * ```
 */
export async function asUser<TAccount extends CotterAccount = CotterAccount>(
  app: INestApplication,
  user: TestUser = {},
): Promise<TestClient<TAccount>> {
  const issuer = issuerOf(app);
  const person = completeUser(user);
  const token = issuer.token(person);
  await app.init();
  const account = await register<TAccount>(app, token);
  return {
    token,
    account,
    async fetch(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(new URL(path, await urlOf(app)), { ...init, headers });
    },
  };
}

function issuerOf(app: INestApplication): CotterTestIssuer {
  const { trust } = app.get<CotterOptions>(cotterToken(CotterOptions), { strict: false });
  const running = trust.map(({ issuer }) => CotterTestIssuer.find(issuer)).find((issuer) => issuer !== undefined);
  if (running === undefined)
    throw new Error('The CotterModule of this application trusts no running CotterTestIssuer.');
  return running;
}

async function register<TAccount extends CotterAccount>(
  app: INestApplication,
  token: string,
): Promise<TAccount | null> {
  const logins = findProvider(app);
  if (logins === null) return null;
  const { account } = await logins.login<TAccount>({ oauth_token: { access_token: token } });
  return account;
}

function findProvider(app: INestApplication): LoginService | null {
  try {
    return app.get<LoginService>(cotterToken(LoginService), { strict: false });
  } catch {
    return null;
  }
}

async function urlOf(app: INestApplication): Promise<string> {
  const { listening } = app.getHttpServer() as { listening: boolean };
  if (!listening) await app.listen(0, '127.0.0.1');
  return app.getUrl();
}
