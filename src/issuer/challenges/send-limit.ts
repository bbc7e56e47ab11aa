import { Injectable } from '@nestjs/common';
import type { Repository } from 'typeorm';

import { IssuerDatabase } from '../issuer-database.js';
import { IssuerSettings } from '../issuer-settings.js';
import { findWaitSeconds, FIVE_MINUTES_MS, type Limit } from '../limits/window.js';
import { Challenge } from './challenge.entity.js';

/** Whom a code is for, and who asks for it. */
export type SendParties = Pick<Challenge, 'identifier' | 'network' | 'browserHash'>;

interface Rule extends Limit {
  readonly by: keyof SendParties;
}

const DAY_MS = 24 * 60 * 60_000;

/** Keeps the issuer from being used to flood somebody with codes, or to guess them. Every code has a row, and the rows are counted. */
@Injectable()
export class SendLimit {
  readonly #rows: Repository<Challenge>;
  readonly #rules: readonly Rule[];

  constructor(
    database: IssuerDatabase,
    private readonly settings: IssuerSettings,
  ) {
    this.#rows = database.rowsOf(Challenge);
    this.#rules = [
      // Cotter's, beside which five tries at each of five codes every five minutes would guess somebody's code once in 140 days ...
      { by: 'identifier', max: 5, windowMs: FIVE_MINUTES_MS },
      { by: 'network', max: 10, windowMs: FIVE_MINUTES_MS },
      { by: 'browserHash', max: 5, windowMs: FIVE_MINUTES_MS },
      // ... which at twenty codes a day takes 27 years on average.
      { by: 'identifier', max: settings.maxCodesPerDay, windowMs: DAY_MS },
    ];
  }

  /**
   * To be asked after the row of the new code is in.
   *
   * @returns seconds until another code may be sent; `null` where this one may.
   */
  async findWaitSeconds(parties: SendParties): Promise<number | null> {
    const waits = await Promise.all(this.#rules.map((rule) => this.#findWait(rule, parties[rule.by])));
    const longest = Math.max(0, ...waits);
    return longest === 0 ? null : longest;
  }

  /** @returns 0 where the rule lets the code pass. */
  async #findWait({ by, ...limit }: Rule, value: string | null): Promise<number> {
    if (value === null) return 0;
    return findWaitSeconds(this.#rows, { [by]: value }, limit, this.settings.clock());
  }
}
