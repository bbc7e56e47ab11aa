import { Injectable } from '@nestjs/common';
import { IsNull, type Repository } from 'typeorm';

import { insertUnlessPresent } from '../insert-unless-present.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { IssuerUser } from '../users/issuer-user.entity.js';
import { Device } from './device.entity.js';

/** What a device says of itself when it is enrolled. */
export type DeviceDescription = Pick<Device, 'publicKey' | 'name' | 'type'>;

/** The devices that people have enrolled. */
@Injectable()
export class Devices {
  readonly #rows: Repository<Device>;
  readonly #users: Repository<IssuerUser>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Device);
    this.#users = database.rowsOf(IssuerUser);
  }

  /** Enrols a device, or does nothing where it is enrolled. Whether it may be is for the caller to know. */
  async enrol(user: IssuerUser, { publicKey, name, type }: DeviceDescription): Promise<void> {
    const { id: userId, trustEpoch } = user;
    const createdAt = this.settings.clock();
    const row = { userId, publicKey, trustEpoch, name, type, createdAt };
    await insertUnlessPresent(this.#rows, row as Device);
    await this.#rows.update({ userId, publicKey }, { trustEpoch });
  }

  /**
   * Takes the one chance that a person has to enrol a device without any proof. However many ask at once, one has it.
   *
   * @returns whether this one has.
   */
  async claimFirst({ id, trustEpoch }: IssuerUser): Promise<boolean> {
    const { affected } = await this.#users.update(
      { id, trustEpoch, firstDeviceAt: IsNull() },
      { firstDeviceAt: this.settings.clock() },
    );
    return affected === 1;
  }

  async remove({ id: userId }: IssuerUser, publicKey: string): Promise<void> {
    await this.#rows.delete({ userId, publicKey });
  }

  /** @param publicKey - Any device will do where it is left out. */
  isEnrolled({ id: userId, trustEpoch }: IssuerUser, publicKey?: string): Promise<boolean> {
    return this.#rows.existsBy({ userId, trustEpoch, ...(publicKey === undefined ? {} : { publicKey }) });
  }
}
