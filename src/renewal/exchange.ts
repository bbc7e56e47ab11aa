import { Logger } from '@nestjs/common';

import type { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import type { CotterOptions } from '../cotter.options.js';
import { EndedFamilyError, InvalidGrantError, IssuerFailedError } from '../errors/issuer.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import type { HeldRenewal, HeldRenewals } from './held-renewals.js';
import type { Claim, CompletionOutcome, RefreshLedger } from './refresh-ledger.js';
import type { RefreshedTokens } from './refreshed-tokens.js';
import { hashRefreshToken, openTokens, sealTokens } from './sealed-tokens.js';
import {
  isExpired,
  isRevoked,
  isUndecided,
  toRefreshError,
  verifyRefreshed,
  type RenewedToken,
} from './verified-tokens.js';

type Claimed = Extract<Claim, { outcome: 'claimed' }>;

interface Renewal extends RenewedToken {
  readonly hash: string;
  readonly claimId: string;
}

/** One refresh token in the hands of its only renewer: from the claim to the tokens, or back to where it was. */
export class Exchange {
  readonly #logger = new Logger('Cotter');

  constructor(
    private readonly options: CotterOptions,
    private readonly api: CotterApiClient,
    private readonly verifier: TokenVerifier,
    private readonly ledger: RefreshLedger,
    private readonly heldHere: HeldRenewals,
  ) {}

  /** A renewal that this process began and could not write down. */
  findHeld(hash: string): HeldRenewal | null {
    return this.heldHere.find(hash);
  }

  /** Gives a claim back that there is no time left for. */
  async giveUp(hash: string, { claimId, held }: Claimed): Promise<void> {
    if (this.heldHere.find(hash) === null) await this.#release({ hash, claimId }, held);
  }

  /** @returns `null` where somebody else has taken the renewal over: then these tokens are nobody's. */
  async run(token: string, hash: string, claim: Claimed): Promise<RefreshedTokens | null> {
    const renewal = { token, hash, claimId: claim.claimId, family: claim.family };
    const held = this.heldHere.find(hash)?.tokens ?? (claim.held === null ? null : this.#open(claim.held, token));
    if (held !== null) {
      try {
        return await this.#finish(renewal, held);
      } catch (error) {
        // What was held for too long still has a refresh token.
        if (!isExpired(error) || held.refreshToken === null) return this.#fail(renewal, held, error);
      }
    }
    const next = await this.#ask(held?.refreshToken ?? token, renewal, claim.held);
    if (next === null) return null;
    const tokens = { ...next, refreshToken: next.refreshToken ?? held?.refreshToken ?? null };
    this.heldHere.drop(hash);
    try {
      return await this.#finish(renewal, tokens);
    } catch (error) {
      return this.#fail(renewal, tokens, error);
    }
  }

  /** Only a plain no of the issuer ends anything: everything else gives the token back as it was. */
  async #ask(token: string, renewal: Renewal, held: string | null): Promise<OAuthTokens | null> {
    try {
      return await this.api.refresh(token);
    } catch (error) {
      if (error instanceof InvalidGrantError) return this.#end(renewal, error);
      if (this.heldHere.find(renewal.hash) === null) await this.#release(renewal, held);
      throw error;
    }
  }

  async #finish(renewal: Renewal, tokens: OAuthTokens): Promise<RefreshedTokens | null> {
    const { token, hash, claimId, family } = renewal;
    const refreshed = await verifyRefreshed(this.verifier, tokens, renewal);
    const { issuer, subject } = refreshed.principal;
    const sealed = sealTokens(tokens, token, 'result');
    if (sealed === null) throw failure('the new tokens are too large to be kept');
    const { clock, refresh } = this.options;
    const completion = {
      successorHash: hashRefreshToken(refreshed.refreshToken),
      sealed,
      owner: { issuer, subject },
      nowMs: clock(),
      keepMs: refresh.ledgerSeconds * 1000,
    };
    let outcome: CompletionOutcome;
    try {
      outcome = await this.ledger.complete(hash, claimId, completion);
    } catch (error) {
      // Written or not: that is found out as soon as the store is back.
      const write = (): Promise<CompletionOutcome> =>
        this.ledger.complete(hash, claimId, { ...completion, nowMs: clock() });
      if (error instanceof StoreUnavailableError) this.heldHere.hold(hash, { tokens, claimId, family, write });
      throw error;
    }
    this.heldHere.drop(hash);
    if (outcome === 'completed') return refreshed;
    if (outcome === 'lost') return null;
    if (outcome === 'revoked') throw new EndedFamilyError(family, 'revoked');
    throw failure('the new tokens are for somebody else than the old ones, or their refresh token is a spent one');
  }

  async #fail(renewal: Renewal, tokens: OAuthTokens, error: unknown): Promise<null> {
    const { token, hash, claimId, family } = renewal;
    if (error instanceof StoreUnavailableError) throw error;
    this.heldHere.drop(hash);
    if (isRevoked(error)) return this.#end(renewal, toRefreshError(error) as InvalidGrantError);
    const sealed = isUndecided(error) ? sealTokens(tokens, token, 'held') : null;
    const written = await this.#release(renewal, sealed);
    if (!written && sealed !== null) {
      const write = (): Promise<void> => this.ledger.release(hash, claimId, sealed);
      this.heldHere.hold(hash, { tokens, claimId, family, write });
    }
    throw toRefreshError(error);
  }

  /** @returns `null` where the no was for somebody who no longer renews. */
  async #end({ hash, claimId }: Renewal, no: InvalidGrantError): Promise<null> {
    const ended = await this.ledger.refuse(hash, claimId);
    this.heldHere.drop(hash);
    if (ended) throw no;
    return null;
  }

  /** Where the store is down, the lease ends by itself. */
  async #release({ hash, claimId }: Pick<Renewal, 'hash' | 'claimId'>, held: string | null): Promise<boolean> {
    try {
      await this.ledger.release(hash, claimId, held);
      return true;
    } catch (error) {
      this.#logger.warn(`a renewal could not be given back: ${error instanceof Error ? error.name : 'unknown reason'}`);
      return false;
    }
  }

  /** What cannot be opened was changed in the store; the issuer is asked once more. */
  #open(sealed: string, token: string): OAuthTokens | null {
    try {
      return openTokens(sealed, token, 'held');
    } catch {
      return null;
    }
  }
}

function failure(message: string): IssuerFailedError {
  return new IssuerFailedError({ cause: new Error(message) });
}
