import type { DynamicModule } from '@nestjs/common';
import { CotterModule, UsersRepository, type CotterAccount, type CotterForRootOptions } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

/** The handlers that every transport under test has. */
export type Handler = 'me' | 'open' | 'optional' | 'admin' | 'vault' | 'account';

/** What a handler gave, or why it was not reached. */
export type Outcome = { readonly data: unknown } | { readonly code: string; readonly challenge?: string | undefined };

/** An application on a transport, and a client of it. */
export interface Transport {
  call(handler: Handler, token?: string): Promise<Outcome>;
  close(): Promise<void>;
}

/** The issuers of a test: one that answers, and one that never did. */
export interface Issuers {
  readonly issuer: CotterTestIssuer;
  readonly silent: CotterTestIssuer;
  /** Milliseconds since 1970; what the module goes by. */
  nowMs: number;
}

export async function startIssuers(): Promise<Issuers> {
  const issuers = { nowMs: Date.now() } as Issuers & { issuer: CotterTestIssuer; silent: CotterTestIssuer };
  const clock = (): number => issuers.nowMs;
  issuers.issuer = await CotterTestIssuer.start({ clock });
  issuers.silent = await CotterTestIssuer.start({ clock });
  issuers.silent.goDown();
  return issuers;
}

/** Knows one person, `ann`. */
class OneAccount extends UsersRepository {
  findByPair({ subject }: { subject: string }): Promise<CotterAccount | null> {
    return Promise.resolve(subject === 'ann' ? ({ id: 'account of ann' } as CotterAccount) : null);
  }
  findByIdentifier = (): Promise<null> => Promise.resolve(null);
  register = (): never => unexpected();
  attachPair = (): never => unexpected();
  changeIdentifier = (): never => unexpected();
  setDisabled = (): never => unexpected();
  getStanding = (): never => unexpected();
  recordLogins = (): Promise<void> => Promise.resolve();
}

function unexpected(): never {
  throw new Error('nobody logs in here');
}

/** The module under test, trusting both issuers. */
export function cotterModule({ issuer, silent }: Issuers, options: Partial<CotterForRootOptions> = {}): DynamicModule {
  return CotterModule.forRoot({
    ...issuer.moduleOptions,
    trust: [{ issuer: silent.url, jwksUri: `${silent.url}/api/v0/token/jwks`, audience: silent.apiKeyId }],
    users: { useValue: new OneAccount() },
    ...options,
  });
}

/** What holds wherever a handler is called from. */
export function describeTransport(name: string, start: (issuers: Issuers) => Promise<Transport>): void {
  describe(`a guarded handler of ${name}`, () => {
    let issuers: Issuers;
    let transport: Transport;

    beforeAll(async () => {
      issuers = await startIssuers();
      transport = await start(issuers);
    });

    afterAll(async () => {
      await transport.close();
      await Promise.all([issuers.issuer.close(), issuers.silent.close()]);
    });

    const ann = (): string => issuers.issuer.token({ subject: 'ann' });

    it('gets the principal of a good token, from the verifier and from the cache', async () => {
      const token = ann();
      expect(await transport.call('me', token)).toEqual({ data: 'ann' });
      expect(await transport.call('me', token)).toEqual({ data: 'ann' });
    });

    it("gets the caller's account", async () => {
      expect(await transport.call('account', ann())).toEqual({ data: 'account of ann' });
      expect(await transport.call('account', issuers.issuer.token({ subject: 'ben' }))).toMatchObject({
        code: 'not_registered',
      });
    });

    it.each<[string, () => string | undefined, string]>([
      ['without a credential', () => undefined, 'missing_credentials'],
      ['with an expired token', () => issuers.issuer.token({ expiresInSeconds: -60 }), 'token_expired'],
      ['with a token of another audience', () => issuers.issuer.token({ audience: 'x' }), 'invalid_audience'],
      ['with an ID token', () => issuers.issuer.idToken(), 'invalid_token_type'],
      ['with something that is no token', () => 'junk', 'malformed_token'],
      ['while the keys are out of reach', () => issuers.silent.token(), 'keys_unavailable'],
    ])('is not reached %s', async (_case, token, code) => {
      expect(await transport.call('me', token())).toMatchObject({ code });
    });

    it('asks for its scopes', async () => {
      expect(await transport.call('admin', ann())).toMatchObject({ code: 'insufficient_scope' });
      const admin = issuers.issuer.token({ subject: 'ann', claims: { scope: 'access admin' } });
      expect(await transport.call('admin', admin)).toEqual({ data: 'ann' });
    });

    it('asks for a stronger sign-in, and says which would do', async () => {
      expect(await transport.call('vault', ann())).toEqual({
        code: 'insufficient_user_authentication',
        challenge: expect.stringMatching(/^Bearer realm="cotter".*, acr_values="WEBAUTHN"$/) as string,
      });
      const strong = issuers.issuer.token({ subject: 'ann', authenticationMethod: 'WEBAUTHN' });
      expect(await transport.call('vault', strong)).toEqual({ data: 'ann' });
    });

    it('is open where it is public, and looks at no credential there', async () => {
      expect(await transport.call('open')).toEqual({ data: 'nobody' });
      expect(await transport.call('open', 'junk')).toEqual({ data: 'nobody' });
      expect(await transport.call('open', ann())).toEqual({ data: 'nobody' });
    });

    it('takes anonymous callers where authentication is optional, and no bad tokens', async () => {
      expect(await transport.call('optional')).toEqual({ data: 'nobody' });
      expect(await transport.call('optional', ann())).toEqual({ data: 'ann' });
      expect(await transport.call('optional', 'junk')).toMatchObject({ code: 'malformed_token' });
      expect(await transport.call('optional', issuers.silent.token())).toMatchObject({ code: 'keys_unavailable' });
    });
  });
}
