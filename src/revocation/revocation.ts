import type { CotterPrincipal } from '../tokens/principal.js';

/** Who a person is to an issuer. */
export type PersonPair = Pick<CotterPrincipal, 'issuer' | 'subject'>;

/** What is kept of a token to tell it again. */
export type RevocableToken = PersonPair & Pick<CotterPrincipal, 'tokenId' | 'issuedAt' | 'expiresAt'>;

/** What a session is told by. */
export type RevocableSession = PersonPair & {
  readonly handle: string;
  /** Milliseconds since 1970: its tokens may be newer. */
  readonly startedAtMs: number;
};

/**
 * Something that ends before its time. Of two revocations of one thing the longer and later one holds, so they may come twice and in any
 * order. Times are milliseconds since 1970; after `untilMs` it would be refused anyway.
 */
export type Revocation =
  /** One token, by {@link revocationIdOf}. */
  | { readonly kind: 'token'; readonly issuer: string; readonly tokenId: string; readonly untilMs: number }
  /** One session, by its handle. */
  | { readonly kind: 'session'; readonly handle: string; readonly untilMs: number }
  /** Every token of a person that was issued in the second of `issuedBeforeMs` or earlier. */
  | ({ readonly kind: 'subject'; readonly issuedBeforeMs: number; readonly untilMs: number } & PersonPair);

/** Whether a person is locked out, whatever their tokens say. */
export interface Standing extends PersonPair {
  readonly kind: 'standing';
  readonly disabled: boolean;
  /** Of two standings of one person the one with the higher revision is the later one. */
  readonly revision: number;
}

/** What a store tells those who follow it. */
export type RevocationChange = Revocation | Standing;

/**
 * The name that a token is revoked by: its `jti`. The oldest tokens have none; of those, subject and times together are as good as unique.
 */
export function revocationIdOf({ tokenId, subject, issuedAt, expiresAt }: Omit<RevocableToken, 'issuer'>): string {
  return tokenId !== null && tokenId !== '' ? tokenId : `no jti: ${subject} ${issuedAt ?? ''} ${expiresAt}`;
}

/** What a revocation is of, as a text; equal for two revocations of one thing. */
export function nameOf(change: RevocationChange): string {
  switch (change.kind) {
    case 'token':
      return JSON.stringify(['token', change.issuer, change.tokenId]);
    case 'session':
      return JSON.stringify(['session', change.handle]);
    default:
      return JSON.stringify([change.kind, change.issuer, change.subject]);
  }
}

/** The longer and later one of two revocations of one thing. */
export function mergeRevocations(a: Revocation, b: Revocation): Revocation {
  const untilMs = Math.max(a.untilMs, b.untilMs);
  if (a.kind !== 'subject' || b.kind !== 'subject') return { ...a, untilMs };
  return { ...a, untilMs, issuedBeforeMs: Math.max(a.issuedBeforeMs, b.issuedBeforeMs) };
}

/** One revocation of each thing, for stores that take a thing once in a statement. */
export function mergeAll(revocations: readonly Revocation[]): Map<string, Revocation> {
  const merged = new Map<string, Revocation>();
  for (const revocation of revocations) {
    const name = nameOf(revocation);
    const known = merged.get(name);
    merged.set(name, known === undefined ? revocation : mergeRevocations(known, revocation));
  }
  return merged;
}

/** One pair of each person. */
export function distinctPairs(pairs: readonly PersonPair[]): readonly PersonPair[] {
  return [
    ...new Map(pairs.map(({ issuer, subject }) => [JSON.stringify([issuer, subject]), { issuer, subject }])).values(),
  ];
}

/**
 * How long after its end a revocation is still kept: a clock that jumps ahead and back again, by an hour as clocks do when a time zone is
 * taken for the time, must not bring a revoked token back to life.
 */
export const KEPT_AFTER_END_MS = 2 * 60 * 60_000;
