import type { RevocableSession, RevocableToken, Standing } from './revocation.js';
import { RevocationView } from './revocation-view.js';

const HOUR_MS = 3_600_000;
const token = (changes: Partial<RevocableToken> = {}): RevocableToken => ({
  issuer: 'i',
  subject: 's',
  tokenId: 't',
  issuedAt: '2026-01-01T00:00:10.000Z',
  expiresAt: '2026-01-01T01:00:10.000Z',
  ...changes,
});
const session = (handle: string, startedAtMs = 0): RevocableSession => ({
  handle,
  issuer: 'i',
  subject: 'ann',
  startedAtMs,
});
const at = (iso: string): number => Date.parse(iso);
const cutAt = (iso: string) => ({
  kind: 'subject' as const,
  issuer: 'i',
  subject: 's',
  issuedBeforeMs: at(iso),
  untilMs: at(iso) + HOUR_MS,
});
const standing = (disabled: boolean, revision: number): Standing => ({
  kind: 'standing',
  issuer: 'i',
  subject: 's',
  disabled,
  revision,
});

describe('the view of what is revoked', () => {
  let view: RevocationView;
  beforeEach(() => {
    view = new RevocationView();
  });

  it('refuses a token by its issuer and id, and nothing else', () => {
    view.apply([{ kind: 'token', issuer: 'i', tokenId: 't', untilMs: 1 }]);
    expect(view.revokes(token())).toBe(true);
    for (const other of [{ tokenId: 'T' }, { issuer: 'j' }, { tokenId: null }, { tokenId: '' }]) {
      expect(view.revokes(token(other))).toBe(false);
    }
    expect(view.revokesSession(session('t'), null)).toBe(false);
  });

  it.each([
    ['2026-01-01T00:00:09.999Z', false],
    ['2026-01-01T00:00:10.000Z', true],
    ['2026-01-01T00:00:10.999Z', true],
    ['2026-01-01T00:00:11.000Z', true],
  ])('held against a cut at %s, refuses a token that was issued at 10 seconds: %s', (cut, refused) => {
    view.apply([cutAt(cut)]);
    expect(view.revokes(token())).toBe(refused);
    expect(view.revokes(token({ issuedAt: '2026-01-01T00:00:12.000Z' }))).toBe(false);
    expect(view.revokes(token({ issuedAt: null }))).toBe(true);
    expect(view.revokes(token({ subject: 'another' }))).toBe(false);
  });

  it('holds to the later one of two cuts, in whatever order they come', () => {
    view.apply([cutAt('2026-01-01T00:00:20.000Z')]);
    view.apply([cutAt('2026-01-01T00:00:05.000Z')]);
    expect(view.revokes(token())).toBe(true);
    view.sweep(at('2026-01-01T03:00:10.000Z'));
    expect(view.revokes(token())).toBe(true);
  });

  it('believes the standing of the highest revision, in whatever order they come', () => {
    view.apply([standing(false, 7)]);
    view.apply([standing(true, 6)]);
    expect(view.isDisabled(token())).toBe(false);
    view.apply([standing(true, 8), standing(false, 7)]);
    expect(view.revokes(token({ issuedAt: '2099-01-01T00:00:00.000Z' }))).toBe(true);
    expect(view.isDisabled({ issuer: 'i', subject: 'another' })).toBe(false);
  });

  it('forgets what has ended, two hours later, and a person who is enabled, after a while; never one who is disabled', () => {
    view.apply([
      { kind: 'token', issuer: 'i', tokenId: 't', untilMs: 1_000 },
      { kind: 'session', handle: 'h', untilMs: 1_000 },
      { kind: 'subject', issuer: 'i', subject: 'x', issuedBeforeMs: 5, untilMs: 1_000 },
      standing(true, 1),
      { ...standing(false, 1), subject: 'enabled' },
    ]);
    expect(view.size).toBe(5);
    view.sweep(1_000 + 2 * HOUR_MS);
    expect([view.size, view.revokes(token({ subject: 'x' })), view.revokesSession(session('h'), null)]).toEqual([
      5,
      true,
      true,
    ]);
    view.sweep(1_001 + 2 * HOUR_MS);
    expect([view.size, view.revokesSession(session('h'), null)]).toEqual([1, false]);
    view.sweep(Number.MAX_SAFE_INTEGER);
    expect([view.size, view.isDisabled(token())]).toEqual([1, true]);
  });

  it('keeps a revocation that comes again with a longer end for the longer time', () => {
    for (const untilMs of [1_000, 9_000, 5_000]) {
      view.apply([
        { kind: 'token', issuer: 'i', tokenId: 't', untilMs },
        { kind: 'session', handle: 'h', untilMs },
      ]);
    }
    view.sweep(9_000 + 2 * HOUR_MS);
    expect([view.revokes(token()), view.revokesSession(session('h'), null)]).toEqual([true, true]);
    view.sweep(9_001 + 2 * HOUR_MS);
    expect(view.size).toBe(0);
  });
});
