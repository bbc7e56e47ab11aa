import './quiet.js';

import {
  startCotterIssuer,
  type CodeMessage,
  type RunningCotterIssuer,
  type StartCotterIssuerOptions,
} from '../../src/issuer/index.js';
import { codeChallengeOf, createCodeVerifier } from '../../src/tokens/pkce.js';

export const API_KEY_ID = '00000000-0000-4000-8000-000000000001';
export const OTHER_KEY_ID = 'other-app';
export const API_SECRET_KEY = 'secret-key-of-the-test-app';
export const REDIRECT_URL = 'http://localhost:3000/';
export const ORIGIN = 'http://localhost:3000';

/** A clock that a test moves. */
export class TestClock {
  nowMs = Date.UTC(2026, 0, 15, 12);
  readonly read = (): number => this.nowMs;
  advance(ms: number): void {
    this.nowMs += ms;
  }
}

export type Tokens = Record<'access_token' | 'id_token' | 'refresh_token' | 'token_type' | 'auth_method', string> & {
  expires_in: number;
};

export interface Identity {
  readonly identifier: Record<string, string>;
  readonly token: Record<string, string>;
  readonly user: Record<string, unknown>;
  readonly oauth_token?: Tokens;
}

/** What the browser brings home, and what the client keeps. */
export interface Grant {
  readonly codeVerifier: string;
  readonly code: string;
  readonly challengeId: number;
  readonly state: string;
  readonly redirectUrl: string;
}

/** An issuer on a free port, and a person in front of it who speaks plain HTTP. */
export class IssuerUnderTest {
  static async start(options: Partial<StartCotterIssuerOptions> = {}): Promise<IssuerUnderTest> {
    const clock = new TestClock();
    const running = await startCotterIssuer({
      port: 0,
      clients: [
        {
          apiKeyId: API_KEY_ID,
          apiSecretKey: API_SECRET_KEY,
          name: 'Test <App>',
          allowedOrigins: [ORIGIN],
          allowedRedirects: [REDIRECT_URL, 'http://127.0.0.1/cb', 'https://app.example.com/cb?a=1', 'yourapp://'],
        },
        { apiKeyId: OTHER_KEY_ID, allowedOrigins: ['https://other.example'], allowedRedirects: [REDIRECT_URL] },
      ],
      dataSource: { type: 'sqljs', synchronize: true },
      outbox: true,
      clock: clock.read,
      // A test goes through months in minutes, as one and the same person.
      maxCodesPerDay: 1000,
      ...options,
    });
    return new IssuerUnderTest(running, clock);
  }

  private constructor(
    readonly running: RunningCotterIssuer,
    readonly clock: TestClock,
  ) {}

  get url(): string {
    return this.running.url;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, `${this.url}/`), { redirect: 'manual', ...init });
  }

  close(): Promise<void> {
    return this.running.close();
  }

  authorizePath(parameters: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      api_key: API_KEY_ID,
      redirect_url: REDIRECT_URL,
      type: 'EMAIL',
      code_challenge: codeChallengeOf('verifier'),
      state: 'some state',
      ...parameters,
    });
    return `/app?${query.toString()}`;
  }

  postForm(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  postJson(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', api_key_id: API_KEY_ID, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** What the application's own server does: with the secret key. */
  asServer(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        API_KEY_ID,
        API_SECRET_KEY,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async outbox(): Promise<(Omit<CodeMessage, 'sentAt'> & { sentAt: string })[]> {
    const response = await this.fetch('/outbox.json');
    expect(response.status).toBe(200);
    return (await response.json()) as never;
  }

  async lastCode(): Promise<string> {
    return (await this.outbox()).at(-1)?.code ?? 'none';
  }

  /** The path of the page that the latest message leads to. */
  async lastLink(): Promise<string> {
    const link = (await this.outbox()).at(-1)?.link ?? 'none';
    expect(link.startsWith(`${this.url}/link?token=`)).toBe(true);
    return link.slice(this.url.length);
  }

  /** Types the identifier; gives the path of the page for the code. */
  async ask(identifier = 'ann@example.com', parameters: Record<string, string> = {}): Promise<string> {
    const response = await this.postForm(this.authorizePath(parameters), { identifier });
    expect(response.status).toBe(303);
    return `/${response.headers.get('location') ?? ''}`;
  }

  /** Presses the button on the page of a link, in whichever browser. */
  click(link: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }): Promise<Response> {
    return this.postForm(link, {}, headers);
  }

  /** The whole way through the pages. */
  async authorize(identifier = 'ann@example.com', parameters: Record<string, string> = {}): Promise<Grant> {
    const codeVerifier = createCodeVerifier();
    const codePath = await this.ask(identifier, { code_challenge: codeChallengeOf(codeVerifier), ...parameters });
    const response =
      parameters['auth_method'] === 'MAGIC_LINK'
        ? await this.click(await this.lastLink())
        : await this.postForm(codePath, { code: await this.lastCode() });
    expect(response.status).toBe(303);
    const redirectUrl = parameters['redirect_url'] ?? REDIRECT_URL;
    const location = response.headers.get('location') ?? '';
    expect(location.startsWith(redirectUrl)).toBe(true);
    const query = new URLSearchParams(location.slice(location.indexOf('?')));
    return {
      codeVerifier,
      code: query.get('code') ?? '',
      challengeId: Number(query.get('challenge_id')),
      state: query.get('state') ?? '',
      redirectUrl,
    };
  }

  exchange(
    grant: Grant,
    changes: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const body = {
      code_verifier: grant.codeVerifier,
      authorization_code: grant.code,
      challenge_id: grant.challengeId,
      redirect_url: grant.redirectUrl,
      ...changes,
    };
    return this.postJson('/api/v0/verify/get_identity?oauth_token=true', body, headers);
  }

  async signIn(identifier?: string): Promise<Identity & { oauth_token: Tokens }> {
    const response = await this.exchange(await this.authorize(identifier));
    expect(response.status).toBe(200);
    return (await response.json()) as Identity & { oauth_token: Tokens };
  }

  refresh(refreshToken: string, path = `/api/v0/token/${API_KEY_ID}`): Promise<Response> {
    return this.postJson(path, { grant_type: 'refresh_token', refresh_token: refreshToken });
  }
}

export async function messageOf(response: Response): Promise<string> {
  return ((await response.json()) as { msg: string }).msg;
}
