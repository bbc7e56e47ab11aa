import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { In, LessThan, type FindOptionsSelect, type FindOptionsWhere, type Repository } from 'typeorm';

import { Challenge } from './challenges/challenge.entity.js';
import { DeviceEvent } from './devices/device-event.entity.js';
import { IssuerDatabase } from './issuer-database.js';
import { IssuerSettings } from './issuer-settings.js';
import { PublicWrite } from './limits/public-write.entity.js';
import { RefreshToken } from './tokens/refresh-token.entity.js';
import { WebAuthnCeremony } from './webauthn/webauthn-ceremony.entity.js';

const EVERY_MS = 10 * 60_000;
/** What can be of no use to anyone is kept this long, for whoever looks into a complaint. */
const KEPT_MS = 24 * 60 * 60_000;
const BATCH = 500;
const MAX_BATCHES = 20;

/** Removes what has long expired, a little at a time, so that no request waits for it. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger('CotterIssuer');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => {
        // Next time is soon enough.
        this.#logger.warn(`Sweeping failed: ${error instanceof Error ? error.message : 'unknown reason'}`);
      });
    }, EVERY_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** @returns how many rows went. */
  async sweep(): Promise<number> {
    const before = this.settings.clock() - KEPT_MS;
    return (
      (await sweepRows(this.database.rowsOf(Challenge), { createdAt: LessThan(before) })) +
      (await sweepRows(this.database.rowsOf(DeviceEvent), { createdAt: LessThan(before) })) +
      (await sweepRows(this.database.rowsOf(PublicWrite), { createdAt: LessThan(before) })) +
      (await sweepRows(this.database.rowsOf(WebAuthnCeremony), { createdAt: LessThan(before) })) +
      (await sweepRows(this.database.rowsOf(RefreshToken), { expiresAt: LessThan(before) }))
    );
  }
}

type Swept = Challenge | RefreshToken | DeviceEvent | PublicWrite | WebAuthnCeremony;

async function sweepRows<Row extends Swept>(rows: Repository<Row>, where: FindOptionsWhere<Row>): Promise<number> {
  let swept = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const found = await rows.find({
      select: { id: true } as FindOptionsSelect<Row>,
      where,
      take: BATCH,
    });
    if (found.length === 0) break;
    await rows.delete({ id: In(found.map(({ id }) => id)) } as FindOptionsWhere<Row>);
    swept += found.length;
    if (found.length < BATCH) break;
  }
  return swept;
}
