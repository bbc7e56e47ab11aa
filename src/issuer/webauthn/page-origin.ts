import { isIP } from 'node:net';

import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import { WebAuthnError } from './webauthn.error.js';

/** The page that uses a passkey: passkeys work on the pages of one host. */
export interface PageOrigin {
  /** As browsers spell it. */
  readonly origin: string;
  /** Its host, without the port. */
  readonly rpId: string;
}

/**
 * The page that calls, by what its browser says of it.
 *
 * @returns `null` where no page calls, or one from the issuer's own origin.
 * @throws {@link WebAuthnError} (`webauthn_origin`) where the application has not registered it.
 */
export function findPageOrigin(request: PlatformRequest, client: IssuerClient): PageOrigin | null {
  const [origin, ...others] = headerValuesOf(request, 'origin');
  if (origin === undefined) return null;
  if (others.length > 0 || !client.allowedOrigins.has(origin)) throw new WebAuthnError('webauthn_origin');
  return { origin, rpId: new URL(origin).hostname };
}

/**
 * The page that a ceremony is for: the one that calls, and says so itself.
 *
 * @param claimed - `origin` of the body.
 * @throws {@link WebAuthnError} (`webauthn_origin`, `webauthn_origin_unnamed`)
 */
export function getPageOrigin(request: PlatformRequest, client: IssuerClient, claimed: string | null): PageOrigin {
  const page = findPageOrigin(request, client);
  if (page === null) throw new WebAuthnError('webauthn_origin');
  if (page.origin !== claimed) throw new WebAuthnError('webauthn_origin');
  if (isIP(page.rpId.replace(/^\[|\]$/g, '')) !== 0) throw new WebAuthnError('webauthn_origin_unnamed');
  return page;
}
