import type { SessionRecord } from '../session/session.js';
import type { CotterSession } from './session.entity.js';
import { toStorableDevice, toStorableMethod } from './storable.js';

type Member = keyof SessionRecord;

/** The members of a session, and the columns that hold them. */
export const SESSION_COLUMNS: readonly (readonly [Member, keyof CotterSession])[] = [
  ['handle', 'handle'],
  ['accountId', 'accountId'],
  ['issuer', 'issuer'],
  ['subject', 'subject'],
  ['method', 'method'],
  ['device', 'device'],
  ['startedAtMs', 'startedAt'],
  ['lastSeenAtMs', 'lastSeenAt'],
  ['expiresAtMs', 'expiresAt'],
  ['version', 'version'],
  ['sealed', 'sealed'],
  ['family', 'family'],
];

/** A session as it comes from the driver, each column by the name of its member. */
export type SessionRow = {
  readonly [M in Member]: M extends `${string}Ms` ? number | string | bigint : SessionRecord[M];
};

/** What is written of a session, in the order of {@link SESSION_COLUMNS}. */
export function valuesOf(session: SessionRecord): readonly unknown[] {
  const method = toStorableMethod(session.method);
  const device = toStorableDevice(session.device);
  const row: SessionRecord = { ...session, method, device };
  return SESSION_COLUMNS.map(([member]) => row[member]);
}

export function sessionOf(row: SessionRow): SessionRecord {
  const { startedAtMs, lastSeenAtMs, expiresAtMs } = row;
  return {
    ...row,
    startedAtMs: Number(startedAtMs),
    lastSeenAtMs: Number(lastSeenAtMs),
    expiresAtMs: Number(expiresAtMs),
  };
}
