import { Controller, Get, UseGuards } from '@nestjs/common';
import { CotterAuthGuard, CurrentUser, type CotterPrincipal } from 'nestjs-cotter';

import type { Browser, BrowserAnswer } from '../fixtures/browser.js';
import type { IssuerUnderTest } from '../issuer/issuer-under-test.js';

/** Where browsers find the application, whatever port it listens on: cookies know hosts only. */
export const SITE = 'http://127.0.0.1:3000';
export const KEYS = ['a key of thirty-two characters!!'];
/** As Firefox asks for a page. */
export const AS_PAGE = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
export const AS_PROGRAM = { accept: 'application/json' };

@UseGuards(CotterAuthGuard)
@Controller()
export class GuardedController {
  @Get('me')
  me(@CurrentUser() principal: CotterPrincipal): CotterPrincipal {
    return principal;
  }
}

/** Where a redirect leads. */
export function locationOf({ status, headers }: BrowserAnswer): URL {
  expect(status).toBe(303);
  expect(headers.get('cache-control')).toBe('no-store');
  return new URL(headers.get('location') ?? '', SITE);
}

/** A sign-in that a browser has begun, as far as its address bar tells. */
export interface Begun {
  readonly authorizeUrl: URL;
  readonly state: string;
  /** The `Set-Cookie` fields. */
  readonly cookies: readonly string[];
}

export async function begin(browser: Browser, query = ''): Promise<Begun> {
  const answer = await browser.get(`/login${query}`, AS_PAGE);
  const authorizeUrl = locationOf(answer);
  return { authorizeUrl, state: authorizeUrl.searchParams.get('state') ?? '', cookies: answer.cookies };
}

/** What a person does at the issuer. @returns path and query of the callback that the issuer sends them to. */
export async function proveTo(
  issuer: IssuerUnderTest,
  { authorizeUrl }: Begun,
  identifier = 'ann@example.com',
): Promise<string> {
  const asked = await issuer.postForm(authorizeUrl.pathname + authorizeUrl.search, { identifier });
  expect(asked.status).toBe(303);
  const code = await issuer.lastCode();
  const answered = await issuer.postForm(`/${asked.headers.get('location') ?? ''}`, { code });
  expect(answered.status).toBe(303);
  const callback = new URL(answered.headers.get('location') ?? '');
  expect(callback.origin).toBe(SITE);
  return callback.pathname + callback.search;
}

export function signInCookiesOf(browser: Browser): string[] {
  return [...browser.cookies.keys()].filter((name) => name.includes('-sign-in-'));
}

/** That a failed answer is one: no redirect, no session, nothing kept, in the kind that was asked for. @returns its code. */
export function failureOf({ status, headers, body, cookies }: BrowserAnswer, accept = AS_PROGRAM): string {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(headers.get('location')).toBe(null);
  expect(headers.get('cache-control')).toBe('no-store');
  for (const cookie of cookies) expect(cookie).toMatch(/^(__Host-)?[\w-]+-sign-in-[\w-]{43}=; Max-Age=0; Expires=/);
  if (accept === AS_PROGRAM) {
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = body as { status: number; code: string };
    expect(problem.status).toBe(status);
    return problem.code;
  }
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(String(body)).toContain(`<a href="${SITE}/">`);
  return /For support: <code>(\w+)<\/code>/.exec(String(body))?.[1] ?? '';
}
