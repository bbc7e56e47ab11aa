import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { createAuthorizationCode } from '../challenges/authorization-code.js';
import { Challenge } from '../challenges/challenge.entity.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { createSecret, hashSecret, isSameHash, MAX_ROW_ID } from '../secrets.js';

/** How long a click waits for the frame that makes use of it. */
export const CLICK_TTL_MS = 5 * 60_000;

/** What came of a click. */
export type Click =
  | { readonly outcome: 'app'; readonly challenge: Challenge; readonly authorizationCode: string }
  /** The secret is what the frame on the page redeems. */
  | { readonly outcome: 'page'; readonly challenge: Challenge; readonly secret: string }
  | { readonly outcome: 'tab'; readonly challenge: Challenge }
  /** Expired, used, replaced by a newer one, or unknown. */
  | { readonly outcome: 'closed'; readonly challenge: Challenge | null };

/** What a frame brings from the page that a link has led to. */
export interface LinkRedemption {
  readonly apiKeyId: string;
  readonly challengeId: number;
  /** The secret in the page's URL. */
  readonly challenge: string;
  /** S256 of the new frame's own verifier. */
  readonly codeChallenge: string;
  /** What the frame's client will exchange the code with: the one that the link was asked for with. */
  readonly redirectUrl: string;
  /** The one that the link was asked for with, which only the browser that asked has. */
  readonly state: string;
}

/** What a tab learns that waits for the click. */
export type LinkPoll =
  | { readonly state: 'waiting' }
  | { readonly state: 'closed' }
  | { readonly state: 'verified'; readonly authorizationCode: string; readonly challengeId: number };

/**
 * The magic links that are on their way. Sent by {@link Challenges.open}; here they are clicked, and what comes of the click is handed
 * out. Each step is one conditional statement, so each is taken once, over all processes on one database.
 */
@Injectable()
export class MagicLinks {
  readonly #rows: Repository<Challenge>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Challenge);
  }

  find(token: string): Promise<Challenge | null> {
    return this.#rows.findOneBy({ linkHash: hashSecret(token) });
  }

  /** Spends a link, because a person has pressed the button on its page. */
  async click(token: string): Promise<Click> {
    const challenge = await this.find(token);
    switch (challenge?.linkKind) {
      case 'app': {
        const { authorizationCode, columns } = createAuthorizationCode(this.settings.clock());
        const isFirst = await this.#spend(challenge, columns);
        return isFirst ? { outcome: 'app', challenge, authorizationCode } : { outcome: 'closed', challenge };
      }
      case 'page': {
        const secret = createSecret();
        const isFirst = await this.#spend(challenge, { redeemHash: hashSecret(secret) });
        return isFirst ? { outcome: 'page', challenge, secret } : { outcome: 'closed', challenge };
      }
      case 'tab':
        return { outcome: (await this.#spend(challenge, {})) ? 'tab' : 'closed', challenge };
      default:
        return { outcome: 'closed', challenge };
    }
  }

  /**
   * Gives the authorization code of a link that has led to a page. Bound to the application, the origin and the state that the link was
   * asked for with: a link that somebody else has asked for signs nobody in, neither them nor the one who clicked. What does not fit is
   * compared first and spends nothing.
   *
   * @returns the authorization code, once, within five minutes of the click; `null` otherwise.
   */
  async redeem(redemption: LinkRedemption): Promise<string | null> {
    const { apiKeyId, challengeId: id, codeChallenge, redirectUrl, state } = redemption;
    const redeemHash = hashSecret(redemption.challenge);
    const row = Number.isInteger(id) && id <= MAX_ROW_ID ? await this.#rows.findOneBy({ id, apiKeyId }) : null;
    if (row === null || !isSameHash(row.redeemHash ?? '', redeemHash)) return null;
    if (![row.redirectUrl, row.frameOrigin].includes(redirectUrl) || row.state !== state) return null;
    return this.#authorize({ id, redeemHash }, { redeemHash: null, codeChallenge });
  }

  /**
   * Tells the tab that asked for a link what has become of it. A link that has been clicked gives its authorization code to one of all
   * questions, within five minutes of the click; from then on the answer is `closed`.
   *
   * @param handle - What {@link Challenges.open} gave to the tab.
   */
  async poll(handle: string): Promise<LinkPoll> {
    const challenge = await this.#rows.findOneBy({ handleHash: hashSecret(handle), linkKind: 'tab' });
    if (challenge === null) return { state: 'closed' };
    const { id, verifiedAt, expiresAt, authorizationCodeHash } = challenge;
    if (verifiedAt === null) return { state: expiresAt > this.settings.clock() ? 'waiting' : 'closed' };
    if (authorizationCodeHash !== null) return { state: 'closed' };
    const authorizationCode = await this.#authorize({ id }, {});
    return authorizationCode === null ? { state: 'closed' } : { state: 'verified', authorizationCode, challengeId: id };
  }

  async #spend({ id, linkHash }: Challenge, change: Partial<Challenge>): Promise<boolean> {
    const nowMs = this.settings.clock();
    const { affected } = await this.#rows.update(
      { id, linkHash: linkHash ?? '', verifiedAt: IsNull(), expiresAt: MoreThan(nowMs) },
      { ...change, verifiedAt: nowMs },
    );
    return affected === 1;
  }

  /** Of all that ask for the code of one click, one gets it. */
  async #authorize(
    clicked: Pick<Challenge, 'id'> & { readonly redeemHash?: string },
    change: Partial<Challenge>,
  ): Promise<string | null> {
    const nowMs = this.settings.clock();
    const { authorizationCode, columns } = createAuthorizationCode(nowMs);
    const { affected } = await this.#rows.update(
      { ...clicked, authorizationCodeHash: IsNull(), verifiedAt: MoreThan(nowMs - CLICK_TTL_MS) },
      { ...change, ...columns },
    );
    return affected === 1 ? authorizationCode : null;
  }
}
