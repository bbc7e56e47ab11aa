import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { CotterApiClient } from './cotter-api.client.js';

/** How long a sign-out waits for the issuer to hear of it. It goes on without us. */
const PATIENCE_MS = 1_000;

/** Tells the issuer that a refresh token was signed out. Here it is over already: an issuer that is down changes nothing about that. */
@Injectable()
export class IssuerSignOut implements OnApplicationShutdown {
  readonly #logger = new Logger('Cotter');
  readonly #telling = new Set<Promise<void>>();

  constructor(@Inject(CotterApiClient) private readonly api: CotterApiClient) {}

  /** Never fails, and takes a second at most: a person who signs out does not wait for an issuer that hangs. */
  async tell(refreshToken: string): Promise<void> {
    const telling = this.api.revoke(refreshToken).catch((error: unknown) => {
      this.#logger.warn(
        `the issuer could not be told of a sign-out: ${error instanceof Error ? error.name : 'no reason'}`,
      );
    });
    this.#telling.add(telling);
    void telling.finally(() => this.#telling.delete(telling));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([telling, patience]);
    clearTimeout(timer);
  }

  /** What is being told ends first. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#telling);
  }
}
