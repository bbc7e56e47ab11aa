import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { SessionStore } from './session.store.js';

const EVERY_MS = 10 * 60_000;

/** Has the store forget sessions that are past their time, now and then. */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger('Cotter');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(SessionStore) private readonly store: SessionStore,
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
      await this.store.sweep(this.options.clock());
    } catch (error) {
      this.#logger.warn(`sessions could not be swept: ${error instanceof Error ? error.name : 'no reason'}`);
    }
  }
}
