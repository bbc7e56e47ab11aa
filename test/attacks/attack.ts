import type { Forge } from './forge.js';
import type { RawRequest } from './http/raw-client.js';

/** The two places where a token is judged. */
export type Door = 'guard' | 'login';
export const doors = ['guard', 'login'] as const;

/** What a server has to answer. */
export interface Verdict {
  readonly status: number;
  /** `null` where the answer comes from beneath the application: Node's HTTP parser, the router, the host's body parser. */
  readonly code: string | null;
  /** Another status that is as good, since it depends on the platform who notices first; its body is the platform's own. */
  readonly or?: number;
}

/** A request under way to a door; paths are known only when it is fired. */
export type AttackRequest = Omit<RawRequest, 'target' | 'method'> & {
  readonly method?: string;
  /** Turns the door's path into what goes into the request line. */
  readonly target?: (path: string) => string;
};

/** An attack at one door. */
export interface Shot {
  readonly build: (forge: Forge) => AttackRequest;
  readonly expected: Verdict;
}

/** Something that nobody may get in with. */
export interface Attack {
  readonly family: string;
  /** Unique in its family. */
  readonly name: string;
  /** What the attacker does, as a sentence without its subject. */
  readonly tries: string;
  readonly guard: Shot | null;
  readonly login: Shot | null;
}

/** What looks like an attack and is right to accept. */
export type AcceptedException = Omit<Attack, 'tries'> & { readonly why: string };

/** A bad token, for both doors: its name, what it tries, the code of the refusal, how it is made. */
export type TokenRow = readonly [
  name: string,
  tries: string,
  code: string,
  token: (forge: Forge) => string,
  /** Verdicts where a door cannot even be given this token as it is. */
  verdicts?: { readonly guard?: Verdict | null; readonly login?: Verdict | null },
];

/** A bad request to one of the doors. */
export type RequestRow = readonly [
  name: string,
  tries: string,
  expected: Verdict,
  build: (forge: Forge) => AttackRequest,
];

/** One way in which tokens are bad, at both doors: the same code at each, 401 at the guard and 403 at the login. */
export function tokenFamily(family: string, rows: readonly TokenRow[]): Attack[] {
  return rows.map(([name, tries, code, token, verdicts = {}]) => {
    const { guard = { status: 401, code }, login = { status: 403, code } } = verdicts;
    return {
      family,
      name,
      tries,
      guard: guard && { build: (forge) => bearer(token(forge)), expected: guard },
      login: login && { build: (forge) => loginWith({ access_token: token(forge) }, forge), expected: login },
    };
  });
}

/** Requests that are bad at one door, whatever the token in them. */
export function requestFamily(family: string, door: Door, rows: readonly RequestRow[]): Attack[] {
  return rows.map(([name, tries, expected, build]) => {
    const shot: Shot = { build, expected };
    return { family, name, tries, guard: door === 'guard' ? shot : null, login: door === 'login' ? shot : null };
  });
}

/** A request to the guarded route with this token. */
export function bearer(token: string): AttackRequest {
  return { headers: [['Authorization', `Bearer ${token}`]] };
}

/** A login with these tokens, in a body that names somebody else. */
export function loginWith(tokens: Readonly<Record<string, unknown>>, forge: Forge): AttackRequest {
  return postJson(JSON.stringify(payload(tokens, forge)));
}

/** What a front end posts after a sign-in, with the victim's names in it. */
export function payload(oauthToken: unknown, forge: Forge): Record<string, unknown> {
  return {
    email: 'victim@attacks.example',
    oauth_token: oauthToken,
    user: { ID: forge.subject, identifier: 'victim@attacks.example' },
  };
}

export function postJson(body: string | Buffer, contentType = 'application/json'): AttackRequest {
  return { headers: [['Content-Type', contentType]], body };
}
