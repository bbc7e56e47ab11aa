import type { SessionRecord } from '../session/session.js';

/** The fields of a session's hash. Those that are `null` are left out. */
export const SESSION_FIELDS = [
  'handle',
  'accountId',
  'issuer',
  'subject',
  'startedAt',
  'lastSeenAt',
  'expiresAt',
  'version',
  'method',
  'device',
  'sealed',
  'family',
] as const;

/** Their values, in that order. */
export type SessionFields = readonly (string | null)[];

/** Each field followed by its value. */
export function fieldsOf(session: SessionRecord): (string | number)[] {
  const { handle, accountId, issuer, subject, startedAtMs, lastSeenAtMs, expiresAtMs, version } = session;
  const { method, device, sealed, family } = session;
  const always = [handle, accountId, issuer, subject, startedAtMs, lastSeenAtMs, expiresAtMs, version];
  const values = [...always, method, device, sealed, family];
  return SESSION_FIELDS.flatMap((field, index) => {
    const value = values[index] ?? null;
    return value === null ? [] : [field, value];
  });
}

/** @returns `null` where there is no such session. */
export function sessionOf(fields: SessionFields): SessionRecord | null {
  const [handle, accountId, issuer, subject, startedAt, lastSeenAt, expiresAt, version] = fields;
  const [method = null, device = null, sealed = null, family = null] = fields.slice(8);
  if (typeof handle !== 'string') return null;
  return {
    handle,
    accountId: accountId ?? '',
    issuer: issuer ?? '',
    subject: subject ?? '',
    startedAtMs: Number(startedAt),
    lastSeenAtMs: Number(lastSeenAt),
    expiresAtMs: Number(expiresAt),
    version: Number(version),
    method,
    device,
    sealed,
    family,
  };
}
