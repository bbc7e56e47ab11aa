import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { codeChallengeOf } from '../../tokens/pkce.js';
import { Challenge } from '../challenges/challenge.entity.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { hashSecret, isSameHash, MAX_ROW_ID } from '../secrets.js';
import type { IdentityRequest } from './identity-request.js';

/** A challenge whose code has been exchanged just now. */
export interface RedeemedChallenge {
  readonly challenge: Challenge;
  /** When the person proved who they are; milliseconds since 1970. */
  readonly verifiedAt: number;
}

const NOT_VALID = 'The authorization code is not valid';

/**
 * Exchanges authorization codes, each of them once. What a code is bound to (the application, the redirect URL, the S256 challenge)
 * never changes after it is made, so it is compared first: a wrong verifier does not spend the code of the one who has the right one.
 */
@Injectable()
export class CodeExchange {
  readonly #rows: Repository<Challenge>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Challenge);
  }

  /**
   * @returns the challenge that the code came from, now spent.
   * @throws {@link ApiRefusedError} for a code that is unknown, spent, expired, or bound to something else.
   */
  async redeem(request: IdentityRequest, apiKeyId: string): Promise<RedeemedChallenge> {
    const { challengeId: id, authorizationCode } = request;
    const challenge = id > MAX_ROW_ID ? null : await this.#rows.findOneBy({ id, apiKeyId });
    const { authorizationCodeHash, verifiedAt } = challenge ?? {};
    const isIts = isSameHash(authorizationCodeHash ?? '', hashSecret(authorizationCode));
    if (!challenge || !isIts || !authorizationCodeHash || !verifiedAt) throw new ApiRefusedError(NOT_VALID);
    // Whoever got this far holds the code, so telling what does not fit gives nothing away.
    if (![challenge.redirectUrl, challenge.frameOrigin].includes(request.redirectUrl)) {
      throw new ApiRefusedError('redirect_url is not the one that the code was asked for with');
    }
    if (challenge.codeChallenge !== codeChallengeOf(request.codeVerifier)) {
      throw new ApiRefusedError('code_verifier does not fit the code_challenge');
    }
    const nowMs = this.settings.clock();
    const { affected } = await this.#rows.update(
      { id, authorizationCodeHash, consumedAt: IsNull(), authorizationExpiresAt: MoreThan(nowMs) },
      { consumedAt: nowMs },
    );
    if (affected !== 1) throw new ApiRefusedError(NOT_VALID);
    return { challenge, verifiedAt };
  }
}
