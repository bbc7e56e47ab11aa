import { Inject, Injectable } from '@nestjs/common';

import { tell, type CotterEvents } from '../cotter.events.js';
import { CotterOptions } from '../cotter.options.js';
import { EndedFamilyError, InvalidGrantError } from '../errors/issuer.errors.js';
import { RenewalService } from '../renewal/renewal.service.js';
import { RevocationService } from '../revocation/revocation.service.js';
import type { SessionRecord } from './session.js';
import { SessionStore } from './session.store.js';

/** Why a session ended before its time. */
export type EndReason = Parameters<NonNullable<CotterEvents['onSessionEnded']>>[0]['reason'];

/** Why the session ends whose token nobody renews any more. */
export function endReasonOf(no: InvalidGrantError): EndReason {
  return no instanceof EndedFamilyError && no.reason === 'reused' ? 'reused' : 'refused';
}

/** Whether the issuer itself said no, and not our own ledger. */
export function isIssuersNo(error: unknown): boolean {
  return error instanceof InvalidGrantError && !(error instanceof EndedFamilyError);
}

/** Ends sessions, here and in every process. */
@Injectable()
export class SessionEnding {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(RevocationService) private readonly revocations: RevocationService,
    @Inject(RenewalService) private readonly renewals: RenewalService,
  ) {}

  /**
   * Ends a session with the family of its refresh token. What refuses it stands first, so that whoever fails on the way leaves a session
   * that is over; calling again completes it.
   *
   * @throws {@link StoreUnavailableError}
   */
  async end(record: SessionRecord, reason: EndReason): Promise<void> {
    const { handle, accountId, expiresAtMs, family } = record;
    await this.revocations.revokeSession(handle, new Date(expiresAtMs));
    if (family !== null) await this.renewals.revokeFamily(family);
    const wasThere = await this.store.remove(handle);
    if (wasThere) tell('onSessionEnded', () => this.options.events.onSessionEnded?.({ handle, accountId, reason }));
  }

  /** Ends every session that lives on this family of refresh tokens. */
  async endFamily(family: string, reason: EndReason): Promise<void> {
    for (const record of await this.store.findByFamily(family)) await this.end(record, reason);
  }
}
