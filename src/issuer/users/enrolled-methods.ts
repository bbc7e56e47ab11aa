import { Injectable } from '@nestjs/common';
import { In, type Repository } from 'typeorm';

import { TRUSTED_DEVICE } from '../devices/device-key.js';
import { Device } from '../devices/device.entity.js';
import { IssuerDatabase } from '../issuer-database.js';
import { WEBAUTHN } from '../webauthn/passkeys.js';
import { WebAuthnCredential } from '../webauthn/webauthn-credential.entity.js';
import type { IssuerUser } from './issuer-user.entity.js';

/** How people can sign in beside by a code, which takes no enrolment. */
@Injectable()
export class EnrolledMethods {
  readonly #devices: Repository<Device>;
  readonly #passkeys: Repository<WebAuthnCredential>;

  constructor(database: IssuerDatabase) {
    this.#devices = database.rowsOf(Device);
    this.#passkeys = database.rowsOf(WebAuthnCredential);
  }

  /** The methods of one person, as the wire names them. */
  async of(user: IssuerUser): Promise<readonly string[]> {
    return (await this.ofEach([user]))(user);
  }

  /** The methods of each of the people, in two queries for all of them. */
  async ofEach(users: readonly IssuerUser[]): Promise<(user: IssuerUser) => readonly string[]> {
    const userId = In(users.map(({ id }) => id));
    const devices = await this.#devices.find({
      select: { id: true, userId: true, trustEpoch: true },
      where: { userId },
    });
    const passkeys = await this.#passkeys.find({ select: { id: true, userId: true }, where: { userId } });
    return ({ id, trustEpoch }) => [
      ...(devices.some((device) => device.userId === id && device.trustEpoch === trustEpoch) ? [TRUSTED_DEVICE] : []),
      ...(passkeys.some((passkey) => passkey.userId === id) ? [WEBAUTHN] : []),
    ];
  }
}
