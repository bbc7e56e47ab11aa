import { Injectable } from '@nestjs/common';
import { MoreThan, type Repository } from 'typeorm';

import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { Challenge } from './challenge.entity.js';

/** Codes that one person is sent within {@link SEND_WINDOW_MS} at most. */
export const MAX_SENDS = 5;
export const SEND_WINDOW_MS = 5 * 60_000;

/**
 * Keeps the issuer from being used to flood somebody with codes. Every code has a row, and the rows are counted, so that the limit
 * holds over all processes on one database.
 */
@Injectable()
export class SendLimit {
  readonly #rows: Repository<Challenge>;

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Challenge);
  }

  /**
   * To be asked after the row of the new code is in: whichever of several racing ones comes last sees all others, so never more than
   * {@link MAX_SENDS} pass.
   *
   * @returns seconds until another code may be sent; `null` where this one may.
   */
  async findWaitSeconds(identifier: string): Promise<number | null> {
    const nowMs = this.settings.clock();
    const recent = await this.#rows.find({
      select: { id: true, createdAt: true },
      where: { identifier, createdAt: MoreThan(nowMs - SEND_WINDOW_MS) },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: MAX_SENDS + 1,
    });
    if (recent.length <= MAX_SENDS) return null;
    const oldest = recent.at(-1)?.createdAt ?? nowMs;
    return Math.max(1, Math.ceil((oldest + SEND_WINDOW_MS - nowMs) / 1000));
  }
}
