import { PairMap } from './pair-map.js';
import {
  KEPT_AFTER_END_MS,
  revocationIdOf,
  type PersonPair,
  type RevocableSession,
  type RevocableToken,
  type RevocationChange,
  type Standing,
} from './revocation.js';

interface CutOff {
  issuedBeforeMs: number;
  untilMs: number;
}

interface KnownStanding extends Standing {
  /** A person who was let in again is remembered for a while: what was read of the store before that may still be on its way. */
  mayGo: boolean;
}

/** What one process knows of all that is revoked. Grows by changes, in whatever order they come; shrinks as things end by themselves. */
export class RevocationView {
  readonly #tokens = new PairMap<number>();
  readonly #sessions = new Map<string, number>();
  readonly #cutOffs = new PairMap<CutOff>();
  readonly #standings = new PairMap<KnownStanding>();
  #size = 0;

  /** How many things it knows of; 0 is what almost every request sees. */
  get size(): number {
    return this.#size;
  }

  apply(changes: readonly RevocationChange[]): void {
    for (const change of changes) this.#apply(change);
    this.#count();
  }

  /** Whether a good token is refused all the same. */
  revokes(token: RevocableToken): boolean {
    if (this.#size === 0) return false;
    const { issuer, subject } = token;
    return (
      this.#tokens.get(issuer, revocationIdOf(token)) !== undefined ||
      this.#standings.get(issuer, subject)?.disabled === true ||
      isCutOff(this.#cutOffs.get(issuer, subject), token.issuedAt)
    );
  }

  /** The same of a session, which knows its beginning to the millisecond. */
  revokesSession({ handle, issuer, subject, startedAtMs }: RevocableSession, tokenId: string | null): boolean {
    if (this.#size === 0) return false;
    const cutOff = this.#cutOffs.get(issuer, subject);
    return (
      this.#sessions.has(handle) ||
      (tokenId !== null && this.#tokens.get(issuer, tokenId) !== undefined) ||
      this.#standings.get(issuer, subject)?.disabled === true ||
      (cutOff !== undefined && startedAtMs <= cutOff.issuedBeforeMs)
    );
  }

  isDisabled({ issuer, subject }: PersonPair): boolean {
    return this.#standings.get(issuer, subject)?.disabled === true;
  }

  /** Forgets what has ended. */
  sweep(nowMs: number): void {
    const isKept = (untilMs: number): boolean => untilMs + KEPT_AFTER_END_MS >= nowMs;
    this.#tokens.filter(isKept);
    this.#cutOffs.filter(({ untilMs }) => isKept(untilMs));
    for (const [handle, untilMs] of this.#sessions) {
      if (!isKept(untilMs)) this.#sessions.delete(handle);
    }
    this.#standings.filter((standing) => {
      const stays = standing.disabled || !standing.mayGo;
      standing.mayGo = true;
      return stays;
    });
    this.#count();
  }

  #apply(change: RevocationChange): void {
    switch (change.kind) {
      case 'token': {
        const knownMs = this.#tokens.get(change.issuer, change.tokenId) ?? 0;
        this.#tokens.set(change.issuer, change.tokenId, Math.max(knownMs, change.untilMs));
        return;
      }
      case 'session':
        this.#sessions.set(change.handle, Math.max(this.#sessions.get(change.handle) ?? 0, change.untilMs));
        return;
      case 'subject': {
        const { issuer, subject, issuedBeforeMs, untilMs } = change;
        const known = this.#cutOffs.get(issuer, subject);
        this.#cutOffs.set(issuer, subject, {
          issuedBeforeMs: Math.max(issuedBeforeMs, known?.issuedBeforeMs ?? issuedBeforeMs),
          untilMs: Math.max(untilMs, known?.untilMs ?? untilMs),
        });
        return;
      }
      case 'standing': {
        const known = this.#standings.get(change.issuer, change.subject);
        if (known !== undefined && known.revision > change.revision) return;
        this.#standings.set(change.issuer, change.subject, { ...change, mayGo: false });
      }
    }
  }

  #count(): void {
    this.#size = this.#tokens.size + this.#sessions.size + this.#cutOffs.size + this.#standings.size;
  }
}

/**
 * A token tells the second of its issue and no more, so all that were issued in the second of the cut are refused: one of them may be the
 * stolen one. Whoever signs in again within that second gets a token that is refused, and one that works a second later.
 */
function isCutOff(cutOff: CutOff | undefined, issuedAt: string | null): boolean {
  if (cutOff === undefined) return false;
  if (issuedAt === null) return true;
  return Math.floor(Date.parse(issuedAt) / 1000) <= Math.floor(cutOff.issuedBeforeMs / 1000);
}
