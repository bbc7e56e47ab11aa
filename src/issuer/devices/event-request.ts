import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { parseDeviceKey, TRUSTED_DEVICE } from './device-key.js';

/** What every event request says. */
export interface EventRequest {
  /** The person's id or the application's own, whichever the device knows; it is the one that the device has signed. */
  readonly userId: string;
  readonly event: string;
  readonly timestamp: string;
  readonly ip: string;
  readonly location: string;
}

/** An event request that a device has signed. */
export interface SignedEventRequest extends EventRequest {
  readonly publicKey: string;
  readonly signature: string;
  readonly approved: boolean;
  /** A device that is to be enrolled by this one; its key is signed too. */
  readonly newDevice: { readonly publicKey: string; readonly name: string; readonly type: string } | null;
}

const EVENT_NAME = /^[\w.:-]{1,64}$/;
/** A fixed number of digits, so that none of them can be taken for the end of the event's name. */
const EPOCH_SECONDS = /^\d{10}$/;

/** @throws {@link ApiRefusedError} naming the member. */
export function parseEventRequest(body: unknown, apiKeyId: string): EventRequest {
  const userId = textMember(body, 'user_id') ?? textMember(body, 'client_user_id') ?? '';
  const event = textMember(body, 'event') ?? '';
  const timestamp = textMember(body, 'timestamp') ?? '';
  if (userId === '') throw new ApiRefusedError('user_id or client_user_id must be a non-empty string');
  if (textMember(body, 'issuer') !== apiKeyId) throw new ApiRefusedError('issuer must be the API_KEY_ID');
  if (!EVENT_NAME.test(event)) throw new ApiRefusedError('event must be a name of at most 64 characters');
  if (!EPOCH_SECONDS.test(timestamp)) throw new ApiRefusedError('timestamp must be seconds since 1970, as a string');
  requireTrustedDevice(textMember(body, 'method'));
  return { userId, event, timestamp, ip: describe(body, 'ip', 64), location: describe(body, 'location', 128) };
}

/** @throws {@link ApiRefusedError} naming the member. */
export function parseSignedEventRequest(body: unknown, apiKeyId: string): SignedEventRequest {
  const publicKey = parseDeviceKey(textMember(body, 'public_key'));
  const signature = textMember(body, 'code');
  const approved = member(body, 'approved');
  if (publicKey === null) throw new ApiRefusedError('public_key must be 32 bytes in base64');
  if (signature === null) throw new ApiRefusedError('code must be a signature in base64');
  if (typeof approved !== 'boolean') throw new ApiRefusedError('approved must be true or false');
  const newDevice = member(body, 'register_new_device') === true ? parseNewDevice(body) : null;
  return { ...parseEventRequest(body, apiKeyId), publicKey, signature, approved, newDevice };
}

/** @throws {@link ApiRefusedError} where the method is not the one that devices have. */
export function requireTrustedDevice(method: string | null): void {
  if (method !== TRUSTED_DEVICE) throw new ApiRefusedError(`method must be ${TRUSTED_DEVICE}`);
}

/** What a device says of itself, cut to size and without what cannot be seen. */
export function describe(body: unknown, name: string, maxLength: number): string {
  return (textMember(body, name) ?? '').replace(/\p{C}/gu, ' ').slice(0, maxLength);
}

function parseNewDevice(body: unknown): NonNullable<SignedEventRequest['newDevice']> {
  const publicKey = parseDeviceKey(textMember(body, 'new_device_public_key'));
  if (publicKey === null) throw new ApiRefusedError('new_device_public_key must be 32 bytes in base64');
  return { publicKey, name: describe(body, 'device_name', 255), type: describe(body, 'device_type', 64) };
}
