import { Injectable } from '@nestjs/common';

import type { Exchanged } from '../../http/response-cookies.js';
import type { Proof } from '../grants/proof.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RefreshTokens, type IssuedRefreshToken } from './refresh-tokens.js';
import { REFRESH_TOKEN_NOT_VALID, type TokenAnswer } from './token-answer.js';
import { TokenMinter } from './token-minter.js';

/** Begins people's sessions, continues and ends them. Every refresh token that goes out is kept in the browser's cookie as well. */
@Injectable()
export class Sessions {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly users: IssuerUsers,
    private readonly minter: TokenMinter,
    private readonly cookie: RefreshCookie,
  ) {}

  async begin({ user, authenticationMethod, authenticatedAt }: Proof, exchanged: Exchanged): Promise<TokenAnswer> {
    const issued = await this.refreshTokens.issue(user, authenticationMethod, authenticatedAt);
    return this.#answer(user, issued, exchanged);
  }

  /**
   * Exchanges a refresh token for the next tokens.
   *
   * @param sent - What the body has; the cookie's is taken where it has none.
   * @throws {@link ApiRefusedError} The cookie stays then: of two tabs that come at once, the one that is late must not take away what
   * the other has just been given.
   */
  async renew(sent: string | null, apiKeyId: string, exchanged: Exchanged): Promise<TokenAnswer> {
    const refreshToken = sent ?? this.cookie.read(exchanged.carrier, apiKeyId) ?? '';
    const issued = await this.refreshTokens.rotate(refreshToken, apiKeyId);
    const user = issued === null ? null : await this.users.find(issued.session.userId);
    if (issued === null || user?.trustEpoch !== issued.session.trustEpoch) {
      throw new ApiRefusedError(REFRESH_TOKEN_NOT_VALID);
    }
    return this.#answer(user, issued, exchanged);
  }

  /** Ends the sessions of the body's token and of the cookie's, whichever there are. */
  async end(sent: string | null, apiKeyId: string, { carrier, answer }: Exchanged): Promise<void> {
    for (const refreshToken of new Set([sent, this.cookie.read(carrier, apiKeyId)])) {
      if (refreshToken !== null) await this.refreshTokens.revoke(refreshToken, apiKeyId);
    }
    answer?.add(this.cookie.clear(apiKeyId));
  }

  async #answer(user: IssuerUser, issued: IssuedRefreshToken, { carrier, answer }: Exchanged): Promise<TokenAnswer> {
    const tokens = await this.minter.mintTokens(user, issued);
    const { apiKeyId } = user;
    if (this.cookie.isKeptBy(carrier, apiKeyId)) answer?.add(this.cookie.header(issued.refreshToken, apiKeyId));
    return tokens;
  }
}
