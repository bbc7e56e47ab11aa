import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { TooManyRequestsError } from '../http/too-many-requests.error.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { createSecret, hashSecret } from '../secrets.js';
import { WebAuthnCeremony } from './webauthn-ceremony.entity.js';
import { WebAuthnError } from './webauthn.error.js';

/** How long an authenticator may take. The standard recommends five to ten minutes where it has to verify the person. */
export const CEREMONY_TTL_MS = 5 * 60_000;

/** Questions and ceremonies of one network within {@link WINDOW_MS}; a sign-in takes two of them. */
export const MAX_PER_NETWORK = 100;
const WINDOW_MS = 5 * 60_000;

/** What a ceremony is bound to. */
export type CeremonyBinding = Pick<WebAuthnCeremony, 'kind' | 'apiKeyId' | 'userId' | 'origin'>;
/** What a ceremony is made of. */
export type CeremonyRequest = CeremonyBinding &
  Pick<WebAuthnCeremony, 'network'> &
  Partial<Pick<WebAuthnCeremony, 'authenticationMethod' | 'authenticatedAt'>>;

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

  /** @returns the challenge, 32 bytes in base64url. @throws {@link TooManyRequestsError} */
  async open(request: CeremonyRequest): Promise<string> {
    const challenge = createSecret();
    await this.#insert(request, hashSecret(challenge));
    return challenge;
  }

  /** Counts a question about somebody's passkeys. @throws {@link TooManyRequestsError} */
  async countQuestion({ apiKeyId, network }: Pick<WebAuthnCeremony, 'apiKeyId' | 'network'>): Promise<void> {
    if (network === null) return;
    await this.#insert({ kind: 'QUESTION', apiKeyId, userId: null, origin: null, network }, null);
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

  async #insert(request: CeremonyRequest, challengeHash: string | null): Promise<void> {
    const createdAt = this.settings.clock();
    const { authenticationMethod = null, authenticatedAt = null, network } = request;
    await this.#rows
      .createQueryBuilder()
      .insert()
      .values({
        ...request,
        challengeHash,
        authenticationMethod,
        authenticatedAt,
        createdAt,
        expiresAt: createdAt + CEREMONY_TTL_MS,
      })
      .updateEntity(false)
      .execute();
    if (network === null) return;
    // After the insert: whichever of several racing ones comes last sees all others. What is refused counts as well.
    const asked = await this.#rows.countBy({ network, createdAt: MoreThan(createdAt - WINDOW_MS) });
    if (asked > MAX_PER_NETWORK) throw new TooManyRequestsError(WINDOW_MS / 1000);
  }
}
