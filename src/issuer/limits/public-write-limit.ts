import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { Repository } from 'typeorm';

import type { PlatformRequest } from '../../http/platform.js';
import { clientNetworkOf } from '../http/client-network.js';
import { TooManyRequestsError } from '../http/too-many-requests.error.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { PublicWrite, type PublicAction } from './public-write.entity.js';
import { findWaitSeconds, FIVE_MINUTES_MS, type Limit } from './window.js';

/** As many as one address is sent codes. */
const LIMIT: Limit = { max: 10, windowMs: FIVE_MINUTES_MS };
/** Each sign-in by a passkey asks twice, and one that goes back to a code once. */
const PASSKEY_LIMIT: Limit = { max: 100, windowMs: FIVE_MINUTES_MS };

/** Keeps those who have no more than the public key, which is everybody, from filling the database or bothering many people. */
@Injectable()
export class PublicWriteLimit {
  readonly #rows: Repository<PublicWrite>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(PublicWrite);
  }

  /**
   * Counts an action for where a request comes from. One that then fails is counted too, or its answers would tell who has an account.
   *
   * @throws {@link TooManyRequestsError} (`too_many_requests`)
   */
  async count(action: PublicAction, request: PlatformRequest): Promise<void> {
    const network = clientNetworkOf(request, this.settings.trustedProxies);
    if (network === null) return;
    const limit = action === 'ask passkey' ? PASSKEY_LIMIT : LIMIT;
    const [id, createdAt] = [randomUUID(), this.settings.clock()];
    await this.#rows.insert({ id, action, network, createdAt });
    const waitSeconds = await findWaitSeconds(this.#rows, { action, network }, limit, createdAt);
    if (waitSeconds === 0) return;
    await this.#rows.delete({ id });
    throw new TooManyRequestsError(waitSeconds);
  }
}
