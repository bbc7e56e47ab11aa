import { Injectable, Logger } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import type { CustomClaims } from './custom-claims.js';
import {
  createFamilySecret,
  isOfFamily,
  isSpentJustNow,
  parseRefreshToken,
  rememberSpent,
  type PresentedToken,
} from './refresh-family.js';
import { RefreshToken } from './refresh-token.entity.js';

/** A refresh token lives this long after it was last used: as long as Cotter remembered a browser. */
export const REFRESH_TOKEN_TTL_MS = 30 * 24 * 60 * 60_000;

/** A session together with the token that continues it, which is told once and stored nowhere. */
export interface IssuedRefreshToken {
  readonly session: RefreshToken;
  /** `<row id>:<secret>` */
  readonly refreshToken: string;
}

/** Claims that a session's tokens carry from now on, and the person whose session it must be. */
interface SessionChange {
  readonly userId: string;
  readonly customClaims: CustomClaims;
}

/**
 * The refresh tokens: single use, each replaced by the next one under the same number. One that comes back after it was replaced has been
 * copied, and nobody can tell who has the copy: its whole family ends.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 | RFC 9700, 4.14.2}: refresh token rotation
 */
@Injectable()
export class RefreshTokens {
  readonly #logger = new Logger('CotterIssuer');
  readonly #rows: Repository<RefreshToken>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(RefreshToken);
  }

  /**
   * Begins a session of a person.
   *
   * @param authenticatedAt - When they proved who they are; milliseconds since 1970.
   */
  async issue(user: IssuerUser, authenticationMethod: string, authenticatedAt: number): Promise<IssuedRefreshToken> {
    const { secret, hashes } = createFamilySecret();
    await this.#rows
      .createQueryBuilder()
      .insert()
      .values({
        apiKeyId: user.apiKeyId,
        userId: user.id,
        trustEpoch: user.trustEpoch,
        authenticationMethod,
        authenticatedAt,
        ...hashes,
        expiresAt: this.#expiry(),
      })
      .updateEntity(false)
      .execute();
    // sql.js tells the last id of the connection, which may be another insert's by now.
    const row = await this.#rows.findOneByOrFail({ secretHash: hashes.secretHash });
    return { session: row, refreshToken: `${String(row.id)}:${secret}` };
  }

  /**
   * Exchanges a refresh token for the next one. However many requests bring the same token, one gets an answer; and one that comes back
   * later than {@link SPENT_GRACE_MS} after that ends the session.
   *
   * @returns `null` where the token is unknown, used, expired, revoked, or another application's.
   */
  async rotate(refreshToken: string, apiKeyId: string, change?: SessionChange): Promise<IssuedRefreshToken | null> {
    const presented = parseRefreshToken(refreshToken);
    const session = presented === null ? null : await this.#rows.findOneBy({ id: presented.id, apiKeyId });
    if (presented === null || session === null) return null;
    const issued = await this.#replace(session, presented, change);
    if (issued === null) await this.#endIfCopied(presented);
    return issued;
  }

  /**
   * The session that a refresh token continues, which stays as it is.
   *
   * @returns `null` where the token is unknown, used, expired, revoked, or another application's.
   */
  async find(refreshToken: string, apiKeyId: string): Promise<RefreshToken | null> {
    const presented = parseRefreshToken(refreshToken);
    if (presented === null) return null;
    const { id, secretHash } = presented;
    const expiresAt = MoreThan(this.settings.clock());
    return this.#rows.findOneBy({ id, secretHash, apiKeyId, revokedAt: IsNull(), expiresAt });
  }

  /** Ends the session that a token belongs to, be it spent or not. Nothing happens where there is none. */
  async revoke(refreshToken: string, apiKeyId: string): Promise<void> {
    const presented = parseRefreshToken(refreshToken);
    const session = presented === null ? null : await this.#rows.findOneBy({ id: presented.id, apiKeyId });
    if (presented === null || session === null) return;
    const { id, secretHash } = presented;
    await this.#end(isOfFamily(session, presented) ? { id } : { id, secretHash });
  }

  /** One statement decides: the row must still have the secret that was presented. So what was read before is not out of date either. */
  async #replace(
    session: RefreshToken,
    presented: PresentedToken,
    change: SessionChange | undefined,
  ): Promise<IssuedRefreshToken | null> {
    const { id, secretHash, family } = presented;
    const nowMs = this.settings.clock();
    const { secret, hashes } = createFamilySecret(isOfFamily(session, presented) ? family : undefined);
    const next = {
      ...hashes,
      spentTokens: rememberSpent(session, presented, nowMs),
      expiresAt: this.#expiry(),
      ...(change === undefined ? {} : { customClaims: JSON.stringify(change.customClaims) }),
    };
    const { affected } = await this.#rows.update(
      {
        id,
        secretHash,
        revokedAt: IsNull(),
        expiresAt: MoreThan(nowMs),
        ...(change === undefined ? {} : { userId: change.userId }),
      },
      next,
    );
    if (affected !== 1) return null;
    return { session: Object.assign(session, next), refreshToken: `${String(id)}:${secret}` };
  }

  /** To be asked after the token was refused: whoever lost a race finds it among those that were spent just now. */
  async #endIfCopied(presented: PresentedToken): Promise<void> {
    const { id, secretHash } = presented;
    const session = await this.#rows.findOneBy({ id });
    if (session === null || session.secretHash === secretHash || !isOfFamily(session, presented)) return;
    if (isSpentJustNow(session, presented, this.settings.clock()) || !(await this.#end({ id }))) return;
    this.#logger.warn(`A spent refresh token of session ${String(id)} came back: the session is over`);
  }

  /** @returns whether there was anything to end. */
  async #end(where: Partial<Pick<RefreshToken, 'id' | 'secretHash'>>): Promise<boolean> {
    const { affected } = await this.#rows.update(
      { ...where, revokedAt: IsNull() },
      { revokedAt: this.settings.clock() },
    );
    return affected === 1;
  }

  #expiry(): number {
    return this.settings.clock() + REFRESH_TOKEN_TTL_MS;
  }
}
