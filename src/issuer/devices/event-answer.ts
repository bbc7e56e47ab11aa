import type { IssuerKeys } from '../keys/issuer-keys.js';
import type { TokenAnswer } from '../tokens/token-answer.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import type { DeviceEvent } from './device-event.entity.js';
import { TRUSTED_DEVICE } from './device-key.js';

/** The members of an event object that the issuer's signature covers. */
export interface SignedEvent {
  readonly client_user_id: string;
  readonly issuer: string;
  readonly event: string;
  readonly timestamp: string;
  readonly method: string;
  /** Whether it waits for an answer. */
  readonly new: boolean;
  readonly approved: boolean;
}

/** An event as the wire describes it. */
export interface EventAnswer extends SignedEvent {
  readonly ID: number;
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly DeletedAt: null;
  readonly user_id: string;
  readonly ip: string;
  readonly location: string;
  /** Ed25519 in base64. Does not cover `ID`, `user_id`, `ip` and `location`. */
  readonly signature: string;
  readonly oauth_token?: TokenAnswer;
}

/** @param wireId - Which of the event's two numbers the reader may know it by. */
export function eventAnswer(wireId: number, row: DeviceEvent, user: IssuerUser, keys: IssuerKeys): EventAnswer {
  const signed = {
    client_user_id: user.clientUserId ?? user.id,
    issuer: row.apiKeyId,
    event: row.event,
    timestamp: row.timestamp,
    method: TRUSTED_DEVICE,
    new: row.status === 'PENDING',
    approved: row.status === 'APPROVED',
  };
  return {
    ID: wireId,
    CreatedAt: new Date(row.createdAt).toISOString(),
    UpdatedAt: new Date(row.respondedAt ?? row.createdAt).toISOString(),
    DeletedAt: null,
    ...signed,
    user_id: user.id,
    ip: row.ip,
    location: row.location,
    signature: keys.signLegacy(eventMessage(signed)),
  };
}

/** What is signed; nothing stands between the members. */
export function eventMessage(event: SignedEvent): string {
  const { client_user_id, issuer, timestamp, method, approved } = event;
  return [client_user_id, issuer, event.event, timestamp, method, event.new, approved].join('');
}
