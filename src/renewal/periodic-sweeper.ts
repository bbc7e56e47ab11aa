import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import type { CotterOptions } from '../cotter.options.js';

const EVERY_MS = 10 * 60_000;

/** Has a store forget what is past its time, now and then. */
export abstract class PeriodicSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger('Cotter');
  #timer: NodeJS.Timeout | undefined;

  /** @param what - Is swept, in the words of the log. */
  protected constructor(
    private readonly options: CotterOptions,
    private readonly store: { sweep(nowMs: number): Promise<number> },
    private readonly what: string,
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
      this.#logger.warn(`${this.what} could not be swept: ${error instanceof Error ? error.name : 'no reason'}`);
    }
  }
}
