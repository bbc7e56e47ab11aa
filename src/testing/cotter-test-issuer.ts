import { randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createTestKey, type TestKey } from './test-keys.js';
import { completeUser, type TestTokenOptions, type TestUser } from './test-user.js';

/** How a {@link CotterTestIssuer} starts. */
export interface CotterTestIssuerOptions {
  /** @defaultValue a new UUID */
  readonly apiKeyId?: string;
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly clock?: () => number;
}

/** The answer of an issuer's token endpoint. */
export interface TestTokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly auth_method: string;
}

interface TestAnswer {
  readonly status: number;
  readonly body: unknown;
}

const LIFETIME_SECONDS = 3600;

/**
 * An issuer for tests: real ES256 keys, a real key set over HTTP on a port of its own, and tokens for whomever a test needs, without
 * signing anyone in. Nothing of the module has to be replaced.
 *
 * @example
 * ```ts
 * const issuer = await CotterTestIssuer.start();
 * const module = await Test.createTestingModule({ imports: [CotterModule.forRoot({ ...issuer.moduleOptions, users: false })] }).compile();
 * const token = issuer.token({ identifier: 'ann@example.com' });
 * ```
 */
export class CotterTestIssuer {
  readonly apiKeyId: string;
  static readonly #running = new Map<string, CotterTestIssuer>();

  readonly #clock: () => number;
  readonly #server: Server;
  readonly #sessions = new Map<string, { secret: string; user: Required<TestUser> }>();
  #keys: readonly [TestKey, ...TestKey[]] = [createTestKey()];
  #lastSessionId = 0;
  #isDown = false;
  #released: Promise<void> = Promise.resolve();
  #requests = 0;

  private constructor(options: CotterTestIssuerOptions) {
    this.apiKeyId = options.apiKeyId ?? randomUUID();
    this.#clock = options.clock ?? Date.now;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  /** Starts an issuer on a free port of the loopback interface. */
  static async start(options: CotterTestIssuerOptions = {}): Promise<CotterTestIssuer> {
    const issuer = new CotterTestIssuer(options);
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    issuer.#server.unref();
    CotterTestIssuer.#running.set(issuer.url, issuer);
    return issuer;
  }

  /** The running test issuer that has this URL. */
  static find(url: string): CotterTestIssuer | undefined {
    return CotterTestIssuer.#running.get(url);
  }

  /** Its base URL, which is its `iss` too. */
  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Options that make a `CotterModule` trust this issuer. */
  get moduleOptions(): { apiKeyId: string; issuer: string; apiUrl: string; jsUrl: string; clock: () => number } {
    return {
      apiKeyId: this.apiKeyId,
      issuer: this.url,
      apiUrl: `${this.url}/api/v0`,
      jsUrl: this.url,
      clock: this.#clock,
    };
  }

  /** How many requests have arrived, answered or not. */
  get requests(): number {
    return this.#requests;
  }

  /** An access token. */
  token(options: TestTokenOptions = {}): string {
    const { authenticationMethod } = completeUser(options);
    return this.#mint(
      { type: 'client_access_token', scope: 'access', authentication_method: authenticationMethod },
      options,
    );
  }

  /** An ID token, which proves an identity and opens nothing. */
  idToken(options: TestTokenOptions = {}): string {
    return this.#mint({ type: 'client_id_token', auth_time: String(this.#nowSeconds()) }, options);
  }

  /** All tokens of a sign-in, with a refresh token that works at this issuer. */
  tokens(user: TestUser = {}): TestTokens {
    return this.#tokens(String(++this.#lastSessionId), completeUser(user));
  }

  /** Whether a refresh token would be renewed: not after its renewal, nor after a sign-out. */
  accepts(refreshToken: string): boolean {
    return this.#findSession({ refresh_token: refreshToken }) !== null;
  }

  /** What a front end posts to `POST /login` after a sign-in. */
  payload(user: TestUser = {}): {
    email: string | null;
    oauth_token: TestTokens;
    user: { ID: string; identifier: string | null };
  } {
    const { subject, identifier, authenticationMethod } = completeUser(user);
    const tokens = this.tokens({ subject, identifier, authenticationMethod });
    return { email: identifier, oauth_token: tokens, user: { ID: subject, identifier } };
  }

  /** Signs with a new key from now on. The old one stays published unless `withdraw` says otherwise. */
  rotateKeys({ withdraw = false } = {}): void {
    this.#keys = [createTestKey(), ...(withdraw ? [] : this.#keys)];
  }

  /** Answers everything with 503 until {@link comeBack}. */
  goDown(): void {
    this.#isDown = true;
  }

  comeBack(): void {
    this.#isDown = false;
  }

  /**
   * Keeps everyone waiting: an issuer that is slow.
   *
   * @returns what lets the answers go.
   */
  hold(): () => void {
    let release = (): void => undefined;
    this.#released = new Promise((resolve) => (release = resolve));
    return release;
  }

  async close(): Promise<void> {
    CotterTestIssuer.#running.delete(this.url);
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #tokens(id: string, user: Required<TestUser>): TestTokens {
    const secret = randomUUID().replaceAll('-', '');
    this.#sessions.set(id, { secret, user });
    return {
      access_token: this.token(user),
      id_token: this.idToken(user),
      refresh_token: `${id}:${secret}`,
      expires_in: LIFETIME_SECONDS,
      token_type: 'Bearer',
      auth_method: user.authenticationMethod,
    };
  }

  #mint(ownClaims: Readonly<Record<string, unknown>>, options: TestTokenOptions): string {
    const { subject, identifier } = completeUser(options);
    const nowSeconds = this.#nowSeconds();
    const expiresAtSeconds = nowSeconds + (options.expiresInSeconds ?? LIFETIME_SECONDS);
    const [{ kid, privateKey }] = this.#keys;
    const header = { alg: 'ES256', kid, typ: 'JWT', ...options.header };
    const claims = {
      ...ownClaims,
      client_user_id: subject,
      identifier: identifier ?? undefined,
      aud: options.audience ?? this.apiKeyId,
      exp: expiresAtSeconds,
      iat: Math.min(nowSeconds, expiresAtSeconds),
      iss: options.issuer ?? this.url,
      jti: randomUUID(),
      sub: subject,
      ...options.claims,
    };
    const signingInput = `${encode(header)}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signingInput), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signingInput}.${signature.toString('base64url')}`;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock() / 1000);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests++;
    await this.#released;
    const { status, body } = this.#isDown ? { status: 503, body: { msg: 'down' } } : await this.#route(request);
    response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(body));
  }

  async #route(request: IncomingMessage): Promise<TestAnswer> {
    switch (`${request.method ?? ''} ${request.url ?? ''}`) {
      case 'GET /api/v0/token/jwks':
        return { status: 200, body: { keys: this.#keys.map((key) => key.publicJwk) } };
      case `POST /api/v0/token/${this.apiKeyId}`:
        return this.#refresh(await readJson(request));
      case `DELETE /api/v0/token/${this.apiKeyId}`:
        return this.#signOut(await readJson(request));
      default:
        return { status: 404, body: { msg: 'not found' } };
    }
  }

  #refresh(body: unknown): TestAnswer {
    const session = this.#findSession(body);
    if (session === null) return { status: 400, body: { msg: 'Refresh token is not valid' } };
    return { status: 200, body: this.#tokens(session.id, session.user) };
  }

  #signOut(body: unknown): TestAnswer {
    const session = this.#findSession(body);
    if (session !== null) this.#sessions.delete(session.id);
    return { status: 200, body: { msg: 'signed out' } };
  }

  #findSession(body: unknown): { readonly id: string; readonly user: Required<TestUser> } | null {
    const token =
      typeof body === 'object' && body !== null && 'refresh_token' in body ? String(body.refresh_token) : '';
    const [id = '', secret] = token.split(':');
    const session = this.#sessions.get(id);
    return session !== undefined && session.secret === secret ? { id, user: session.user } : null;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
