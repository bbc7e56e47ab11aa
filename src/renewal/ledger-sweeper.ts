import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { PeriodicSweeper } from './periodic-sweeper.js';
import { RefreshLedger } from './refresh-ledger.js';

/** Has the ledger forget refresh tokens. */
@Injectable()
export class LedgerSweeper extends PeriodicSweeper {
  constructor(@Inject(CotterOptions) options: CotterOptions, @Inject(RefreshLedger) ledger: RefreshLedger) {
    super(options, ledger, 'the refresh ledger');
  }
}
