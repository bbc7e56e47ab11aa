import { Injectable } from '@nestjs/common';
import { LessThan, type Repository } from 'typeorm';

import { isDuplicateKey } from '../insert-unless-present.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { hashSecret } from '../secrets.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { WebAuthnCredential } from './webauthn-credential.entity.js';
import { WebAuthnError } from './webauthn.error.js';

/** The method, as the wire names it. */
export const WEBAUTHN = 'WEBAUTHN';

/** A passkey whose registration has been verified. */
export type NewPasskey = Pick<WebAuthnCredential, 'rpId' | 'credentialId' | 'publicKey' | 'signCount'>;

/** The passkeys that people have registered. */
@Injectable()
export class Passkeys {
  readonly #rows: Repository<WebAuthnCredential>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(WebAuthnCredential);
  }

  /** The passkeys of a person, oldest first. @param rpId - Those for one host alone; `null` for all. */
  list({ id: userId }: IssuerUser, rpId: string | null): Promise<WebAuthnCredential[]> {
    return this.#rows.find({ where: { userId, ...(rpId === null ? {} : { rpId }) }, order: { id: 'ASC' } });
  }

  find({ id: userId, apiKeyId }: IssuerUser, rpId: string, credentialId: string): Promise<WebAuthnCredential | null> {
    return this.#rows.findOneBy({ apiKeyId, userId, rpId, credentialIdHash: hashSecret(credentialId) });
  }

  /** @throws {@link WebAuthnError} (`webauthn_registered`) where anybody has it, as the standard wants it. */
  async add({ id: userId, apiKeyId }: IssuerUser, passkey: NewPasskey): Promise<void> {
    const credentialIdHash = hashSecret(passkey.credentialId);
    const row = { ...passkey, apiKeyId, userId, credentialIdHash, createdAt: this.settings.clock(), lastUsedAt: null };
    try {
      await this.#rows.createQueryBuilder().insert().values(row).updateEntity(false).execute();
    } catch (error) {
      throw isDuplicateKey(error) ? new WebAuthnError('webauthn_registered', { cause: error }) : error;
    }
  }

  /**
   * Takes note that a passkey has signed. Of two copies of one authenticator, the count of one falls behind.
   *
   * @returns `false` where the count does not go up, though the authenticator counts.
   * @see {@link https://www.w3.org/TR/webauthn-3/#sctn-sign-counter | WebAuthn, Signature Counter Considerations}
   */
  async use({ id }: WebAuthnCredential, signCount: number): Promise<boolean> {
    const { affected } = await this.#rows.update(
      { id, signCount: signCount === 0 ? 0 : LessThan(signCount) },
      { signCount, lastUsedAt: this.settings.clock() },
    );
    return affected === 1;
  }
}
