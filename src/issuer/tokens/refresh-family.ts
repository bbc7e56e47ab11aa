import { createAlphanumericSecret, hashSecret, isSameHash, MAX_ROW_ID } from '../secrets.js';
import type { RefreshToken } from './refresh-token.entity.js';

/**
 * A token that was rotated so recently does no harm when it comes again: two tabs that open at once both send the one they share. Nobody
 * gets tokens for it.
 */
export const SPENT_GRACE_MS = 10_000;

/** Each token's own part, and the one that its family shares: 166 and 131 random bits. */
const OWN_LENGTH = 28;
const FAMILY_LENGTH = 22;
const FORM = /^([1-9]\d{0,9}):([A-Za-z0-9]{1,200})$/;
/** One row remembers no more than so many, however fast its tokens are rotated. */
const MAX_REMEMBERED = 100;

/** A token that was rotated, by the hash of its secret, and when; milliseconds since 1970. */
export type SpentToken = readonly [secretHash: string, atMs: number];

/** A refresh token as somebody sent it. */
export interface PresentedToken {
  readonly id: number;
  readonly secretHash: string;
  /** What it has in common with its family, if it is of one. */
  readonly family: string;
}

/** A secret that nobody has had yet. @param family - What it begins a family with where it has none to join. */
export function createFamilySecret(family = createAlphanumericSecret(FAMILY_LENGTH)): {
  readonly secret: string;
  readonly hashes: Pick<RefreshToken, 'secretHash' | 'familyHash'>;
} {
  const secret = `${createAlphanumericSecret(OWN_LENGTH)}${family}`;
  return { secret, hashes: { secretHash: hashSecret(secret), familyHash: hashSecret(family) } };
}

/** Reads `<row id>:<secret>`; `null` where a text is no such thing. */
export function parseRefreshToken(text: string): PresentedToken | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  if (id === undefined || secret === undefined || Number(id) > MAX_ROW_ID) return null;
  return { id: Number(id), secretHash: hashSecret(secret), family: secret.slice(-FAMILY_LENGTH) };
}

/** Whether a session has given a token out, lately or long ago. */
export function isOfFamily({ familyHash }: RefreshToken, { family }: PresentedToken): boolean {
  return familyHash !== null && isSameHash(familyHash, hashSecret(family));
}

/** Whether a session has rotated a token within the grace. */
export function isSpentJustNow(session: RefreshToken, { secretHash }: PresentedToken, nowMs: number): boolean {
  return recentlySpent(session, nowMs).some(([hash]) => hash === secretHash);
}

/** What a session remembers once it has rotated a token: that one, and those of the last seconds. */
export function rememberSpent(session: RefreshToken, { secretHash }: PresentedToken, nowMs: number): string {
  const spent: SpentToken[] = [[secretHash, nowMs], ...recentlySpent(session, nowMs)];
  return JSON.stringify(spent.slice(0, MAX_REMEMBERED));
}

function recentlySpent({ spentTokens }: RefreshToken, nowMs: number): readonly SpentToken[] {
  const spent = JSON.parse(spentTokens ?? '[]') as SpentToken[];
  return spent.filter(([, atMs]) => atMs > nowMs - SPENT_GRACE_MS);
}
