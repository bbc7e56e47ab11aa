import { Injectable } from '@nestjs/common';

import { DeviceEvents } from '../devices/device-events.js';
import { TRUSTED_DEVICE } from '../devices/device-key.js';
import { eventAnswer, eventMessage } from '../devices/event-answer.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import { IssuerUsers } from '../users/issuer-users.js';
import type { Proof } from './proof.js';

/** The older grant that makes tokens of a signed event. */
@Injectable()
export class EventTokenGrant {
  constructor(
    private readonly keys: IssuerKeys,
    private readonly users: IssuerUsers,
    private readonly events: DeviceEvents,
  ) {}

  /**
   * The event is looked up as well: a signature that cannot be taken back would be good for ever, and the event is good for one exchange
   * within minutes.
   *
   * @param token - The member `event_token`, as it came.
   * @throws {@link ApiRefusedError} where it was not signed here, is not approved, old, or exchanged before.
   */
  async redeem(token: unknown, apiKeyId: string): Promise<Proof> {
    const id = member(token, 'ID');
    const row = typeof id === 'number' && Number.isSafeInteger(id) ? await this.events.findByAnyId(apiKeyId, id) : null;
    const user = row === null ? null : await this.users.find(row.userId);
    if (row === null || user === null) throw new ApiRefusedError(NOT_VALID);
    const told = {
      client_user_id: textMember(token, 'client_user_id') ?? '',
      issuer: textMember(token, 'issuer') ?? '',
      event: textMember(token, 'event') ?? '',
      timestamp: textMember(token, 'timestamp') ?? '',
      method: textMember(token, 'method') ?? '',
      new: member(token, 'new') === true,
      approved: member(token, 'approved') === true,
    };
    const isSame = eventMessage(told) === eventMessage(eventAnswer(row.id, row, user, this.keys));
    const isSigned = this.keys.isSignedHere(eventMessage(told), textMember(token, 'signature') ?? '');
    if (!isSame || !isSigned || !(await this.events.consume(row, user, 'exchangedAt'))) {
      throw new ApiRefusedError(NOT_VALID);
    }
    return { user, authenticationMethod: TRUSTED_DEVICE, authenticatedAt: row.respondedAt ?? row.createdAt };
  }
}

const NOT_VALID = 'event_token is not valid';
