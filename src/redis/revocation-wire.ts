import {
  nameOf,
  type PersonPair,
  type Revocation,
  type RevocationChange,
  type Standing,
} from '../revocation/revocation.js';

/** A thing by its name, and what is said of it: `[name, until, issuedBefore]`, or `[name, disabled, revision]` of a person. */
export type WireEntry = readonly [name: string, first: string, second: string];

/** Numbers travel as texts: Lua would round them. */
export function entryOf(name: string, revocation: Revocation): WireEntry {
  const cut = revocation.kind === 'subject' ? String(Math.floor(revocation.issuedBeforeMs)) : '';
  return [name, String(Math.floor(revocation.untilMs)), cut];
}

export function standingName(pair: PersonPair): string {
  return nameOf({ ...pair, kind: 'standing', disabled: true, revision: 0 });
}

/** @returns `null` for what this version does not know. */
export function changeOf(entry: unknown): RevocationChange | null {
  if (!isTexts(entry)) return null;
  const [name = '', first = '', second = ''] = entry;
  const [kind, one, other] = parseName(name);
  if (one === undefined) return null;
  if (kind === 'session') return { kind, handle: one, untilMs: Number(first) };
  if (other === undefined) return null;
  switch (kind) {
    case 'token':
      return { kind, issuer: one, tokenId: other, untilMs: Number(first) };
    case 'subject':
      return { kind, issuer: one, subject: other, untilMs: Number(first), issuedBeforeMs: Number(second) };
    case 'standing':
      return { kind, issuer: one, subject: other, disabled: first === '1', revision: Number(second) };
    default:
      return null;
  }
}

/** Changes from a message, or from the answer of a script. */
export function changesOf(message: unknown): readonly RevocationChange[] {
  const entries: unknown = typeof message === 'string' ? parse(message) : null;
  if (!Array.isArray(entries)) return [];
  return (entries as unknown[]).map(changeOf).filter((change): change is RevocationChange => change !== null);
}

export function standingsOf(message: unknown): readonly Standing[] {
  return changesOf(message).filter((change): change is Standing => change.kind === 'standing');
}

function parseName(name: string): readonly (string | undefined)[] {
  const parts = parse(name);
  return isTexts(parts) ? parts : [];
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
