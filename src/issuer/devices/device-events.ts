import { randomInt } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { ApiRefusedError } from '../http/api-refused.error.js';
import { TooManyRequestsError } from '../http/too-many-requests.error.js';
import { insertUnlessPresent, isDuplicateKey } from '../insert-unless-present.js';
import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { hashSecret, MAX_ROW_ID } from '../secrets.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { DeviceEvent } from './device-event.entity.js';
import { isSignedByDevice, TRUSTED_DEVICE } from './device-key.js';
import { Devices } from './devices.js';
import type { EventRequest, SignedEventRequest } from './event-request.js';

/** How long the mobile SDKs wait for an answer. */
export const EVENT_TTL_MS = 3 * 60_000;
/** How far the clock of a device may be off. */
const MAX_SKEW_MS = 5 * 60_000;
/** Events that one person can be asked to approve within {@link WINDOW_MS}: whoever is asked often enough says yes. */
const MAX_PENDING = 5;
const WINDOW_MS = 5 * 60_000;
const USED = 'The signature has been used already';
/** Beyond any row's id, so that one number is never taken for the other. */
const POLL_IDS = { from: 2 ** 32, below: 2 ** 48 };

/** An event, and the number that the one who made it polls by. */
export interface CreatedEvent {
  readonly pollId: number;
  readonly row: DeviceEvent;
}

/** The events of trusted devices. What decides is one conditional statement each, over all processes on one database. */
@Injectable()
export class DeviceEvents {
  readonly #rows: Repository<DeviceEvent>;

  constructor(
    database: IssuerDatabase,
    private readonly devices: Devices,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(DeviceEvent);
  }

  /** Asks a person's enrolled devices. @throws {@link ApiRefusedError}, {@link TooManyRequestsError} */
  async ask(user: IssuerUser, request: EventRequest): Promise<CreatedEvent> {
    this.#requireRecent(request);
    const created = await this.#insert(user, request, 'PENDING', null);
    if (created === null) throw new Error('A number that was drawn at random is taken');
    const { userId, id } = created.row;
    const since = this.settings.clock() - WINDOW_MS;
    // After the insert: whichever of several racing ones comes last sees all others.
    if ((await this.#rows.countBy({ userId, status: 'PENDING', createdAt: MoreThan(since) })) > MAX_PENDING) {
      await this.#rows.delete({ id });
      throw new TooManyRequestsError(WINDOW_MS / 1000);
    }
    return created;
  }

  /** Takes an event that an enrolled device has signed. @throws {@link ApiRefusedError} */
  async approve(user: IssuerUser, request: SignedEventRequest): Promise<CreatedEvent> {
    this.#requireRecent(request);
    if (!request.approved) throw new ApiRefusedError('approved must be true');
    const proofHash = await this.#prove(user, request);
    const created = await this.#insert(user, request, 'APPROVED', proofHash);
    if (created === null) throw new ApiRefusedError(USED);
    return created;
  }

  /** Answers a pending event; the first answer counts. @throws {@link ApiRefusedError} */
  async respond(id: number, user: IssuerUser, request: SignedEventRequest): Promise<DeviceEvent> {
    const { event, timestamp, approved } = request;
    const proofHash = await this.#prove(user, request);
    const open = { id, userId: user.id, trustEpoch: user.trustEpoch, event, timestamp, status: 'PENDING' } as const;
    const respondedAt = this.settings.clock();
    const { affected } = await this.#rows
      .update(
        { ...open, expiresAt: MoreThan(respondedAt) },
        { status: approved ? 'APPROVED' : 'REFUSED', respondedAt, proofHash, expiresAt: respondedAt + EVENT_TTL_MS },
      )
      .catch((error: unknown) => {
        throw isDuplicateKey(error) ? new ApiRefusedError(USED) : error;
      });
    if (affected !== 1) throw new ApiRefusedError('The event is not waiting for an answer');
    return this.#rows.findOneByOrFail({ id });
  }

  /** By the number that the asking device has. */
  async findByPollId(apiKeyId: string, pollId: number): Promise<DeviceEvent | null> {
    return this.#rows.findOneBy({ pollHash: hashSecret(String(pollId)), apiKeyId });
  }

  /** By either of its numbers. */
  async findByAnyId(apiKeyId: string, id: number): Promise<DeviceEvent | null> {
    return id > MAX_ROW_ID ? this.findByPollId(apiKeyId, id) : this.#rows.findOneBy({ id, apiKeyId });
  }

  /** The newest event that waits for an answer. */
  findPending({ id: userId, trustEpoch }: IssuerUser): Promise<DeviceEvent | null> {
    return this.#rows.findOne({
      where: { userId, trustEpoch, status: 'PENDING', expiresAt: MoreThan(this.settings.clock()) },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
  }

  /**
   * Spends an approved event. Asked for however often, each purpose gets it once.
   *
   * @param purpose - The tokens of the asking device, or those of the application's server.
   */
  async consume(
    { id }: DeviceEvent,
    { trustEpoch }: IssuerUser,
    purpose: 'tokensIssuedAt' | 'exchangedAt',
  ): Promise<boolean> {
    const nowMs = this.settings.clock();
    const { affected } = await this.#rows.update(
      { id, trustEpoch, status: 'APPROVED', expiresAt: MoreThan(nowMs), [purpose]: IsNull() },
      { [purpose]: nowMs },
    );
    return affected === 1;
  }

  #requireRecent({ timestamp }: EventRequest): void {
    if (Math.abs(Number(timestamp) * 1000 - this.settings.clock()) > MAX_SKEW_MS) {
      throw new ApiRefusedError('timestamp is too far from the time here');
    }
  }

  /** @returns the hash that this proof is remembered by. */
  async #prove(user: IssuerUser, request: SignedEventRequest): Promise<string> {
    const { userId, event, timestamp, approved, publicKey, signature, newDevice } = request;
    const newKey = newDevice?.publicKey ?? '';
    const message = [userId, user.apiKeyId, event, timestamp, TRUSTED_DEVICE, approved, newKey].join('');
    const isProved =
      isSignedByDevice(publicKey, message, signature) && (await this.devices.isEnrolled(user, publicKey));
    if (!isProved) throw new ApiRefusedError('The signature is not valid');
    return hashSecret(`${publicKey}${message}`);
  }

  async #insert(
    { id: userId, apiKeyId, trustEpoch }: IssuerUser,
    { event, timestamp, ip, location }: EventRequest,
    status: 'PENDING' | 'APPROVED',
    proofHash: string | null,
  ): Promise<CreatedEvent | null> {
    const pollId = randomInt(POLL_IDS.from, POLL_IDS.below);
    const pollHash = hashSecret(String(pollId));
    const createdAt = this.settings.clock();
    const row = {
      pollHash,
      apiKeyId,
      userId,
      trustEpoch,
      event,
      timestamp,
      ip,
      location,
      status,
      proofHash,
      createdAt,
    };
    await insertUnlessPresent(this.#rows, { ...row, expiresAt: createdAt + EVENT_TTL_MS } as DeviceEvent);
    const inserted = await this.#rows.findOneBy({ pollHash, createdAt, userId });
    return inserted === null ? null : { pollId, row: inserted };
  }
}
