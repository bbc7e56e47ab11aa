import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { createAlphanumericSecret, hashSecret, MAX_ROW_ID } from '../secrets.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import type { CustomClaims } from './custom-claims.js';
import { RefreshToken } from './refresh-token.entity.js';

/** A refresh token lives this long after it was last used: as long as Cotter remembered a browser. */
export const REFRESH_TOKEN_TTL_MS = 30 * 24 * 60 * 60_000;

const SECRET_LENGTH = 50;
const FORM = /^([1-9]\d{0,9}):([A-Za-z0-9]{1,200})$/;

/** A session together with the token that continues it, which is told once and stored nowhere. */
export interface IssuedRefreshToken {
  readonly session: RefreshToken;
  /** `<row id>:<secret>` */
  readonly refreshToken: string;
}

/** The refresh tokens: single use, each replaced by the next one under the same number. */
@Injectable()
export class RefreshTokens {
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
    const secret = createAlphanumericSecret(SECRET_LENGTH);
    const secretHash = hashSecret(secret);
    await this.#rows
      .createQueryBuilder()
      .insert()
      .values({
        apiKeyId: user.apiKeyId,
        userId: user.id,
        trustEpoch: user.trustEpoch,
        authenticationMethod,
        authenticatedAt,
        secretHash,
        expiresAt: this.#expiry(),
      })
      .updateEntity(false)
      .execute();
    // sql.js tells the last id of the connection, which may be another insert's by now.
    const row = await this.#rows.findOneByOrFail({ secretHash });
    return { session: row, refreshToken: `${String(row.id)}:${secret}` };
  }

  /**
   * Exchanges a refresh token for the next one. However many requests bring the same token, one gets an answer.
   *
   * @param change - Claims that the session's tokens carry from now on, and the person whose session it must be.
   * @returns `null` where the token is unknown, used, expired, revoked, or another application's.
   */
  async rotate(
    refreshToken: string,
    apiKeyId: string,
    change?: { readonly userId: string; readonly customClaims: CustomClaims },
  ): Promise<IssuedRefreshToken | null> {
    const presented = parseRefreshToken(refreshToken);
    if (presented === null) return null;
    const { id } = presented;
    const secret = createAlphanumericSecret(SECRET_LENGTH);
    const { affected } = await this.#rows.update(
      {
        id,
        secretHash: presented.secretHash,
        apiKeyId,
        revokedAt: IsNull(),
        expiresAt: MoreThan(this.settings.clock()),
        ...(change === undefined ? {} : { userId: change.userId }),
      },
      {
        secretHash: hashSecret(secret),
        expiresAt: this.#expiry(),
        ...(change === undefined ? {} : { customClaims: JSON.stringify(change.customClaims) }),
      },
    );
    if (affected !== 1) return null;
    return { session: await this.#rows.findOneByOrFail({ id }), refreshToken: `${String(id)}:${secret}` };
  }

  /** Ends a session. Nothing happens where there is none. */
  async revoke(refreshToken: string, apiKeyId: string): Promise<void> {
    const presented = parseRefreshToken(refreshToken);
    if (presented === null) return;
    await this.#rows.update({ ...presented, apiKeyId, revokedAt: IsNull() }, { revokedAt: this.settings.clock() });
  }

  #expiry(): number {
    return this.settings.clock() + REFRESH_TOKEN_TTL_MS;
  }
}

function parseRefreshToken(text: string): Pick<RefreshToken, 'id' | 'secretHash'> | null {
  const [, id, secret] = FORM.exec(text) ?? [];
  if (id === undefined || secret === undefined || Number(id) > MAX_ROW_ID) return null;
  return { id: Number(id), secretHash: hashSecret(secret) };
}
