import { randomUUID, sign, type KeyObject } from 'node:crypto';

import type { AttackIssuer } from './issuer/attack-issuer.js';

/** What a forged token is made of; whatever is not given is as in a good one. */
export interface TokenParts {
  /** Members that replace those of a good header; `undefined` leaves one out. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** The header as it stands in the token, before it is encoded. */
  readonly headerText?: string | Buffer;
  /** Members that replace the claims of a good access token; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly payloadText?: string | Buffer;
  readonly key?: KeyObject;
  /** `null` for keys that know their own. @defaultValue sha256 */
  readonly digest?: string | null;
}

const LIFETIME_SECONDS = 3600;

/** Makes tokens with an issuer's real keys: good ones, and ones that differ in what an attack is about. */
export class Forge {
  /** A good access token, always the same: what attacks take apart and put together again. */
  readonly good: string;
  readonly subject = randomUUID();
  readonly #jti = randomUUID();
  readonly #issuedAtSeconds: number;
  readonly identifier = 'attacker@attacks.example';

  /** @param toleranceSeconds - By how much the clocks of the server under attack may be off. */
  constructor(
    readonly issuer: AttackIssuer,
    readonly toleranceSeconds = 5,
  ) {
    this.#issuedAtSeconds = this.nowSeconds();
    this.good = this.token();
  }

  nowSeconds(): number {
    return Math.floor(Date.now() / 1000);
  }

  header(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return { alg: 'ES256', kid: this.issuer.key.kid, typ: 'JWT', ...members };
  }

  /** Those of the good token, so that a token that differs in its header or its key has the very same payload. */
  claims(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      type: 'client_access_token',
      scope: 'access',
      authentication_method: 'OTP',
      client_user_id: this.subject,
      identifier: this.identifier,
      aud: this.issuer.apiKeyId,
      exp: this.#issuedAtSeconds + LIFETIME_SECONDS,
      iat: this.#issuedAtSeconds,
      iss: this.issuer.url,
      jti: this.#jti,
      sub: this.subject,
      ...members,
    };
  }

  /** A token with a signature that is right for its header and payload, unless the key is another one. */
  token({ header, headerText, claims, payloadText, key, digest }: TokenParts = {}): string {
    const signingInput = `${encode(headerText ?? JSON.stringify(this.header(header)))}.${encode(
      payloadText ?? JSON.stringify(this.claims(claims)),
    )}`;
    return `${signingInput}.${this.signatureOf(signingInput, key, digest).toString('base64url')}`;
  }

  /** A good token whose claim has a value that `JSON.stringify` would not write. */
  withRawClaim(name: string, json: string): string {
    return this.token({ payloadText: withRawMember(this.claims({ [name]: undefined }), name, json) });
  }

  /** A good token whose header has a member that `JSON.stringify` would not write. */
  withRawHeader(name: string, json: string): string {
    return this.token({ headerText: withRawMember(this.header({ [name]: undefined }), name, json) });
  }

  idToken(claims: Readonly<Record<string, unknown>> = {}, parts: TokenParts = {}): string {
    return this.token({
      ...parts,
      claims: {
        type: 'client_id_token',
        scope: undefined,
        authentication_method: undefined,
        auth_time: String(this.nowSeconds()),
        ...claims,
      },
    });
  }

  /** The good token in its three parts. */
  parts(): { readonly header: string; readonly payload: string; readonly signature: string } {
    const [header = '', payload = '', signature = ''] = this.good.split('.');
    return { header, payload, signature };
  }

  /** The good token with another signature. */
  resigned(signature: Buffer | string): string {
    const { header, payload } = this.parts();
    return `${header}.${payload}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`;
  }

  /** R and S, 32 bytes each. */
  signatureOf(
    signingInput: string,
    key: KeyObject = this.issuer.key.privateKey,
    digest: string | null = 'sha256',
  ): Buffer {
    return sign(digest, Buffer.from(signingInput, 'latin1'), { key, dsaEncoding: 'ieee-p1363' });
  }
}

/** A part of a token. */
export function encode(part: string | Buffer): string {
  return Buffer.from(part as string).toString('base64url');
}

function withRawMember(members: object, name: string, json: string): string {
  return `${JSON.stringify(members).slice(0, -1)},${JSON.stringify(name)}:${json}}`;
}
