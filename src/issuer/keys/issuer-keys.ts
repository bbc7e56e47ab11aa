import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { IssuerSettings } from '../issuer-settings.js';

/** The public half of the signing key, as the key set publishes it. */
export interface PublishedKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly use: 'sig';
  readonly alg: 'ES256';
  readonly kid: string;
  readonly x: string;
  readonly y: string;
}

const KID_PREFIX = 'SPACE_JWT_PUBLIC:';
const IDENTITY_KEY_PURPOSE = 'nestjs-cotter issuer: Ed25519 key of identity tokens';
/** What PKCS #8 puts before the 32 bytes of an Ed25519 private key. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The keys that the issuer signs with. Unless told otherwise all come from the one signing key, so that there is one secret to keep. */
@Injectable()
export class IssuerKeys {
  /** Signs access and ID tokens. */
  readonly signingKey: KeyObject;
  /** The public half of {@link signingKey}. */
  readonly verificationKey: KeyObject;
  readonly published: PublishedKey;
  /** Verifies the signed identity and event objects. */
  readonly identityPublicKey: KeyObject;
  /** The same: its 32 bytes in base64. */
  readonly publishedIdentityKey: string;
  readonly #identityKey: KeyObject;
  readonly #secret: Buffer;

  constructor(settings: IssuerSettings) {
    const jwk = settings.signingKey.export({ format: 'jwk' });
    this.signingKey = settings.signingKey;
    this.verificationKey = createPublicKey(settings.signingKey);
    this.published = publish(jwk);
    this.#secret = Buffer.from(jwk.d ?? '', 'base64url');
    this.#identityKey = settings.identityKey ?? identityKeyOf(this.deriveSecret(IDENTITY_KEY_PURPOSE));
    this.identityPublicKey = createPublicKey(this.#identityKey);
    const { x = '' } = this.identityPublicKey.export({ format: 'jwk' });
    this.publishedIdentityKey = Buffer.from(x, 'base64url').toString('base64');
  }

  /**
   * 256 bits that only this issuer knows: the same ones after each start with the same signing key, others for each purpose.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc5869 | RFC 5869}
   */
  deriveSecret(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', purpose, 32));
  }

  /** A detached Ed25519 signature in base64, as the objects bear it that came before the tokens. */
  signLegacy(message: string): string {
    return sign(null, Buffer.from(message, 'utf8'), this.#identityKey).toString('base64');
  }

  /** Whether {@link signLegacy} gave this signature. */
  isSignedHere(message: string, signature: string): boolean {
    return verify(null, Buffer.from(message, 'utf8'), this.identityPublicKey, Buffer.from(signature, 'base64'));
  }
}

/** Names members one by one: a private one can never slip through. The `kid` follows from the key, so it survives restarts. */
function publish({ x = '', y = '' }: JsonWebKey): PublishedKey {
  // RFC 7638: the required members in lexicographic order.
  const thumbprint = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url');
  return { kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: `${KID_PREFIX}${thumbprint}`, x, y };
}

function identityKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
}
