import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { createSecret, hashSecret } from '../secrets.js';
import { WebAuthnCeremony } from './webauthn-ceremony.entity.js';
import { WebAuthnError } from './webauthn.error.js';

/** How long an authenticator may take. The standard recommends five to ten minutes where it has to verify the person. */
export const CEREMONY_TTL_MS = 5 * 60_000;

/** What a ceremony is bound to. */
export type CeremonyBinding = Pick<WebAuthnCeremony, 'kind' | 'apiKeyId' | 'userId' | 'origin'>;
/** What a ceremony is made of. */
export type CeremonyRequest = CeremonyBinding & Pick<WebAuthnCeremony, 'authenticationMethod' | 'authenticatedAt'>;

/** The challenges that authenticators are to sign, each of them once. */
@Injectable()
export class Ceremonies {
  readonly #rows: Repository<WebAuthnCeremony>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(WebAuthnCeremony);
  }

  /** @returns the challenge, 32 bytes in base64url. */
  async open(request: CeremonyRequest): Promise<string> {
    const challenge = createSecret();
    const createdAt = this.settings.clock();
    await this.#rows
      .createQueryBuilder()
      .insert()
      .values({
        ...request,
        challengeHash: hashSecret(challenge),
        createdAt,
        expiresAt: createdAt + CEREMONY_TTL_MS,
        usedAt: null,
      })
      .updateEntity(false)
      .execute();
    return challenge;
  }

  /**
   * Takes a challenge that came back. However many bring it, one goes on; and whatever comes of its answer, the challenge is spent.
   *
   * @throws {@link WebAuthnError} (`webauthn_ceremony_over`)
   */
  async spend(challenge: string, { kind, apiKeyId, userId, origin }: CeremonyBinding): Promise<WebAuthnCeremony> {
    const ceremony = await this.#rows.findOneBy({ challengeHash: hashSecret(challenge), kind, apiKeyId });
    // What it is bound to never changes, so it is compared first: nobody spends what is somebody else's.
    const isTheirs = ceremony !== null && ceremony.userId === userId && ceremony.origin === origin;
    if (!isTheirs) throw new WebAuthnError('webauthn_ceremony_over');
    const usedAt = this.settings.clock();
    const { affected } = await this.#rows.update(
      { id: ceremony.id, usedAt: IsNull(), expiresAt: MoreThan(usedAt) },
      { usedAt },
    );
    if (affected !== 1) throw new WebAuthnError('webauthn_ceremony_over');
    return ceremony;
  }
}
