import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { PeriodicSweeper } from '../renewal/periodic-sweeper.js';
import { SessionStore } from './session.store.js';

/** Has the store forget sessions. */
@Injectable()
export class SessionSweeper extends PeriodicSweeper {
  constructor(@Inject(CotterOptions) options: CotterOptions, @Inject(SessionStore) store: SessionStore) {
    super(options, store, 'sessions');
  }
}
