/** Whom a refresh token belongs to: a person at an issuer. */
export interface TokenOwner {
  readonly issuer: string;
  readonly subject: string;
}

/** By the clock of the caller. */
export interface LedgerTime {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** How much longer the ledger remembers what it writes now. */
  readonly keepMs: number;
}

/** A renewal that the caller has seen running: what it asks for now is a part of the same race. */
export interface WatchedClaim {
  readonly claimId: string;
  /** The caller has watched it for the whole of its lease, by a clock that nobody sets. */
  readonly hasLapsed: boolean;
}

export interface ClaimRequest extends LedgerTime {
  /** How long others leave this renewal alone. */
  readonly leaseMs: number;
  /** How long after it was spent a token still gets the result of its renewal; 0 for never. */
  readonly replayMs: number;
  readonly watched: WatchedClaim | null;
}

/** What a refresh token is good for at this moment. */
export type Claim =
  /** The caller alone renews it. `held`: what the issuer has answered already, sealed; it takes no second call. */
  | {
      readonly outcome: 'claimed';
      readonly family: string;
      readonly claimId: string;
      readonly owner: TokenOwner | null;
      readonly held: string | null;
    }
  /** Somebody else renews it: wait, and ask again with what was watched. */
  | { readonly outcome: 'running'; readonly claimId: string; readonly leaseMs: number }
  /** It was spent a moment ago, or by the renewal that the caller has watched: here is the result. */
  | { readonly outcome: 'renewed'; readonly family: string; readonly sealed: string }
  /** `reused`: it was spent before, and its family has just been revoked for that. */
  | {
      readonly outcome: 'refused';
      readonly family: string;
      readonly reason: 'reused' | 'revoked';
      readonly owner: TokenOwner | null;
    }
  /** It was spent at a time that has yet to come: the clock was set back, and nobody can tell how long ago that was. */
  | { readonly outcome: 'undecided' };

/** What a renewal comes to. */
export interface Completion extends LedgerTime {
  /** The hash of the new refresh token; that of the old one where the issuer keeps it valid. */
  readonly successorHash: string;
  /** The result for those who wait or come a moment later; sealed so that only the spent token opens it. */
  readonly sealed: string;
  readonly owner: TokenOwner;
}

/**
 * `lost`: somebody else has taken the renewal over, and the caller hands out nothing. `revoked`: the family was ended meanwhile. `foreign`:
 * the old token or the new one belongs to somebody else, or the new one is spent already.
 */
export type CompletionOutcome = 'completed' | 'lost' | 'revoked' | 'foreign';

/** `foreign`: it is bound to somebody else, and stays so. `ended`: it was spent or revoked before. */
export type Binding =
  { readonly outcome: 'bound' | 'ended'; readonly family: string } | { readonly outcome: 'foreign' };

/**
 * The port to where each refresh token stands: who owns it, who renews it, what was spent. Tokens are known by their SHA-256 in
 * hexadecimal digits alone. A token and all its successors are one family, named by the hash of the first, with one of them alive at most.
 *
 * Every verb decides atomically, for all processes that share the store. Instants are the callers' and may be an hour off: nobody takes a
 * renewal over by them. Implementations throw {@link StoreUnavailableError} where the store does not answer.
 */
export abstract class RefreshLedger {
  /** Notes whose token this is. The first one counts; a token that nobody has seen begins a family. */
  abstract bind(hash: string, owner: TokenOwner, time: LedgerTime): Promise<Binding>;

  /** Asks to renew a token; one that nobody has seen begins a family. */
  abstract claim(hash: string, request: ClaimRequest): Promise<Claim>;

  /**
   * Spends the old token and adds the new one to its family, both or neither. May be repeated by who does not know whether it happened.
   */
  abstract complete(hash: string, claimId: string, completion: Completion): Promise<CompletionOutcome>;

  /**
   * Gives a claim back: nothing is spent. Does nothing where somebody else has the claim by now.
   *
   * @param held - An answer of the issuer that cannot be judged yet, sealed, for whoever claims next.
   */
  abstract release(hash: string, claimId: string, held: string | null): Promise<void>;

  /**
   * Ends the family, since the issuer said no to the one who renews. A token of which nothing was known before is forgotten.
   *
   * @returns false where somebody else has the claim by now: the no was for them to hear, and nothing is ended.
   */
  abstract refuse(hash: string, claimId: string): Promise<boolean>;

  /** Ends the family of a token, as at sign-out. One that nobody has seen is remembered as revoked. */
  abstract revoke(hash: string, time: LedgerTime): Promise<void>;

  /**
   * Forgets what is past its time, a part at a time, and by one process at a time.
   *
   * @returns how many tokens were forgotten.
   */
  abstract sweep(nowMs: number): Promise<number>;
}
