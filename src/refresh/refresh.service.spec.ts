import { json, ScriptedServer, text, type Script } from '../../test/fixtures/scripted-server.js';
import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import { resolveOptions } from '../cotter.options.resolver.js';
import { CotterError } from '../errors/cotter.error.js';
import { IssuerFailedError } from '../errors/issuer.errors.js';
import { InvalidBodyError } from '../errors/request.errors.js';
import { KeysUnavailableError } from '../errors/token.errors.js';
import { CotterTestIssuer } from '../testing/cotter-test-issuer.js';
import { JwksKeyProvider } from '../tokens/jwks-key-provider.js';
import { KeyProvider } from '../tokens/key-provider.js';
import { TokenVerifier } from '../tokens/token-verifier.js';
import { MemoryRefreshLedger } from '../renewal/memory-refresh-ledger.js';
import { RenewalService } from '../renewal/renewal.service.js';
import { hashRefreshToken } from '../renewal/sealed-tokens.js';
import { RefreshService } from './refresh.service.js';

const ANN = { subject: 'ee1982e9-1596-41db-b1a1-4c1880c1f016', identifier: 'ann@example.com' };
const OLD = '27944:lb31DY5pG229n';
const NEW = '27944:next';

/** A view of the published keys that is older than their rotation. */
class LateKeys extends KeyProvider {
  arePublished = false;

  constructor(private readonly keys: KeyProvider) {
    super();
  }

  override peekKey(kid: string): ReturnType<KeyProvider['peekKey']> {
    return this.arePublished ? this.keys.peekKey(kid) : undefined;
  }

  override findKey(kid: string): ReturnType<KeyProvider['findKey']> {
    return this.arePublished ? this.keys.findKey(kid) : null;
  }
}

describe('RefreshService', () => {
  // One issues keys and tokens, the other answers at the token endpoint whatever the test wants.
  let issuer: CotterTestIssuer;
  let api: ScriptedServer;
  let nowMs: number;
  let service: RefreshService;

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start({ clock: () => nowMs });
    api = await ScriptedServer.start();
  });

  afterAll(async () => {
    await issuer.close();
    await api.close();
  });

  beforeEach(() => {
    nowMs = 1_800_000_000_000;
    issuer.comeBack();
    service = serviceWith(publishedKeys());
  });

  function publishedKeys(): KeyProvider {
    const jwksUri = `${issuer.url}/api/v0/token/jwks`;
    return new JwksKeyProvider({ jwksUri, maxAgeSeconds: 600, maxStaleSeconds: 0, cooldownSeconds: 0 });
  }

  function serviceWith(keys: KeyProvider): RefreshService {
    const options = resolveOptions({ ...issuer.moduleOptions, apiUrl: api.url, apiTimeoutMs: 1_000 }, 'cotter');
    const verifier = new TokenVerifier({
      trustedIssuers: [{ issuer: issuer.url, audience: issuer.apiKeyId, keys }],
      clockToleranceSeconds: options.clockToleranceSeconds,
      clock: options.clock,
    });
    return new RefreshService(
      new RenewalService(options, new CotterApiClient(options), verifier, new MemoryRefreshLedger()),
      null,
    );
  }

  function answer(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return { ...issuer.tokens(ANN), refresh_token: NEW, ...changes };
  }

  async function codeOf(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'renewed',
      (error: unknown) => {
        if (error instanceof CotterError) return error.code;
        throw error;
      },
    );
  }

  it('hands on new tokens after it has verified them', async () => {
    const wire = answer();
    api.play(json(200, wire));
    await expect(service.refresh(OLD)).resolves.toEqual({
      accessToken: wire['access_token'],
      idToken: wire['id_token'],
      refreshToken: NEW,
      expiresIn: 3600,
      tokenType: 'Bearer',
      authMethod: 'OTP',
      principal: expect.objectContaining({ ...ANN, issuer: issuer.url }),
      family: hashRefreshToken(OLD),
    });
    expect(api.requests.map(({ body }) => body)).toEqual([{ grant_type: 'refresh_token', refresh_token: OLD }]);
  });

  it.each([undefined, null, ''])('gives the old refresh token back where the issuer sends %j', async (token) => {
    api.play(json(200, answer({ refresh_token: token })));
    await expect(service.refresh(OLD)).resolves.toMatchObject({ refreshToken: OLD });
  });

  it('does without an ID token', async () => {
    api.play(json(200, answer({ id_token: undefined })));
    await expect(service.refresh(OLD)).resolves.toMatchObject({ idToken: null });
  });

  it.each(['', 'x'.repeat(4097)])('sends nothing for what cannot be a refresh token', async (token) => {
    api.play(json(200, answer()));
    await expect(service.refresh(token)).rejects.toBeInstanceOf(InvalidBodyError);
    expect(api.requests).toHaveLength(0);
  });

  it('refuses what is no string, without a call', async () => {
    api.play(json(200, answer()));
    for (const token of [undefined, null, 42, {}, [OLD]]) {
      await expect(service.refresh(token as string)).rejects.toBeInstanceOf(InvalidBodyError);
    }
    expect(api.requests).toHaveLength(0);
  });

  describe('one call for one token', () => {
    it('shares it among fifty callers', async () => {
      api.play(json(200, answer()));
      const renewals = await Promise.all(Array.from({ length: 50 }, () => service.refresh(OLD)));
      expect(api.requests).toHaveLength(1);
      expect(new Set(renewals.map(({ accessToken }) => accessToken)).size).toBe(1);
      expect(new Set(renewals.map(({ refreshToken }) => refreshToken))).toEqual(new Set([NEW]));
    });

    it('shares its failure too, and asks again the next time', async () => {
      api.play(json(500, {}));
      const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(service.refresh(OLD))));
      expect(new Set(codes)).toEqual(new Set(['issuer_failed']));
      expect(api.requests).toHaveLength(1);
      api.play(json(200, answer()));
      await expect(codeOf(service.refresh(OLD))).resolves.toBe('renewed');
      expect(api.requests).toHaveLength(1);
    });

    it('gives the answer again for ten seconds', async () => {
      api.play(json(200, answer()));
      const first = await service.refresh(OLD);
      nowMs += 9_999;
      await expect(service.refresh(OLD)).resolves.toEqual(first);
      expect(api.requests).toHaveLength(1);
    });

    it('asks again once it is over, where the issuer keeps the old token valid', async () => {
      api.play(json(200, answer({ refresh_token: null })));
      await service.refresh(OLD);
      await service.refresh(OLD);
      expect(api.requests).toHaveLength(2);
    });

    it('keeps different tokens apart', async () => {
      api.play((response, request) => {
        const { refresh_token: token } = request.body as { refresh_token: string };
        return json(200, { ...issuer.tokens({ subject: token }), refresh_token: `${token}!` })(response, request);
      });
      const renewals = await Promise.all(['a', 'b', 'c', 'a'].map((token) => service.refresh(token)));
      expect(renewals.map(({ refreshToken }) => refreshToken)).toEqual(['a!', 'b!', 'c!', 'a!']);
      expect(renewals.map(({ principal }) => principal.subject)).toEqual(['a', 'b', 'c', 'a']);
      expect(api.requests).toHaveLength(3);
    });
  });

  describe('what the issuer says', () => {
    const answers: readonly (readonly [string, Script, string])[] = [
      ['400', json(400, { msg: 'Refresh token is not valid' }), 'invalid_grant'],
      ['401', json(401, {}), 'invalid_grant'],
      ['403', json(403, {}), 'issuer_failed'],
      ['429', json(429, {}, { 'retry-after': '7' }), 'issuer_busy'],
      ['503', json(503, {}), 'issuer_failed'],
      ['a redirect', text(302, '', { location: '/' }), 'issuer_failed'],
      ['HTML', text(200, '<p>Welcome</p>'), 'issuer_failed'],
      ['nothing, for too long', () => undefined, 'issuer_timeout'],
    ];

    it.each(answers)('%s', async (_, script, code) => {
      api.play(script);
      await expect(codeOf(service.refresh(OLD))).resolves.toBe(code);
      expect(api.requests).toHaveLength(1);
    });
  });

  describe('new tokens that are not good never leave', () => {
    const foreign: readonly (readonly [string, () => Record<string, unknown>])[] = [
      ['for another project', () => answer({ access_token: issuer.token({ ...ANN, audience: 'another' }) })],
      ['of another issuer', () => answer({ access_token: issuer.token({ ...ANN, issuer: 'https://evil.example' }) })],
      ['of another type', () => answer({ access_token: issuer.idToken(ANN) })],
      ['expired', () => answer({ access_token: issuer.token({ ...ANN, expiresInSeconds: -60 }) })],
      ['without a subject', () => answer({ access_token: issuer.token({ ...ANN, claims: { sub: undefined } }) })],
      ['that are no JWT', () => answer({ access_token: 'opaque' })],
      ['tampered with', () => answer({ access_token: `${issuer.token(ANN).slice(0, -4)}AAAA` })],
      [
        'with the ID token of somebody else',
        () => answer({ id_token: issuer.idToken({ identifier: 'eve@example.com' }) }),
      ],
      [
        'with the ID token of another project',
        () => answer({ id_token: issuer.idToken({ ...ANN, audience: 'another' }) }),
      ],
      ['with an access token for an ID token', () => answer({ id_token: issuer.token(ANN) })],
    ];

    it.each(foreign)('%s', async (_, wire) => {
      api.play(json(200, wire()));
      await expect(codeOf(service.refresh(OLD))).resolves.toBe('issuer_failed');
      // Nothing is held: the next call asks the issuer.
      api.play(json(200, answer()));
      await expect(codeOf(service.refresh(OLD))).resolves.toBe('renewed');
      expect(api.requests).toHaveLength(1);
    });
  });

  describe('while the keys of the issuer are out of reach', () => {
    beforeEach(() => {
      issuer.goDown();
    });

    it('holds the new tokens for a retry with the old one', async () => {
      const wire = answer();
      api.play(json(200, wire));
      await expect(service.refresh(OLD)).rejects.toBeInstanceOf(KeysUnavailableError);
      await expect(service.refresh(OLD)).rejects.toBeInstanceOf(KeysUnavailableError);
      issuer.comeBack();
      await expect(service.refresh(OLD)).resolves.toMatchObject({
        accessToken: wire['access_token'],
        refreshToken: NEW,
      });
      expect(api.requests).toHaveLength(1);
    });

    it('gives them to everyone who shared the call', async () => {
      api.play(json(200, answer()));
      await Promise.allSettled(Array.from({ length: 20 }, () => service.refresh(OLD)));
      issuer.comeBack();
      for (let caller = 0; caller < 20; caller++) {
        await expect(service.refresh(OLD)).resolves.toMatchObject({ refreshToken: NEW });
      }
      expect(api.requests).toHaveLength(1);
    });

    it('holds them for as long as the outage lasts', async () => {
      api.play(json(200, answer()));
      await codeOf(service.refresh(OLD));
      nowMs += 3_000_000;
      await expect(codeOf(service.refresh(OLD))).resolves.toBe('keys_unavailable');
      issuer.comeBack();
      await expect(service.refresh(OLD)).resolves.toMatchObject({ refreshToken: NEW });
      expect(api.requests).toHaveLength(1);
    });

    it('renews them once more where they have expired meanwhile', async () => {
      api.play(json(200, answer()));
      await codeOf(service.refresh(OLD));
      nowMs += 4_000_000;
      issuer.comeBack();
      api.play(json(200, answer({ refresh_token: '27944:last' })));
      await expect(service.refresh(OLD)).resolves.toMatchObject({ refreshToken: '27944:last', principal: ANN });
      expect(api.requests.map(({ body }) => body)).toEqual([{ grant_type: 'refresh_token', refresh_token: NEW }]);
    });

    it('verifies them all the same', async () => {
      api.play(json(200, answer({ access_token: issuer.token({ ...ANN, audience: 'another' }) })));
      await expect(codeOf(service.refresh(OLD))).resolves.toBe('keys_unavailable');
      issuer.comeBack();
      await expect(codeOf(service.refresh(OLD))).resolves.toBe('issuer_failed');
    });
  });

  it('answers 502 for a key that is not published, and holds the tokens in case it is a new one', async () => {
    const keys = new LateKeys(publishedKeys());
    const late = serviceWith(keys);
    api.play(json(200, answer()));
    await expect(late.refresh(OLD)).rejects.toBeInstanceOf(IssuerFailedError);
    await expect(late.refresh(OLD)).rejects.toBeInstanceOf(IssuerFailedError);
    keys.arePublished = true;
    await expect(late.refresh(OLD)).resolves.toMatchObject({ refreshToken: NEW, principal: ANN });
    expect(api.requests).toHaveLength(1);
  });
});
