import { Logger } from '@nestjs/common';

import type { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import type { CotterOptions } from '../cotter.options.js';
import { InvalidGrantError, IssuerFailedError } from '../errors/issuer.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import type { HeldRenewal, HeldRenewals } from './held-renewals.js';
import type { Claim, CompletionOutcome, RefreshLedger } from './refresh-ledger.js';
import type { RefreshedTokens } from './refreshed-tokens.js';
import { hashRefreshToken, openTokens, sealTokens } from './sealed-tokens.js';
import { isExpired, isRevoked, isUndecided, toRefreshError, verifyRefreshed } from './verified-tokens.js';

type Claimed = Extract<Claim, { outcome: 'claimed' }>;

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

  /** @returns `null` where somebody else has taken the renewal over: then these tokens are nobody's. */
  async run(token: string, hash: string, claim: Claimed): Promise<RefreshedTokens | null> {
    const { claimId } = claim;
    const held = this.heldHere.find(hash)?.tokens ?? (claim.held === null ? null : this.#open(claim.held, token));
    if (held !== null) {
      try {
        return await this.#finish(token, hash, claimId, held);
      } catch (error) {
        // What was held for too long still has a refresh token.
        if (!isExpired(error) || held.refreshToken === null) return this.#fail(token, hash, claimId, held, error);
      }
    }
    const next = await this.#ask(held?.refreshToken ?? token, hash, claim);
    if (next === null) return null;
    const tokens = { ...next, refreshToken: next.refreshToken ?? held?.refreshToken ?? null };
    this.heldHere.drop(hash);
    try {
      return await this.#finish(token, hash, claimId, tokens);
    } catch (error) {
      return this.#fail(token, hash, claimId, tokens, error);
    }
  }

  /** Only a plain no of the issuer ends anything: everything else gives the token back as it was. */
  async #ask(token: string, hash: string, { claimId, held }: Claimed): Promise<OAuthTokens | null> {
    try {
      return await this.api.refresh(token);
    } catch (error) {
      if (error instanceof InvalidGrantError) return this.#end(hash, claimId, error);
      if (this.heldHere.find(hash) === null) await this.#release(hash, claimId, held);
      throw error;
    }
  }

  async #finish(token: string, hash: string, claimId: string, tokens: OAuthTokens): Promise<RefreshedTokens | null> {
    const refreshed = await verifyRefreshed(this.verifier, tokens, token);
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
      // Written or not: whoever asks this process next finds out.
      if (error instanceof StoreUnavailableError) this.heldHere.hold(hash, { tokens, claimId });
      throw error;
    }
    this.heldHere.drop(hash);
    if (outcome === 'completed') return refreshed;
    if (outcome === 'lost') return null;
    if (outcome === 'revoked') throw new InvalidGrantError();
    throw failure('the new tokens are for somebody else than the old ones, or their refresh token is a spent one');
  }

  async #fail(token: string, hash: string, claimId: string, tokens: OAuthTokens, error: unknown): Promise<null> {
    if (error instanceof StoreUnavailableError) throw error;
    this.heldHere.drop(hash);
    if (isRevoked(error)) return this.#end(hash, claimId, toRefreshError(error) as InvalidGrantError);
    const sealed = isUndecided(error) ? sealTokens(tokens, token, 'held') : null;
    const written = await this.#release(hash, claimId, sealed);
    if (!written && sealed !== null) this.heldHere.hold(hash, { tokens, claimId });
    throw toRefreshError(error);
  }

  /** @returns `null` where the no was for somebody who no longer renews. */
  async #end(hash: string, claimId: string, no: InvalidGrantError): Promise<null> {
    const ended = await this.ledger.refuse(hash, claimId);
    this.heldHere.drop(hash);
    if (ended) throw no;
    return null;
  }

  /** Where the store is down, the lease ends by itself. */
  async #release(hash: string, claimId: string, held: string | null): Promise<boolean> {
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
