import { createPublicKey, verify } from 'node:crypto';

/** The only method of a device that is offered, as the wire names it. */
export const TRUSTED_DEVICE = 'TRUSTED_DEVICE';

const KEY_BYTES = 32;
/** What SPKI puts before the 32 bytes of an Ed25519 public key. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** An Ed25519 public key in the base64 of the wire; `null` where the text is anything else, or spells the same bytes otherwise. */
export function parseDeviceKey(text: string | null): string | null {
  const bytes = Buffer.from(text ?? '', 'base64');
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text ? text : null;
}

/** A device key as paths and queries carry it: its base64 in base64 once more, in the alphabet of URLs or the plain one. */
export function parseDeviceKeyInUrl(text: string): string | null {
  return parseDeviceKey(Buffer.from(text, 'base64').toString('latin1'));
}

/** Whether a device has signed a message: detached Ed25519, in base64. */
export function isSignedByDevice(publicKey: string, message: string, signature: string): boolean {
  const der = Buffer.concat([ED25519_SPKI, Buffer.from(publicKey, 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(message, 'utf8'), key, Buffer.from(signature, 'base64'));
}
