import { createHash } from 'node:crypto';

import type { PersonPair, Revocation, RevocationChange } from '../revocation/revocation.js';
import { nameOf } from '../revocation/revocation.js';

/** The last instant that a `Date` knows: a lock-out without an end. */
const NO_END_MS = 8_640_000_000_000_000;

/** What is written of a revocation. */
export interface RevocationRow {
  readonly id: string;
  readonly kind: string;
  readonly entry: string;
  readonly issuedBefore: number;
  readonly expiresAt: number;
}

/** What is read of one: drivers give a bigint as a number or a text. */
export type StoredRevocation = Readonly<Record<'kind' | 'entry' | 'issuedBefore' | 'expiresAt' | 'changedAt', unknown>>;

export function rowOf(realm: string, revocation: Revocation): RevocationRow {
  const { kind, untilMs } = revocation;
  const issuedBefore = kind === 'subject' ? Math.floor(revocation.issuedBeforeMs) : 0;
  return {
    id: idOf(realm, nameOf(revocation)),
    kind,
    entry: entryOf(revocation),
    issuedBefore,
    expiresAt: Math.ceil(untilMs),
  };
}

/** @param expiresAt - Of a person who may come in again, when nobody needs to be told that any more. */
export function standingRowOf(realm: string, pair: PersonPair, expiresAt?: number): RevocationRow {
  const name = nameOf({ ...pair, kind: 'standing', disabled: true, revision: 0 });
  return {
    id: idOf(realm, name),
    kind: expiresAt === undefined ? 'disabled' : 'reinstated',
    entry: ascii([pair.issuer, pair.subject]),
    issuedBefore: 0,
    expiresAt: expiresAt ?? NO_END_MS,
  };
}

/** @returns `null` for a kind of row that this version does not know. */
export function changeOf(row: StoredRevocation): RevocationChange | null {
  const [first, second] = JSON.parse(String(row.entry)) as [string, string];
  const untilMs = Number(row.expiresAt);
  switch (row.kind) {
    case 'token':
      return { kind: 'token', issuer: first, tokenId: second, untilMs };
    case 'session':
      return { kind: 'session', handle: first, untilMs };
    case 'subject':
      return { kind: 'subject', issuer: first, subject: second, issuedBeforeMs: Number(row.issuedBefore), untilMs };
    case 'disabled':
    case 'reinstated': {
      const standing = { issuer: first, subject: second, revision: Number(row.changedAt) };
      return { kind: 'standing', disabled: row.kind === 'disabled', ...standing };
    }
    default:
      return null;
  }
}

function entryOf(revocation: Revocation): string {
  switch (revocation.kind) {
    case 'token':
      return ascii([revocation.issuer, revocation.tokenId]);
    case 'session':
      return ascii([revocation.handle]);
    case 'subject':
      return ascii([revocation.issuer, revocation.subject]);
  }
}

/** Every database stores ASCII as it is: no NUL, no half of a surrogate pair, no collation in the way. */
function ascii(value: readonly string[]): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function idOf(realm: string, name: string): string {
  return createHash('sha256')
    .update(JSON.stringify([realm, name]))
    .digest('hex');
}
