import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { RefreshLedger } from './refresh-ledger.js';

const EVERY_MS = 10 * 60_000;

/** Has the ledger forget what is past its time, now and then. */
@Injectable()
export class LedgerSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger('Cotter');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(RefreshLedger) private readonly ledger: RefreshLedger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.sweep(), EVERY_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Never rejects: the next time is soon enough. */
  async sweep(): Promise<void> {
    try {
      await this.ledger.sweep(this.options.clock());
    } catch (error) {
      this.#logger.warn(`the refresh ledger could not be swept: ${error instanceof Error ? error.name : 'no reason'}`);
    }
  }
}
